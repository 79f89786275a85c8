"""Why Stripe refused to charge a card when no bank was asked: a card it does not know, or our own settings."""

from domain.campuses.people_repository import delete_saved_card, forget_stripe_customer
from domain.database.unit_of_work import UnitOfWork
from domain.orders.sagas.payment_data import HoldRequestData
from domain.payments.model import HoldEvent
from domain.payments.run_hold_repository import move_hold_of_run
from domain.saga.refusals import CARD_GONE, NOT_POSSIBLE, RefusalKind
from domain.saga.run import SagaRun
from workers.engine.call_failures import Refused
from workers.stripe.gateway import StripeGateway, StripeParams
from workers.stripe.gateway_cards import retrieve_payment_method
from workers.stripe.refusals.gone_objects import CUSTOMER_PARAM
from workers.stripe.steps.card_outcome import record_card_facts

CARD_PARAMS = frozenset({CUSTOMER_PARAM, "payment_method"})


async def explain_refused_charge(client: StripeGateway, params: StripeParams, refusal: Refused) -> Refused:
    """Return the refusal of a charge under the word that its saga goes by: CARD_GONE or NOT_POSSIBLE.

    A card that was detached is refused without a code, so the card itself is read.
    """
    param = None if refusal.answer is None else refusal.answer.param
    if param in CARD_PARAMS and (refusal.kind is RefusalKind.GONE or await _is_card_gone(client, params)):
        return refusal.renamed(CARD_GONE, RefusalKind.GONE)
    return refusal.renamed(NOT_POSSIBLE, RefusalKind.CONFIGURATION)


async def _is_card_gone(client: StripeGateway, params: StripeParams) -> bool:
    try:
        found = await retrieve_payment_method(client, str(params["payment_method"]))
    except Refused as refusal:
        if refusal.kind is RefusalKind.GONE:
            return True
        raise
    return found.customer != params["customer"]


async def record_refused_charge(work: UnitOfWork, run: SagaRun, refusal: Refused) -> None:
    """Record a refused hold or charge; keep the intent it left behind, so that compensating can cancel it.

    A refusal that is not the bank's counts as no decline. A card that Stripe does not know is forgotten.
    """
    intent = refusal.payment_intent
    if intent is None:
        run.data_as(HoldRequestData).hold_request = None  # refused without an intent: nothing to look for
    if refusal.reason == CARD_GONE and run.call is not None:
        await _forget_gone_card(work, run, run.call.params, refusal)
    leaves_nothing = intent is None and refusal.kind is not RefusalKind.BANK
    await move_hold_of_run(
        work,
        run,
        HoldEvent.RELEASED if leaves_nothing else HoldEvent.DECLINED,
        payment_intent=None if intent is None else intent.id,
        refusal=refusal.code or refusal.reason,
    )
    if intent is not None:
        await record_card_facts(work, intent)


async def _forget_gone_card(work: UnitOfWork, run: SagaRun, params: StripeParams, refusal: Refused) -> None:
    """Forget the card that Stripe does not know, and its customer where Stripe does not know that one either."""
    person_id = run.required_person_id
    await delete_saved_card(work, person_id, str(params["payment_method"]))
    if refusal.answer is not None and refusal.answer.param == CUSTOMER_PARAM:
        await forget_stripe_customer(work, person_id, str(params["customer"]))
