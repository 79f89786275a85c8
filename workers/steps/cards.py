"""Outside steps around a customer's card: her Stripe customer, the Checkout page, what it saved, letting it go."""

from domain.store.campuses import find_campus
from domain.store.messages import tell
from domain.store.people import find_member, keep_customer
from domain.store.runs import Run
from domain.store.unit_of_work import UnitOfWork
from workers.steps.step import OutsideStep, Params, Result, Sent, add_signal
from workers.stripe_gateway import Stripe, create_checkout, create_customer, detach_card, retrieve_checkout


async def plan_customer(work: UnitOfWork, run: Run, _key: str) -> Params | None:
    """A customer to make, unless there is one; Stripe learns no more of the person than our number."""
    member = await find_member(work, run.campus_id, run.person)
    run.data["customer"] = member.stripe_customer
    return None if member.stripe_customer is not None else {"metadata": {"person": str(run.person)}}


async def ensure_customer(client: Stripe, sent: Sent) -> Result:
    """The new customer's id."""
    return {"customer": (await create_customer(client, sent.params, sent.key))["id"]}


async def record_customer(work: UnitOfWork, run: Run, result: Result) -> None:
    """Remember the customer, unless another set-up was faster."""
    run.data["customer"] = await keep_customer(work, run.person, result["customer"])


async def plan_checkout(work: UnitOfWork, run: Run, key: str) -> Params:
    """A page that saves a card."""
    campus = await find_campus(work, run.campus_id)
    marked = {"person": str(run.person), "saga": str(run.id), "call": key}
    return {
        "mode": "setup",
        "customer": run.data["customer"],
        "currency": campus.currency,
        "success_url": f"{campus.chat_link}?start=card",
        "cancel_url": f"{campus.chat_link}?start=card_later",
        "metadata": marked,
        "setup_intent_data": {"metadata": marked},
    }


async def open_checkout(client: Stripe, sent: Sent) -> Result:
    """The page's session and address."""
    found = await create_checkout(client, sent.params, sent.key)
    return {"session": found["id"], "url": found["url"]}


async def record_checkout(work: UnitOfWork, run: Run, result: Result) -> None:
    """The link goes to the customer."""
    run.data["session"] = result["session"]
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.person,
        name=f"card_link:{run.id}:{run.attempt}",
        key="push-card-link",
        buttons=[{"key": "button-open-checkout", "url": result["url"]}],
    )


async def plan_look(_work: UnitOfWork, run: Run, _key: str) -> Params:
    """Which session to look at."""
    return {"session": run.data["session"]}


async def look_at_checkout(client: Stripe, sent: Sent) -> Result:
    """The card the page saved, if it did."""
    found = await retrieve_checkout(client, sent.params["session"])
    if found["status"] != "complete":
        return {"card": None}
    method = found["setup_intent"]["payment_method"]
    named = {name: method["card"][name] for name in ("brand", "last4", "exp_month", "exp_year")}
    return {"card": {"payment_method": method["id"], **named}}


async def record_look(_work: UnitOfWork, run: Run, result: Result) -> None:
    """Saved, or not yet."""
    if result["card"] is not None:
        run.data["card"] = result["card"]
        add_signal(run, "card_saved")


async def plan_detaching(_work: UnitOfWork, run: Run, _key: str) -> Params:
    """Which card she gave up."""
    return {"payment_method": run.data["payment_method"]}


async def let_card_go(client: Stripe, sent: Sent) -> Result:
    """It is nobody's card any more, at Stripe either."""
    await detach_card(client, sent.params["payment_method"], sent.key)
    return {}


async def record_detaching(_work: UnitOfWork, _run: Run, _result: Result) -> None:
    """We forgot the card before."""


ENSURE_CUSTOMER = OutsideStep(plan=plan_customer, call=ensure_customer, record=record_customer)
OPEN_CHECKOUT = OutsideStep(plan=plan_checkout, call=open_checkout, record=record_checkout)
LOOK_AT_CHECKOUT = OutsideStep(plan=plan_look, call=look_at_checkout, record=record_look)
DETACH_CARD = OutsideStep(plan=plan_detaching, call=let_card_go, record=record_detaching)
