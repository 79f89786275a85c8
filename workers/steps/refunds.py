"""Outside steps of a refund: to the customer's card, back from the runner's account, and what became of it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func

from domain.money import spell
from domain.payment import Refund, RefundEvent, RefundStatus
from domain.postings import refund_posting, reversal_posting
from domain.store.messages import redraw_known, tell
from domain.store.money import payable_of, post
from domain.store.orders import find_order
from domain.store.refunds import change_refund, lock_refund, move_refund
from domain.store.runs import Run
from domain.store.steps.payables import count_reversal, send_rest
from domain.store.steps.refunds import fail_refund, owe_refund
from domain.store.unit_of_work import UnitOfWork
from workers.outcomes import Refused, Unknown
from workers.steps.step import OutsideStep, Params, Result, Sent, add_signal
from workers.stripe_gateway import (
    UNKNOWN_OBJECT,
    Stripe,
    create_refund,
    find_refund,
    find_reversal,
    retrieve_refund,
    reverse_transfer,
)

MOVED_NOTHING_AFTER = timedelta(hours=24)  # money without a trace by then did not move
FAILED = ("failed", "canceled")
# A reversal refused for one of these is a fault of ours, or somebody else's doing: a human has to look.
NOT_HERS = frozenset({"idempotency_error", "invalid_request", UNKNOWN_OBJECT})


async def plan_refund(work: UnitOfWork, run: Run, key: str) -> Params:
    """What was agreed on, to the payment it came from."""
    made = await lock_refund(work, run.data["refund_row"])
    return {
        "payment_intent": made.payment_intent,
        "amount": made.amount,
        "reason": "requested_by_customer",
        "metadata": {"order": str(made.order_id), "saga": str(run.id), "call": key},
    }


async def refund(client: Stripe, sent: Sent) -> Result:
    """Send it back, and see how that stands: a call sent again is answered with what was true the first time."""
    made = await create_refund(client, sent.params, sent.key)
    try:
        return _refund(await retrieve_refund(client, made["id"]))
    except Refused as refusal:  # of the second question: the first was answered with yes
        raise Unknown("refund_unseen", str(refusal)) from refusal


async def look_for_refund(client: Stripe, sent: Sent) -> Result | None:
    """The refund an unanswered call made, if it made one."""
    found = await find_refund(client, sent.params["payment_intent"], sent.key)
    return None if found is None else _refund(found)


async def record_refund(work: UnitOfWork, run: Run, result: Result) -> None:
    """Stripe took it: booked, told to both; a bank may still take its time, or say no.

    One that failed by now was taken all the same: Stripe's books have it both ways, so ours do.
    """
    run.data["refund"] = result["refund"]
    await change_refund(work, run.data["refund_row"], refund=result["refund"])
    happened = RefundEvent.SUCCEEDED if result["status"] == "succeeded" else RefundEvent.ACCEPTED
    made = await move_refund(work, run.data["refund_row"], happened, settled_at=_settled(happened))
    if made is None:
        raise LookupError(f"refund {run.data['refund_row']} was not asked for")
    if happened is RefundEvent.SUCCEEDED:
        add_signal(run, "refund_settled")
    posting = refund_posting(
        refund=result["refund"], runner=made.runner_id, ours=made.ours, hers=made.hers, currency=made.currency
    )
    await post(work, posting, made.order_id)
    if result["status"] in FAILED:
        await record_look(work, run, result)
        return
    await redraw_known(work, made.order_id)
    await _tell_both(work, made)


def _settled(happened: RefundEvent) -> Any:
    return func.now() if happened is RefundEvent.SUCCEEDED else None


async def _tell_both(work: UnitOfWork, made: Refund) -> None:
    order = await find_order(work, made.campus_id, made.order_id)
    amount = spell(made.amount, made.currency)
    await tell(
        work,
        campus_id=made.campus_id,
        chat_id=order.customer_id,
        name=f"refunded:{made.id}",
        key="push-refunded",
        order_id=made.order_id,
        words={"order": made.order_id, "amount": amount, "reason": made.reason},
    )
    if made.hers == 0:
        return
    await tell(
        work,
        campus_id=made.campus_id,
        chat_id=made.runner_id,
        name=f"refunded_runner:{made.id}",
        key="push-refunded-runner",
        order_id=made.order_id,
        words={
            "order": made.order_id,
            "amount": amount,
            "hers": spell(made.hers, made.currency),
            "reason": made.reason,
        },
    )


async def plan_reversal(work: UnitOfWork, run: Run, key: str) -> Params | None:
    """What the runner was sent and bears; None when she bears nothing that was sent, or the refund failed meanwhile."""
    made = await lock_refund(work, run.data["refund_row"])
    if made.to_take_back == 0 or made.status is RefundStatus.FAILED:
        return None
    return {
        "transfer": made.transfer,
        "reversal": {
            "amount": made.to_take_back,
            "metadata": {"order": str(made.order_id), "saga": str(run.id), "call": key},
        },
    }


async def take_back(client: Stripe, sent: Sent) -> Result:
    """Take it back; `refusal` says why her account has it no more."""
    try:
        found = await reverse_transfer(client, sent.params["transfer"], sent.params["reversal"], sent.key)
    except Refused as refusal:
        if refusal.reason in NOT_HERS:
            raise
        return {"reversal": None, "refusal": refusal.reason}
    return _reversal(found)


async def look_for_reversal(client: Stripe, sent: Sent) -> Result | None:
    """The reversal an unanswered call made, if it made one."""
    found = await find_reversal(client, sent.params["transfer"], sent.key)
    return None if found is None else _reversal(found)


async def record_reversal(work: UnitOfWork, run: Run, result: Result) -> None:
    """It is back, or she owes it; where the refund failed meanwhile, what came back is hers again."""
    made = await lock_refund(work, run.data["refund_row"])
    borne = made.status is not RefundStatus.FAILED
    if result["reversal"] is None:
        if borne:
            await owe_refund(work, made, result["refusal"])
        return
    amount = result["amount"]
    await change_refund(work, made.id, reversal=result["reversal"], taken_back=amount)
    await count_reversal(work, made.order_id, amount, borne=borne)
    posting = reversal_posting(
        reversal=result["reversal"], runner=made.runner_id, amount=amount, currency=made.currency
    )
    await post(work, posting, made.order_id)
    owed = await payable_of(work, made.order_id)
    if owed is not None:
        await send_rest(work, run, owed)
    await redraw_known(work, made.order_id)


async def plan_look(work: UnitOfWork, run: Run, _key: str) -> Params:
    """Which refund to look at."""
    made = await lock_refund(work, run.data["refund_row"])
    return {"refund": made.refund}


async def look_at_refund(client: Stripe, sent: Sent) -> Result:
    """The refund as it is now."""
    return _refund(await retrieve_refund(client, sent.params["refund"]))


async def record_look(work: UnitOfWork, run: Run, result: Result) -> None:
    """It arrived, it failed, or the bank has not answered yet."""
    if result["status"] in FAILED:
        await fail_refund(work, run, run.data["refund_row"], result["failure"] or result["status"])
    elif result["status"] == "succeeded":
        await move_refund(work, run.data["refund_row"], RefundEvent.SUCCEEDED, settled_at=func.now())
    else:
        return
    add_signal(run, "refund_settled")


def _refund(found: dict[str, Any]) -> Result:
    return {"refund": found["id"], "status": found["status"], "failure": found.get("failure_reason")}


def _reversal(found: dict[str, Any]) -> Result:
    return {"reversal": found["id"], "amount": found["amount"], "refusal": None}


CREATE_REFUND = OutsideStep(
    plan=plan_refund, call=refund, record=record_refund, look=look_for_refund, renew_after=MOVED_NOTHING_AFTER
)
REVERSE_TRANSFER = OutsideStep(
    plan=plan_reversal,
    call=take_back,
    record=record_reversal,
    look=look_for_reversal,
    renew_after=MOVED_NOTHING_AFTER,
)
LOOK_AT_REFUND = OutsideStep(plan=plan_look, call=look_at_refund, record=record_look)
