"""Outside steps of settle_debt: charge the card of who is there, watch what her bank says, close what was not paid."""

from typing import Any

from domain.money import spell
from domain.payment import HoldEvent
from domain.store.campuses import find_campus
from domain.store.messages import redraw_known, tell
from domain.store.money import move_hold
from domain.store.orders import find_order
from domain.store.people import find_member
from domain.store.runs import Run
from domain.store.steps.debts import book_settlement
from domain.store.unit_of_work import UnitOfWork
from workers.outcomes import Refused, TryLater, Unknown
from workers.steps.charges import (
    CLOCKS_APART,
    OUR_FAULT,
    TOOK_NOTHING_AFTER,
    charge_of,
    keep_taken,
    require_no_other_payment,
    taken,
)
from workers.steps.holds import (
    made_by_asking,
    plan_look,
    plan_release,
    record_decline,
    record_release,
)
from workers.steps.step import OutsideStep, Params, Result, Sent, add_signal
from workers.stripe_gateway import Stripe, cancel_intent, create_intent, find_intent, retrieve_intent


async def plan_charge(work: UnitOfWork, run: Run, key: str) -> Params:
    """All she owes, on her card, with her there: her bank may ask."""
    await require_no_other_payment(work, run.order)
    order = await find_order(work, run.campus_id, run.order)
    member = await find_member(work, run.campus_id, run.person)
    if member.card is None or member.stripe_customer is None:
        raise Refused("declined", "no card")
    run.data["hold_call"] = {"key": key, "customer": member.stripe_customer, "at": work.now.timestamp()}
    return charge_of(order, member, await find_campus(work, run.campus_id), run, key)


async def charge(client: Stripe, sent: Sent) -> Result:
    """Ask for it; whatever Stripe refuses it for, to the customer it is declined."""
    try:
        found = await create_intent(client, sent.params, sent.key)
    except Refused as refusal:
        if refusal.reason == OUR_FAULT:
            raise
        raise Refused("declined", str(refusal), **{"code": refusal.reason, **refusal.known}) from refusal
    if found["status"] == "processing":
        raise Unknown("processing", "the bank has not answered yet")
    return _payment(found)


async def look_for_charge(client: Stripe, sent: Sent) -> Result | None:
    """The payment an unanswered call made, if it made one."""
    since = int(sent.first_sent_at.timestamp()) - CLOCKS_APART
    found = await find_intent(client, sent.params["customer"], since, sent.key)
    if found is None:
        return None
    found = await retrieve_intent(client, found["id"])
    if found["status"] == "processing":
        raise TryLater("processing", "the bank has not answered yet")
    return _payment(found)


async def record_charge(work: UnitOfWork, run: Run, result: Result) -> None:
    """It is paid, or her bank wants a word first, or it is declined."""
    known = {"payment_intent": result["payment_intent"]}
    match result["status"]:
        case "succeeded":
            await keep_taken(work, run, result["taken"])
            add_signal(run, "debt_paid")
        case "requires_action":
            url = result["approval_url"]
            await move_hold(work, run.order, HoldEvent.APPROVAL_ASKED, approval_url=url, **known)
            await redraw_known(work, run.order)
            await _tell_link(work, run, url)
        case "requires_payment_method" | "canceled":
            declined = {"refusal": result["refusal"], "approval_url": None}
            await move_hold(work, run.order, HoldEvent.DECLINED, **known, **declined)
            add_signal(run, "declined")
        case _:
            pass  # processing: the next look will know


async def _tell_link(work: UnitOfWork, run: Run, url: str | None) -> None:
    campus, order = await find_campus(work, run.campus_id), await find_order(work, run.campus_id, run.order)
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.person,
        name=f"debt_approval:{run.id}",
        key="push-debt-approval",
        order_id=run.order,
        buttons=[] if url is None else [{"key": "button-approve-with-bank", "url": url, "style": "success"}],
        words={
            "order": run.order,
            "amount": spell(order.total or 0, order.price.currency),
            "minutes": max(1, campus.windows.payment // 60),
        },
    )


async def look_at_payment(client: Stripe, sent: Sent) -> Result:
    """The payment as it is now."""
    return _payment(await retrieve_intent(client, sent.params["payment_intent"]))


async def record_look(work: UnitOfWork, run: Run, result: Result) -> None:
    """A bank's yes or no that came meanwhile; while it waits for hers there is no news."""
    if result["status"] != "requires_action":
        await record_charge(work, run, result)


async def plan_drop(work: UnitOfWork, run: Run, key: str) -> Params | None:
    """As a hold is let go. But what Stripe answered with a failure it may still do, and this takes money at once.

    So she is not told that nothing was charged, and asked again, before a day without a trace is over.
    """
    params = await plan_release(work, run, key)
    if params is not None and params["payment_intent"] is None and "failed_at" in run.data:
        params["asked"]["sure_after"] = TOOK_NOTHING_AFTER.total_seconds()
        await _tell_how_long(work, run)
    return params


async def _tell_how_long(work: UnitOfWork, run: Run) -> None:
    order = await find_order(work, run.campus_id, run.order)
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.person,
        name=f"debt_unclear:{run.id}",
        key="push-debt-unclear",
        order_id=run.order,
        words={"order": run.order, "amount": spell(order.total or 0, order.price.currency)},
    )


async def drop(client: Stripe, sent: Sent) -> Result:
    """Close what was not paid, looking first for one whose answer never came; a yes at the last moment counts."""
    intent = await made_by_asking(client, sent)
    if intent is None:
        return {"payment_intent": None}
    found = await retrieve_intent(client, intent)
    if found["status"] == "processing":
        raise TryLater("processing", "the bank has not answered yet")
    if found["status"] != "succeeded":
        found = await _close(client, intent, sent.key)
    return {"payment_intent": intent, "taken": taken(found) if found["status"] == "succeeded" else None}


async def _close(client: Stripe, intent: str, key: str) -> dict[str, Any]:
    try:
        return await cancel_intent(client, intent, key)
    except Refused:
        found = await retrieve_intent(client, intent)
        if found["status"] != "succeeded":
            raise
        return found


async def record_drop(work: UnitOfWork, run: Run, result: Result) -> None:
    """Nothing was taken, and nothing can be any more; or it was paid after all, and that is booked."""
    if result.get("taken") is None:
        await record_release(work, run, result)
        return
    await keep_taken(work, run, result["taken"])
    await book_settlement(work, run)


def _payment(found: dict[str, Any]) -> Result:
    action = (found.get("next_action") or {}).get("redirect_to_url") or {}
    error = found.get("last_payment_error") or {}
    return {
        "payment_intent": found["id"],
        "status": found["status"],
        "approval_url": action.get("url"),
        "refusal": error.get("code") or found.get("cancellation_reason") or found["status"],
        "taken": taken(found) if found["status"] == "succeeded" else None,
    }


CHARGE_DEBT = OutsideStep(
    plan=plan_charge,
    call=charge,
    record=record_charge,
    look=look_for_charge,
    refused=record_decline,
    renew_after=TOOK_NOTHING_AFTER,
)
LOOK_AT_CHARGE = OutsideStep(plan=plan_look, call=look_at_payment, record=record_look)
DROP_CHARGE = OutsideStep(plan=plan_drop, call=drop, record=record_drop)
