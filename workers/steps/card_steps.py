"""Outside steps around a customer's card: her Stripe customer, the Checkout page, what it saved, letting it go."""

from domain.store.campus_repository import find_campus
from domain.store.outbox import tell
from domain.store.person_repository import find_member, save_stripe_customer
from domain.store.saga_run import SagaRun
from domain.store.unit_of_work import UnitOfWork
from workers.steps.external_step import CallRequest, ExternalStepHooks, StepParams, StepResult, add_signal
from workers.stripe_gateway import StripeGateway, create_checkout, create_customer, detach_card, retrieve_checkout


async def prepare_stripe_customer(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """A customer to make, unless there is one; Stripe learns no more of the person than our number."""
    member = await find_member(work, run.campus_id, run.required_person_id)
    run.data["customer"] = member.stripe_customer
    return None if member.stripe_customer is not None else {"metadata": {"person": str(run.required_person_id)}}


async def ensure_stripe_customer(client: StripeGateway, request: CallRequest) -> StepResult:
    """The new customer's id."""
    return {"customer": (await create_customer(client, request.params, request.key))["id"]}


async def record_stripe_customer(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Remember the customer, unless another set-up was faster."""
    run.data["customer"] = await save_stripe_customer(work, run.required_person_id, result["customer"])


async def prepare_checkout(work: UnitOfWork, run: SagaRun, key: str) -> StepParams:
    """A page that saves a card."""
    campus = await find_campus(work, run.campus_id)
    metadata = {"person": str(run.required_person_id), "saga": str(run.id), "call": key}
    return {
        "mode": "setup",
        "customer": run.data["customer"],
        "currency": campus.currency,
        "success_url": f"{campus.chat_link}?start=card",
        "cancel_url": f"{campus.chat_link}?start=card_later",
        "metadata": metadata,
        "setup_intent_data": {"metadata": metadata},
    }


async def open_checkout(client: StripeGateway, request: CallRequest) -> StepResult:
    """The page's session and address."""
    found = await create_checkout(client, request.params, request.key)
    return {"session": found["id"], "url": found["url"]}


async def record_checkout(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """The link goes to the customer."""
    run.data["session"] = result["session"]
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"card_link:{run.id}:{run.attempt}",
        key="notification-card-link",
        buttons=[{"key": "button-open-checkout", "url": result["url"]}],
    )


async def prepare_checkout_lookup(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    """Which session to look at."""
    return {"session": run.data["session"]}


async def fetch_checkout(client: StripeGateway, request: CallRequest) -> StepResult:
    """The card the page saved, if it did."""
    found = await retrieve_checkout(client, request.params["session"])
    if found["status"] != "complete":
        return {"card": None}
    method = found["setup_intent"]["payment_method"]
    card = {name: method["card"][name] for name in ("brand", "last4", "exp_month", "exp_year")}
    return {"card": {"payment_method": method["id"], **card}}


async def record_checkout_lookup(_work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Saved, or not yet."""
    if result["card"] is not None:
        run.data["card"] = result["card"]
        add_signal(run, "card_saved")


async def prepare_card_detachment(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    """Which card she gave up."""
    return {"payment_method": run.data["payment_method"]}


async def detach_saved_card(client: StripeGateway, request: CallRequest) -> StepResult:
    """It is nobody's card any more, at Stripe either."""
    await detach_card(client, request.params["payment_method"], request.key)
    return {}


async def record_card_detachment(_work: UnitOfWork, _run: SagaRun, _result: StepResult) -> None:
    """We forgot the card before."""


ENSURE_CUSTOMER = ExternalStepHooks(
    prepare=prepare_stripe_customer, execute=ensure_stripe_customer, record=record_stripe_customer
)
OPEN_CHECKOUT = ExternalStepHooks(prepare=prepare_checkout, execute=open_checkout, record=record_checkout)
LOOK_AT_CHECKOUT = ExternalStepHooks(
    prepare=prepare_checkout_lookup, execute=fetch_checkout, record=record_checkout_lookup
)
DETACH_CARD = ExternalStepHooks(
    prepare=prepare_card_detachment, execute=detach_saved_card, record=record_card_detachment
)
