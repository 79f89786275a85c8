"""The outside step about an account that was set up before: whether it can be paid to, and what its bank said."""

from typing import Any

from domain.store.runs import Run
from domain.store.steps.accounts import note_bank_refused, note_cut_off, note_ready
from domain.store.unit_of_work import UnitOfWork
from workers.outcomes import Refused
from workers.steps.payouts import is_ready
from workers.steps.step import OutsideStep, Params, Result, Sent
from workers.stripe_gateway import Stripe, retrieve_account, retrieve_payout
from workers.stripe_gateway_failures import CUT_OFF


async def plan_look(_work: UnitOfWork, run: Run, _key: str) -> Params:
    """Which account, and which of its pay-outs to a bank."""
    return {"account": run.data["account"], "payout": run.data.get("payout")}


async def look(client: Stripe, sent: Sent) -> Result:
    """The account as it is now, and the pay-out; an account out of our reach was cut off by its owner."""
    account, payout = sent.params["account"], sent.params["payout"]
    try:
        found = await retrieve_account(client, account)
        paid = None if payout is None else await retrieve_payout(client, payout, account)
    except Refused as refusal:
        if refusal.reason != CUT_OFF:
            raise
        return {"account": account, "cut_off": True}
    return {"account": account, "cut_off": False, "ready": is_ready(found), "payout": _payout(paid)}


async def record_look(work: UnitOfWork, run: Run, result: Result) -> None:
    """She is told what changed, once."""
    if result["cut_off"]:
        await note_cut_off(work, run, result["account"])
        return
    await note_ready(work, run, ready=result["ready"])
    payout = result["payout"]
    if payout is not None and payout["status"] == "failed":
        await note_bank_refused(work, run, payout["id"], payout["amount"], payout["currency"])


def _payout(found: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if found is None else {name: found[name] for name in ("id", "status", "amount", "currency")}


LOOK_AT_PAYOUTS = OutsideStep(plan=plan_look, call=look, record=record_look)
