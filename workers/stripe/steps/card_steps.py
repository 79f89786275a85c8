"""External steps of a customer's card: the Stripe customer, the Checkout page, the saved card, its detachment."""

from domain.campuses.people import SavedCard
from domain.campuses.people_repository import find_member, save_stripe_customer
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.payments.notifications.cards import card_link
from domain.payments.sagas.card_data import payment_method_of
from domain.payments.sagas.save_card import SaveCardData
from domain.saga.run import SagaRun
from workers.engine.external_step import CallRequest, StepParams, add_signal, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_cards import create_checkout, create_customer, detach_card, retrieve_checkout
from workers.stripe.objects.card import CheckoutSession, CheckoutStatus, StripeCustomer


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
    return {
        "mode": "setup",
        "customer": run.data_as(SaveCardData).customer,
        "currency": campus.currency,
        "success_url": f"{campus.chat_link}?start=card",
        "cancel_url": f"{campus.chat_link}?start=card_later",
        "metadata": metadata,
        "setup_intent_data": {"metadata": metadata},
    }


async def open_checkout(client: StripeGateway, request: CallRequest) -> CheckoutSession:
    """Create the Checkout session."""
    return await create_checkout(client, request.params, request.key)


async def record_checkout(work: UnitOfWork, run: SagaRun, opened: CheckoutSession) -> None:
    """Send the link to the customer. Raise LookupError for a session without one."""
    if opened.url is None:
        raise LookupError(f"{opened.id} was opened without a link")
    data = run.data_as(SaveCardData)
    data.session, data.url, data.opened_at = opened.id, opened.url, work.now.timestamp()
    await notify(work, card_link(run, opened.url))


async def prepare_checkout_lookup(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    return {"session": run.data_as(SaveCardData).session}


async def fetch_checkout(client: StripeGateway, request: CallRequest) -> SavedCard | None:
    """Return the card that the Checkout page saved; None while the page is not complete.

    Raise LookupError for a complete page without a card.
    """
    found = await retrieve_checkout(client, request.params["session"])
    if found.status is not CheckoutStatus.COMPLETE:
        return None
    method = found.payment_method
    if method is None or method.card is None:
        raise LookupError(f"{found.id} is complete and saved no card")
    return SavedCard(
        payment_method=method.id,
        brand=method.card.brand,
        last4=method.card.last4,
        exp_month=method.card.exp_month,
        exp_year=method.card.exp_year,
        fingerprint=method.card.fingerprint,
    )


async def record_checkout_lookup(_work: UnitOfWork, run: SagaRun, card: SavedCard | None) -> None:
    """Keep the saved card on the run and add the signal; change nothing while there is none."""
    if card is not None:
        run.data_as(SaveCardData).card = card
        add_signal(run, "card_saved")


async def prepare_card_detachment(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    return {"payment_method": payment_method_of(run)}


async def detach_saved_card(client: StripeGateway, request: CallRequest) -> None:
    await detach_card(client, request.params["payment_method"], request.key)


async def record_card_detachment(_work: UnitOfWork, _run: SagaRun, _detached: None) -> None:
    """Record nothing: our row of the card was deleted before the call."""


ENSURE_CUSTOMER = define_external_step(
    prepare=prepare_stripe_customer, execute=ensure_stripe_customer, record=record_stripe_customer
)
OPEN_CHECKOUT = define_external_step(prepare=prepare_checkout, execute=open_checkout, record=record_checkout)
REFRESH_CHECKOUT = define_external_step(
    prepare=prepare_checkout_lookup, execute=fetch_checkout, record=record_checkout_lookup
)
DETACH_CARD = define_external_step(
    prepare=prepare_card_detachment, execute=detach_saved_card, record=record_card_detachment
)
