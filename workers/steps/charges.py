"""Outside steps where a hold lapsed before it was captured: the card is charged anew, with nobody there to approve."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func

from domain.campus import Campus
from domain.order import Order
from domain.payment import HoldEvent
from domain.people import Member
from domain.store.campuses import find_campus
from domain.store.differences import has_unknown_payment
from domain.store.money import move_hold, open_hold
from domain.store.orders import find_order
from domain.store.people import find_member
from domain.store.runs import Run
from domain.store.unit_of_work import UnitOfWork
from workers.outcomes import Refused, TryLater, Unknown
from workers.steps.step import OutsideStep, Params, Result, Sent
from workers.stripe_gateway import Stripe, cancel_intent, create_intent, find_intent, retrieve_intent

TOOK_NOTHING_AFTER = timedelta(hours=24)  # a charge without a trace by then was not made
CLOCKS_APART = 60  # seconds Stripe's clock may be behind ours
# Stripe's codes for a capture that comes too late; its intent may still say that it holds.
TOO_LATE = frozenset({"charge_expired_for_capture", "capture_charge_authorization_expired"})
OUR_FAULT = "idempotency_error"
UNKNOWN_PAYMENT = (
    "Stripe has a payment of this order that we do not know. Give it back there, or find out what it is; settle it in"
    " /differences, then try again."
)


async def lapsed(client: Stripe, sent: Sent, refusal: Refused) -> Result:
    """Why the hold that could not be captured is gone; it is certainly closed then. Else the refusal itself."""
    intent: str = sent.params["payment_intent"]
    found = await retrieve_intent(client, intent)
    if found["status"] == "requires_capture" and refusal.reason in TOO_LATE:
        found = await cancel_intent(client, intent, f"{sent.key}:lapsed")
    if found["status"] != "canceled":
        raise refusal
    return {"lapsed": found.get("cancellation_reason") or refusal.reason}


async def ask_anew(work: UnitOfWork, run: Run, result: Result) -> None:
    """The lapsed hold is closed, and another try at the same money stands in its place."""
    order = await find_order(work, run.campus_id, run.order)
    if order.total is None:
        raise LookupError(f"order {order.id} was delivered without a total")
    run.data["lapsed"] = result["lapsed"]
    await move_hold(work, run.order, HoldEvent.RELEASED, refusal=f"lapsed: {result['lapsed']}")
    await open_hold(work, order.id, run.id, order.total, order.price.currency)


async def plan_charge(work: UnitOfWork, run: Run, key: str) -> Params | None:
    """The total, on the card she has now: one she replaced is not hers to be charged any more. None: all was captured.

    Refused when Stripe has a payment of this order that we do not know: a person has to see whether it was paid.
    """
    if "lapsed" not in run.data:
        return None
    await require_no_other_payment(work, run.order)
    order = await find_order(work, run.campus_id, run.order)
    member = await find_member(work, run.campus_id, order.customer_id)
    if member.card is None or member.stripe_customer is None:
        await record_charge(work, run, {"declined": "no_card", "payment_intent": None})
        return None
    campus = await find_campus(work, run.campus_id)
    return charge_of(order, member, campus, run, key) | {"off_session": True}


async def require_no_other_payment(work: UnitOfWork, order_id: int) -> None:
    """Refused when Stripe has a payment of this order that we do not know: a second one might be one too many."""
    if await has_unknown_payment(work, order_id):
        raise Refused("unknown_payment", UNKNOWN_PAYMENT)


def charge_of(order: Order, member: Member, campus: Campus, run: Run, key: str) -> Params:
    """A payment of the order's total that is taken at once, as `authorize_hold` asks for what it holds."""
    if member.card is None:
        raise LookupError(f"person {member.person_id} has no card")
    return {
        "amount": order.total,
        "currency": order.price.currency,
        "customer": member.stripe_customer,
        "payment_method": member.card.payment_method,
        "capture_method": "automatic",
        "confirm": True,
        "return_url": campus.chat_link,
        "transfer_group": f"order_{order.id}",
        "metadata": {"order": str(order.id), "saga": str(run.id), "call": key},
        "expand": ["latest_charge.balance_transaction"],
    }


async def charge(client: Stripe, sent: Sent) -> Result:
    """Charge it; a no of whatever kind is an answer too, and leaves nothing open at Stripe."""
    try:
        found = await create_intent(client, sent.params, sent.key)
    except Refused as refusal:
        if refusal.reason == OUR_FAULT:
            raise
        left = refusal.known.get("payment_intent") or {}
        return await _declined(client, sent, left.get("id"), str(refusal.known.get("code") or refusal.reason))
    if found["status"] == "processing":
        raise Unknown("processing", "the bank has not answered yet")
    return await _concluded(client, sent, found)


async def look_for_charge(client: Stripe, sent: Sent) -> Result | None:
    """What an unanswered call made, if it made something; TryLater while the bank is at it."""
    since = int(sent.first_sent_at.timestamp()) - CLOCKS_APART
    found = await find_intent(client, sent.params["customer"], since, sent.key)
    if found is None:
        return None
    found = await retrieve_intent(client, found["id"])
    if found["status"] == "processing":
        raise TryLater("processing", "the bank has not answered yet")
    return await _concluded(client, sent, found)


async def _concluded(client: Stripe, sent: Sent, found: dict[str, Any]) -> Result:
    if found["status"] == "succeeded":
        return taken(found)
    error = found.get("last_payment_error") or {}
    return await _declined(client, sent, found["id"], error.get("code") or found["status"])


async def _declined(client: Stripe, sent: Sent, intent: str | None, why: str) -> Result:
    """A declined intent could be paid later, by nobody we wait for: it is closed."""
    if intent is not None:
        await cancel_intent(client, intent, f"{sent.key}:cancel")
    return {"declined": why, "payment_intent": intent}


async def record_charge(work: UnitOfWork, run: Run, result: Result) -> None:
    """It was taken after all, or the customer will owe it."""
    if "declined" in result:
        run.data["declined"] = result["declined"]
        known = {"payment_intent": result["payment_intent"], "refusal": result["declined"]}
        await move_hold(work, run.order, HoldEvent.DECLINED, **known)
        return
    await keep_taken(work, run, result)


async def keep_taken(work: UnitOfWork, run: Run, result: Result) -> None:
    """The money is ours: the row says from which charge."""
    known = {name: result[name] for name in ("payment_intent", "charge")}
    made = {"captured": result["amount"], "made_at": func.now(), "approval_url": None}
    if await move_hold(work, run.order, HoldEvent.CHARGED, **known, **made) is None:
        raise LookupError(f"order {run.order} was charged, and nobody asked for it")
    run.data["capture"] = result


def taken(intent: dict[str, Any]) -> Result:
    """What a payment that was taken says of itself: its charge, its fee (minor units) and balance transaction."""
    found = intent["latest_charge"]
    transaction = found.get("balance_transaction") or {}
    return {
        "payment_intent": intent["id"],
        "amount": intent["amount_received"],
        "charge": found["id"],
        "fee": transaction.get("fee", 0),
        "balance_transaction": transaction.get("id"),
    }


CHARGE_AGAIN = OutsideStep(
    plan=plan_charge, call=charge, record=record_charge, look=look_for_charge, renew_after=TOOK_NOTHING_AFTER
)
