"""External steps of a customer's card: the Stripe customer, the Checkout page, the saved card, its detachment."""

from domain.campuses.people import SavedCard
from domain.campuses.people_repository import find_member, save_stripe_customer
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification import Notification, NotificationButton
from domain.messaging.outbox_repository import notify
from domain.payments.sagas.card_data import payment_method_of
from domain.payments.sagas.save_card import SaveCardData
from domain.saga.run import SagaRun
from workers.engine.external_step import CallRequest, ExternalStepHooks, StepParams, StepResult, add_signal
from workers.stripe.gateway import StripeGateway, create_checkout, create_customer, detach_card, retrieve_checkout


async def prepare_stripe_customer(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """Return the parameters of a new Stripe customer; None when the person has one.

    Stripe learns nothing of the person but our number.
    """
    member = await find_member(work, run.campus_id, run.required_person_id)
    run.data_as(SaveCardData).customer = member.stripe_customer
    return None if member.stripe_customer is not None else {"metadata": {"person": str(run.required_person_id)}}


async def ensure_stripe_customer(client: StripeGateway, request: CallRequest) -> StepResult:
    """Create the Stripe customer and return its id."""
    return {"customer": (await create_customer(client, request.params, request.key))["id"]}


async def record_stripe_customer(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Save the Stripe customer, unless a parallel set-up was faster."""
    run.data_as(SaveCardData).customer = await save_stripe_customer(work, run.required_person_id, result["customer"])


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


async def open_checkout(client: StripeGateway, request: CallRequest) -> StepResult:
    """Create the Checkout session; return its id and its URL."""
    found = await create_checkout(client, request.params, request.key)
    return {"session": found["id"], "url": found["url"]}


async def record_checkout(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Send the link to the customer."""
    run.data_as(SaveCardData).session = result["session"]
    await notify(
        work,
        Notification(
            campus_id=run.campus_id,
            chat_id=run.required_person_id,
            name=f"card_link:{run.id}:{run.attempt}",
            key="notification-card-link",
            buttons=[NotificationButton(label="button-open-checkout", url=result["url"])],
        ),
    )


async def prepare_checkout_lookup(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    return {"session": run.data_as(SaveCardData).session}


async def fetch_checkout(client: StripeGateway, request: CallRequest) -> StepResult:
    """Return the card that the Checkout page saved; None in its place while the page is not complete."""
    found = await retrieve_checkout(client, request.params["session"])
    if found["status"] != "complete":
        return {"card": None}
    method = found["setup_intent"]["payment_method"]
    card = {name: method["card"][name] for name in ("brand", "last4", "exp_month", "exp_year")}
    return {"card": {"payment_method": method["id"], **card}}


async def record_checkout_lookup(_work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Keep the saved card on the run and add the signal; change nothing while there is none."""
    if result["card"] is not None:
        run.data_as(SaveCardData).card = SavedCard(**result["card"])
        add_signal(run, "card_saved")


async def prepare_card_detachment(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    return {"payment_method": payment_method_of(run)}


async def detach_saved_card(client: StripeGateway, request: CallRequest) -> StepResult:
    await detach_card(client, request.params["payment_method"], request.key)
    return {}


async def record_card_detachment(_work: UnitOfWork, _run: SagaRun, _result: StepResult) -> None:
    """Record nothing: our row of the card was deleted before the call."""


ENSURE_CUSTOMER = ExternalStepHooks(
    prepare=prepare_stripe_customer, execute=ensure_stripe_customer, record=record_stripe_customer
)
OPEN_CHECKOUT = ExternalStepHooks(prepare=prepare_checkout, execute=open_checkout, record=record_checkout)
REFRESH_CHECKOUT = ExternalStepHooks(
    prepare=prepare_checkout_lookup, execute=fetch_checkout, record=record_checkout_lookup
)
DETACH_CARD = ExternalStepHooks(
    prepare=prepare_card_detachment, execute=detach_saved_card, record=record_card_detachment
)
