"""The external step of an account that was set up before: can it receive transfers, and did a bank payout fail."""

from dataclasses import dataclass

from domain.database.unit_of_work import UnitOfWork
from domain.payouts.account_changes import (
    record_account_disconnected,
    record_account_trouble,
    record_payouts_ready,
    tell_payout_returned,
)
from domain.payouts.sagas.follow_account import FollowAccountData
from domain.saga.refusals import RefusalKind
from domain.saga.run import SagaRun
from workers.engine.call_failures import Refused
from workers.engine.external_step import CallRequest, StepParams, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_failures import ACCOUNT_INVALID
from workers.stripe.gateway_payouts import retrieve_account, retrieve_bank_payout
from workers.stripe.objects.account import BankPayout, BankPayoutStatus, StripeAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectedAccount:
    """An account that we cannot reach: its owner disconnected it."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedAccount:
    """An account as it is now, and the bank payout that was looked up, if there was one."""

    account: StripeAccount
    payout: BankPayout | None


async def prepare_payout_account_check(_work: UnitOfWork, run: SagaRun, _key: str) -> StepParams:
    """Return the account, and the bank payout to look up, if there is one."""
    data = run.data_as(FollowAccountData)
    return {"account": data.account, "payout": data.payout}


async def fetch_payout_account(client: StripeGateway, request: CallRequest) -> CheckedAccount | DisconnectedAccount:
    """Return whether the account can receive transfers, and its bank payout; one that is gone tells nothing."""
    account, payout = request.params["account"], request.params["payout"]
    try:
        found = await retrieve_account(client, account)
    except Refused as refusal:
        if refusal.kind is not RefusalKind.GONE:
            raise
        return DisconnectedAccount(id=account)
    try:
        returned = None if payout is None else await retrieve_bank_payout(client, payout, account)
    except Refused as refusal:
        if refusal.kind is not RefusalKind.GONE:
            raise
        if refusal.reason == ACCOUNT_INVALID:
            return DisconnectedAccount(id=account)
        returned = None
    return CheckedAccount(account=found, payout=returned)


async def record_payout_account_check(
    work: UnitOfWork, run: SagaRun, found: CheckedAccount | DisconnectedAccount
) -> None:
    """Record what changed, and tell the runner each change once."""
    if isinstance(found, DisconnectedAccount):
        await record_account_disconnected(work, run, found.id)
        return
    ready = found.account.can_receive_transfers
    await record_payouts_ready(work, run, ready=ready)
    await record_account_trouble(work, run, found.account.trouble, ready=ready)
    payout = found.payout
    if payout is not None and payout.status is BankPayoutStatus.FAILED:
        await tell_payout_returned(work, run, payout.id, payout.amount, payout.currency)


REFRESH_PAYOUTS = define_external_step(
    prepare=prepare_payout_account_check, execute=fetch_payout_account, record=record_payout_account_check
)
