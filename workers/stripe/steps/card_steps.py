"""External steps of a customer's card: the Stripe customer, the Checkout page, the saved card, its detachment."""

from dataclasses import dataclass

from domain.campuses.people import SavedCard
from domain.campuses.people_repository import find_member, replace_gone_customer, save_stripe_customer
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.payments.notifications.cards import card_link, saved_no_card
from domain.payments.sagas.card_data import payment_method_of
from domain.payments.sagas.detach_replaced_card import build_card_detachment_start
from domain.payments.sagas.remove_card import RemoveCardData
from domain.payments.sagas.save_card import NO_CARD, PAGE_GONE, SaveCardData, build_card_setup_start
from domain.saga.refusals import RefusalKind
from domain.saga.run import SagaRun
from workers.engine.call_failures import Refused
from workers.engine.external_step import CallRequest, StepParams, add_signal, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_cards import create_checkout, create_customer, detach_card, retrieve_checkout
from workers.stripe.objects.card import CheckoutSession, CheckoutStatus, StripeCustomer
from workers.stripe.platform.object_plans import plan_checkout
from workers.stripe.refusals.gone_objects import CUSTOMER_PARAM, is_gone, start_anew
from workers.stripe.refusals.waiting_people import tell_held_up, tell_refused


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCheckout:
    """An open page; `customer` is a new one that took the place of `gone`, which Stripe did not know any more."""

    session: CheckoutSession
    customer: str | None = None
    gone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedOtherwise:
    """What a complete page saved that is no card, if it saved anything."""

    payment_method: str | None


async def prepare_stripe_customer(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """Return the parameters of a new Stripe customer; None when the person has one.

    Stripe learns nothing of the person but our number.
    """
    member = await find_member(work, run.campus_id, run.required_person_id)
    run.data_as(SaveCardData).customer = member.stripe_customer
    return None if member.stripe_customer is not None else {"metadata": {"person": str(run.required_person_id)}}


async def ensure_stripe_customer(client: StripeGateway, request: CallRequest) -> StripeCustomer:
    """Create the Stripe customer."""
    return await create_customer(client, request.params, request.key)


async def record_stripe_customer(work: UnitOfWork, run: SagaRun, created: StripeCustomer) -> None:
    """Save the Stripe customer, unless a parallel set-up was faster."""
    run.data_as(SaveCardData).customer = await save_stripe_customer(work, run.required_person_id, created.id)


async def prepare_checkout(work: UnitOfWork, run: SagaRun, key: str) -> StepParams:
    """Return the parameters of a Checkout page that saves a card."""
    campus = await find_campus(work, run.campus_id)
    metadata = {"person": str(run.required_person_id), "saga": str(run.id), "call": key}
    return plan_checkout(campus, run.data_as(SaveCardData).customer, metadata)


async def open_checkout(client: StripeGateway, request: CallRequest) -> OpenedCheckout:
    """Create the Checkout session; for a customer that Stripe does not know any more, with a new one."""
    try:
        return OpenedCheckout(session=await create_checkout(client, request.params, request.key))
    except Refused as refusal:
        if not is_gone(refusal, CUSTOMER_PARAM):
            raise
    person = {"metadata": {"person": request.params["metadata"]["person"]}}
    created = await create_customer(client, person, f"{request.key}:customer")
    params = request.params | {"customer": created.id}
    session = await create_checkout(client, params, f"{request.key}:again")
    return OpenedCheckout(session=session, customer=created.id, gone=request.params["customer"])


async def record_checkout(work: UnitOfWork, run: SagaRun, result: OpenedCheckout) -> None:
    """Send the link to the customer. Raise LookupError for a session without one."""
    opened, data = result.session, run.data_as(SaveCardData)
    if opened.url is None:
        raise LookupError(f"{opened.id} was opened without a link")
    if result.customer is not None and result.gone is not None:
        await replace_gone_customer(work, run.required_person_id, result.gone, result.customer)
        data.customer = result.customer
    data.session, data.url, data.opened_at = opened.id, opened.url, work.now.timestamp()
    await notify(work, card_link(run, opened.url))


async def prepare_checkout_lookup(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    return {"session": run.data_as(SaveCardData).session}


async def fetch_checkout(client: StripeGateway, request: CallRequest) -> SavedCard | SavedOtherwise | None:
    """Return what the Checkout page saved; None while the page is open. A page that expired saved nothing."""
    found = await retrieve_checkout(client, request.params["session"])
    if found.status is not CheckoutStatus.COMPLETE:
        return None
    method = found.payment_method
    if method is None or method.card is None:
        return SavedOtherwise(payment_method=None if method is None else method.id)
    return SavedCard(
        payment_method=method.id,
        brand=method.card.brand,
        last4=method.card.last4,
        exp_month=method.card.exp_month,
        exp_year=method.card.exp_year,
        fingerprint=method.card.fingerprint,
        wallet=method.card.wallet,
        receipt_email=found.email,
    )


async def record_checkout_lookup(work: UnitOfWork, run: SagaRun, found: SavedCard | SavedOtherwise | None) -> None:
    """Keep the saved card on the run and add the signal; change nothing while there is none.

    What is no card is given back, and the person reads why another link comes.
    """
    if isinstance(found, SavedCard):
        run.data_as(SaveCardData).card = found
        add_signal(run, "card_saved")
    elif found is not None:
        await notify(work, saved_no_card(run))
        if found.payment_method is not None:
            run.requested_sagas.append(
                build_card_detachment_start(
                    found.payment_method, campus_id=run.campus_id, person_id=run.required_person_id
                )
            )
        _open_another_page(work, run, NO_CARD)


async def record_gone_page(work: UnitOfWork, run: SagaRun, refusal: Refused) -> None:
    """Open another page for one that Stripe does not know any more."""
    if refusal.kind is RefusalKind.GONE:
        _open_another_page(work, run, PAGE_GONE)


def _open_another_page(work: UnitOfWork, run: SagaRun, signal: str) -> None:
    start = build_card_setup_start(campus_id=run.campus_id, person_id=run.required_person_id, now=work.now)
    start_anew(work, run, signal, start)


async def prepare_card_detachment(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    return {"payment_method": payment_method_of(run)}


async def detach_saved_card(client: StripeGateway, request: CallRequest) -> None:
    await detach_card(client, request.params["payment_method"], request.key)


async def record_card_detachment(_work: UnitOfWork, _run: SagaRun, _detached: None) -> None:
    """Record nothing: our row of the card was deleted before the call."""


async def tell_held_up_detachment(work: UnitOfWork, run: SagaRun) -> None:
    """Tell a person who removed their card; nobody waits for a replaced one."""
    if isinstance(run.data, RemoveCardData):
        await tell_held_up("card_removal")(work, run)


async def tell_late_detachment(work: UnitOfWork, run: SagaRun, _refusal: Refused) -> None:
    """Tell the same of a refusal: an admin sees the stuck saga."""
    await tell_held_up_detachment(work, run)


ENSURE_CUSTOMER = define_external_step(
    prepare=prepare_stripe_customer,
    execute=ensure_stripe_customer,
    record=record_stripe_customer,
    refused=tell_refused("card_link"),
    held_up=tell_held_up("card_link"),
)
OPEN_CHECKOUT = define_external_step(
    prepare=prepare_checkout,
    execute=open_checkout,
    record=record_checkout,
    refused=tell_refused("card_link"),
    held_up=tell_held_up("card_link"),
)
REFRESH_CHECKOUT = define_external_step(
    prepare=prepare_checkout_lookup,
    execute=fetch_checkout,
    record=record_checkout_lookup,
    refused=record_gone_page,
    held_up=tell_held_up("card"),
)
DETACH_CARD = define_external_step(
    prepare=prepare_card_detachment,
    execute=detach_saved_card,
    record=record_card_detachment,
    refused=tell_late_detachment,
    held_up=tell_held_up_detachment,
)
