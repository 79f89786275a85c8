"""The outside step about a dispute: how it stands at Stripe, and which money moved for it."""

from datetime import UTC, datetime
from typing import Any

from domain.store.disputes import lock_dispute
from domain.store.runs import Run
from domain.store.steps.disputes import (
    book_withdrawal,
    is_over,
    lose_dispute,
    meet_dispute,
    tell_opened,
    win_dispute,
)
from domain.store.unit_of_work import UnitOfWork
from workers.steps.step import OutsideStep, Params, Result, Sent
from workers.stripe_gateway import Stripe, retrieve_dispute

WON = ("won", "warning_closed", "prevented")  # the money is ours, or was never taken


async def plan_look(_work: UnitOfWork, run: Run, _key: str) -> Params:
    """Which dispute to look at."""
    return {"dispute": run.data["dispute"]}


async def look(client: Stripe, sent: Sent) -> Result:
    """The dispute as it is now, and what moved on our balance for it, in minor units."""
    found = await retrieve_dispute(client, sent.params["dispute"])
    moved: list[dict[str, Any]] = found.get("balance_transactions") or []
    return {
        "dispute": found["id"],
        "status": found["status"],
        "amount": found["amount"],
        "currency": found["currency"],
        "reason": found["reason"],
        "answer_by": (found.get("evidence_details") or {}).get("due_by"),
        "withdrawn": -sum(one["amount"] for one in moved if one["amount"] < 0),
        "returned": sum(one["amount"] for one in moved if one["amount"] > 0),
        "fee": sum(one["fee"] for one in moved if one["amount"] < 0),
        "fee_returned": -sum(one["fee"] for one in moved if one["amount"] > 0),
    }


async def record_look(work: UnitOfWork, run: Run, result: Result) -> None:
    """Only forward: opened, money taken, won or lost, each booked and told once however often Stripe says it.

    A dispute that is won counts as won when the money is back: until then a later event brings us here again.
    """
    name = result["dispute"]
    met = await meet_dispute(work, run, name, result["amount"], result["currency"], result["reason"])
    if is_over(met):
        return
    await book_withdrawal(work, met, result["withdrawn"], result["fee"])
    seconds = result["answer_by"]
    await tell_opened(work, met, None if seconds is None else datetime.fromtimestamp(seconds, UTC))
    standing = await lock_dispute(work, name) or met
    if result["status"] == "lost":
        await lose_dispute(work, standing)
    elif result["status"] in WON and result["returned"] >= standing.withdrawn:
        await win_dispute(work, run, standing, result["fee_returned"])


LOOK_AT_DISPUTE = OutsideStep(plan=plan_look, call=look, record=record_look)
