"""Outside steps around a hold: make it, watch it, release it, check it, capture it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, update

from domain.payment import HoldEvent, HoldStatus
from domain.saga import Wait
from domain.store.campuses import find_campus
from domain.store.candidates import candidate_of
from domain.store.messages import redraw_order
from domain.store.money import current_hold, current_of, current_with, find_hold, move_hold, move_that_hold
from domain.store.orders import find_order
from domain.store.people import find_member
from domain.store.runs import Run
from domain.store.schema import orders
from domain.store.unit_of_work import UnitOfWork
from workers.outcomes import Refused, TryLater
from workers.steps.charges import CLOCKS_APART, ask_anew, lapsed, taken
from workers.steps.step import OutsideStep, Params, Result, Sent, add_signal
from workers.stripe_gateway import Stripe, cancel_intent, capture_intent, create_intent, find_intent, retrieve_intent

MADE_NOTHING_AFTER = timedelta(seconds=60)  # an unanswered call that left no trace by then left none


def whose(run: Run) -> ColumnElement[bool]:
    """The hold this run works at: the candidate it asked for, else the one its order counts on."""
    return candidate_of(run.id) if run.saga.has("authorize_candidate") else current_of(run.order)


async def _move(work: UnitOfWork, run: Run, happened: HoldEvent, **changes: object) -> None:
    await move_that_hold(work, whose(run), happened, **changes)


async def plan_hold(work: UnitOfWork, run: Run, key: str) -> Params:
    """The intent to make: the ceiling, on the saved card, captured later."""
    wanted = await find_hold(work, whose(run))
    if wanted is None:
        raise LookupError(f"saga {run.name} asks for no hold")
    order = await find_order(work, run.campus_id, run.order)
    member = await find_member(work, run.campus_id, order.customer_id)
    campus = await find_campus(work, run.campus_id)
    if member.card is None or member.stripe_customer is None:
        raise Refused("declined", "no card")
    run.data["hold_call"] = {"key": key, "customer": member.stripe_customer, "at": work.now.timestamp()}
    return {
        "amount": wanted.amount,
        "currency": wanted.currency,
        "customer": member.stripe_customer,
        "payment_method": member.card.payment_method,
        "capture_method": "manual",
        "confirm": True,
        "return_url": campus.chat_link,
        "transfer_group": f"order_{order.id}",
        "metadata": {"order": str(order.id), "saga": str(run.id), "call": key},
        "expand": ["latest_charge"],
    }


async def make_hold(client: Stripe, sent: Sent) -> Result:
    """Ask Stripe to hold; the intent as plain data. Whatever Stripe refuses it for, to the customer it is declined."""
    try:
        return _intent(await create_intent(client, sent.params, sent.key))
    except Refused as refusal:
        raise Refused("declined", str(refusal), **{"code": refusal.reason, **refusal.known}) from refusal


async def look_for_hold(client: Stripe, sent: Sent) -> Result | None:
    """The intent an unanswered call made, if it made one."""
    since = int(sent.first_sent_at.timestamp()) - CLOCKS_APART
    found = await find_intent(client, sent.params["customer"], since, sent.key)
    return None if found is None else _intent(await retrieve_intent(client, found["id"]))


async def record_hold(work: UnitOfWork, run: Run, result: Result) -> None:
    """The hold is made, or the bank wants a word first, or it is refused after all."""
    known = {"payment_intent": result["payment_intent"]}
    match result["status"]:
        case "requires_capture":
            made = {"charge": result["charge"], "capture_before": _moment(result["capture_before"])}
            await _move(work, run, HoldEvent.MADE, made_at=func.now(), approval_url=None, **known, **made)
            add_signal(run, _awaited(run))
        case "requires_action":
            await _move(work, run, HoldEvent.APPROVAL_ASKED, approval_url=result["approval_url"], **known)
            await redraw_order(work, await find_order(work, run.campus_id, run.order), group=False)
        case "requires_payment_method" | "canceled":
            await _move(work, run, HoldEvent.DECLINED, refusal=result["refusal"], approval_url=None, **known)
            add_signal(run, "declined")
        case _:
            pass  # processing, or still waiting: the next look will know


def _awaited(run: Run) -> str:
    """The signal that says the hold is made."""
    return next(part.signal for part in run.saga.parts if isinstance(part, Wait))


async def record_decline(work: UnitOfWork, run: Run, refusal: Refused) -> None:
    """A declined card leaves an intent behind; its id is kept, so that undoing can cancel it."""
    intent = refusal.known.get("payment_intent") or {}
    if not intent:
        run.data.pop("hold_call", None)  # a definite no without an intent: there is nothing to look for
    await _move(
        work,
        run,
        HoldEvent.DECLINED,
        payment_intent=intent.get("id"),
        refusal=str(refusal.known.get("code") or refusal.reason),
    )


async def plan_look(work: UnitOfWork, run: Run, _key: str) -> Params | None:
    """Which intent to look at."""
    hold = await find_hold(work, whose(run))
    return None if hold is None or hold.payment_intent is None else {"payment_intent": hold.payment_intent}


async def look_at_intent(client: Stripe, sent: Sent) -> Result:
    """The intent as it is now."""
    return _intent(await retrieve_intent(client, sent.params["payment_intent"]))


async def record_look(work: UnitOfWork, run: Run, result: Result) -> None:
    """A bank's yes or no that came meanwhile."""
    if result["status"] != "requires_action":
        await record_hold(work, run, result)


async def plan_release(work: UnitOfWork, run: Run, _key: str) -> Params | None:
    """What to give back; a hold that was never asked for is simply closed."""
    hold = await find_hold(work, whose(run))
    if hold is None or hold.status in (HoldStatus.RELEASED, HoldStatus.CAPTURED):
        return None
    asked = run.data.get("hold_call")
    if hold.payment_intent is None and asked is None:
        await _move(work, run, HoldEvent.RELEASED)
        return None
    if asked is not None:
        asked = {**asked, "since": asked["at"], "at": _last_asked(work, run, float(asked["at"]))}
    return {"payment_intent": hold.payment_intent, "asked": asked}


def _last_asked(work: UnitOfWork, run: Run, first: float) -> float:
    """When the hold was asked for last, in seconds of the epoch, as late as it may have been.

    A call still on the row may have been sent until just now, by a worker that is gone; else the last answer that told
    nothing counts. Only a minute without a trace after that says that there will be none: Stripe may still be at it.
    """
    if run.call is not None:
        return work.now.timestamp()
    return max(first, float(run.data.get("unclear_at", 0)))


async def release(client: Stripe, sent: Sent) -> Result:
    """Cancel the intent, looking first for one whose answer never came; nothing is created in order to undo it."""
    intent = await made_by_asking(client, sent)
    if intent is None:
        return {"payment_intent": None}
    return {"payment_intent": (await cancel_intent(client, intent, sent.key))["id"]}


async def made_by_asking(client: Stripe, sent: Sent) -> str | None:
    """The intent to close; None when none was made, TryLater while that is not certain.

    `asked` says how long that takes, in seconds, where it takes longer than usual.
    """
    known: str | None = sent.params["payment_intent"]
    if known is not None:
        return known
    asked: dict[str, Any] = sent.params["asked"]
    found = await find_intent(client, asked["customer"], int(asked["since"]) - CLOCKS_APART, asked["key"])
    sure_after = timedelta(seconds=asked.get("sure_after", MADE_NOTHING_AFTER.total_seconds()))
    if found is None and sent.now - datetime.fromtimestamp(asked["at"], UTC) < sure_after:
        raise TryLater("hold_unclear", "no answer yet whether a hold was made")
    return None if found is None else str(found["id"])


async def record_release(work: UnitOfWork, run: Run, result: Result) -> None:
    """The money is free."""
    known = {} if result["payment_intent"] is None else {"payment_intent": result["payment_intent"]}
    await _move(work, run, HoldEvent.RELEASED, approval_url=None, **known)


async def check(client: Stripe, sent: Sent) -> Result:
    """Whether the money is still held; Refused `hold_gone` when it is not."""
    found = await look_at_intent(client, sent)
    if found["status"] != "requires_capture":
        raise Refused("hold_gone", found["status"])
    return found


async def record_check(work: UnitOfWork, run: Run, _result: Result) -> None:
    """The runner may buy now, if the job is still hers."""
    checked = update(orders).where(orders.c.id == run.order, orders.c.claim == run.id)
    await work.connection.execute(checked.values(hold_checked=True, version=orders.c.version + 1))
    await redraw_order(work, await find_order(work, run.campus_id, run.order), group=False)


async def record_gone(work: UnitOfWork, run: Run, refusal: Refused) -> None:
    """The hold died before anything was bought; one that took its place since it was asked about is not meant."""
    if refusal.reason == "hold_gone" and run.call is not None:
        seen = current_with(run.order, run.call["params"]["payment_intent"])
        await move_that_hold(work, seen, HoldEvent.RELEASED, refusal=str(refusal))


async def plan_capture(work: UnitOfWork, run: Run, _key: str) -> Params:
    """Take what the receipt says, once; the rest of the hold is released by that."""
    order = await find_order(work, run.campus_id, run.order)
    hold = await current_hold(work, run.order)
    if hold is None or hold.payment_intent is None:
        raise Refused("no_hold")
    return {
        "payment_intent": hold.payment_intent,
        "capture": {"amount_to_capture": order.total, "expand": ["latest_charge.balance_transaction"]},
        "may_lapse": run.saga.has("charge_again"),  # rows of before have nobody who would ask for the money anew
    }


async def capture(client: Stripe, sent: Sent) -> Result:
    """Capture; the charge, its fee (minor units) and balance transaction. Of a hold that is gone: why."""
    try:
        found = await capture_intent(client, sent.params["payment_intent"], sent.params["capture"], sent.key)
    except Refused as refusal:
        if not sent.params.get("may_lapse"):
            raise
        return await lapsed(client, sent, refusal)
    return _captured(found, sent)


async def look_for_capture(client: Stripe, sent: Sent) -> Result | None:
    """Whether an unanswered capture was done."""
    found = await retrieve_intent(client, sent.params["payment_intent"])
    return _captured(found, sent) if found["status"] == "succeeded" else None


async def record_capture(work: UnitOfWork, run: Run, result: Result) -> None:
    """The money is ours to divide; or there is none, and it is asked for anew."""
    if "lapsed" in result:
        await ask_anew(work, run, result)
        return
    captured = {"captured": result["amount"], "charge": result["charge"]}
    if await move_hold(work, run.order, HoldEvent.CAPTURED, **captured) is None:
        raise LookupError(f"the hold of order {run.order} was captured, and is not held here")
    run.data["capture"] = result


def _captured(intent: dict[str, Any], sent: Sent) -> Result:
    if intent["amount_received"] != sent.params["capture"]["amount_to_capture"]:
        raise Refused("captured_otherwise", f"{intent['amount_received']} was captured")
    return taken(intent)


def _intent(found: dict[str, Any]) -> Result:
    charge = found.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    action = (found.get("next_action") or {}).get("redirect_to_url") or {}
    error = found.get("last_payment_error") or {}
    return {
        "payment_intent": found["id"],
        "status": found["status"],
        "approval_url": action.get("url"),
        "charge": charge.get("id"),
        "capture_before": card.get("capture_before"),
        "refusal": error.get("code") or found.get("cancellation_reason") or found["status"],
    }


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


AUTHORIZE_HOLD = OutsideStep(
    plan=plan_hold,
    call=make_hold,
    record=record_hold,
    look=look_for_hold,
    refused=record_decline,
    renew_after=MADE_NOTHING_AFTER,
)
LOOK_AT_HOLD = OutsideStep(plan=plan_look, call=look_at_intent, record=record_look)
RELEASE_HOLD = OutsideStep(plan=plan_release, call=release, record=record_release)
CHECK_HOLD = OutsideStep(plan=plan_look, call=check, record=record_check, refused=record_gone)
CAPTURE_PAYMENT = OutsideStep(plan=plan_capture, call=capture, record=record_capture, look=look_for_capture)
