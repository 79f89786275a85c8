"""The external step of an account that was set up before: can it receive transfers, and did a bank payout fail."""

from typing import Any

from domain.database.unit_of_work import UnitOfWork
from domain.payouts.account_changes import record_account_disconnected, record_payouts_ready, tell_payout_returned
from domain.payouts.sagas.follow_account import FollowAccountData
from domain.saga.run import SagaRun
from workers.engine.call_failures import Refused
from workers.engine.external_step import CallRequest, ExternalStepHooks, StepParams, StepResult
from workers.stripe.gateway import StripeGateway, retrieve_account, retrieve_payout
from workers.stripe.gateway_failures import ACCOUNT_INVALID
from workers.stripe.steps.payout_steps import can_receive_transfers


async def prepare_payout_account_check(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    """Return the account, and the bank payout to look up, if there is one."""
    data = run.data_as(FollowAccountData)
    return {"account": data.account, "payout": data.payout}


async def fetch_payout_account(client: StripeGateway, request: CallRequest) -> StepResult:
    """Return whether the account can receive transfers, and its bank payout.

    An account that we cannot reach was disconnected by its owner (`cut_off`).
    """
    account, payout = request.params["account"], request.params["payout"]
    try:
        found = await retrieve_account(client, account)
        paid = None if payout is None else await retrieve_payout(client, payout, account)
    except Refused as refusal:
        if refusal.reason != ACCOUNT_INVALID:
            raise
        return {"account": account, "cut_off": True}
    return {"account": account, "cut_off": False, "ready": can_receive_transfers(found), "payout": _payout_result(paid)}


async def record_payout_account_check(work: UnitOfWork, run: SagaRun, result: StepResult) -> None:
    """Record what changed, and tell the runner each change once."""
    if result["cut_off"]:
        await record_account_disconnected(work, run, result["account"])
        return
    await record_payouts_ready(work, run, ready=result["ready"])
    payout = result["payout"]
    if payout is not None and payout["status"] == "failed":
        await tell_payout_returned(work, run, payout["id"], payout["amount"], payout["currency"])


def _payout_result(found: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if found is None else {name: found[name] for name in ("id", "status", "amount", "currency")}


REFRESH_PAYOUTS = ExternalStepHooks(
    prepare=prepare_payout_account_check, execute=fetch_payout_account, record=record_payout_account_check
)
