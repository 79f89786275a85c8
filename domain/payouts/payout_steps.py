"""Local steps of payouts: what a runner is owed, what a payout moves, and what a ready account starts."""

from domain.campuses.people_repository import lock_payouts_ready, set_payouts_ready
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.orders.repository import list_active_deliveries
from domain.payouts.model import INSUFFICIENT_FUNDS, PLATFORM_REFUSALS, Payable, PayoutEvent
from domain.payouts.netting import net_debts
from domain.payouts.notifications import (
    account_gone,
    payout_late,
    payout_netted,
    payout_refused,
    payout_refused_admins,
    payout_waits,
    payouts_set_up,
    platform_cannot_pay,
)
from domain.payouts.repository import can_start_payout, list_open_payables, move_payable
from domain.payouts.sagas.onboard_runner import build_onboarding_start
from domain.payouts.sagas.pay_out_runner import PayOutRunnerData, build_payout_start
from domain.saga.refusals import ACCOUNT_GONE
from domain.saga.run import SagaRun


async def start_payout_or_ask_set_up(work: UnitOfWork, run: SagaRun, payable: Payable) -> None:
    """Start the payout in this transaction, or tell the runner what to set up first."""
    if await lock_payouts_ready(work, payable.runner_id):
        if await can_start_payout(work, payable.id):
            run.requested_sagas.append(build_payout_start(payable))
        return
    await notify(work, payout_waits(payable))


async def start_payout(work: UnitOfWork, run: SagaRun) -> None:
    """Move the payable open -> sending, or to annulled when debts of the runner took all of it.

    Raise LookupError when the payable is not open (another saga sends it), or must not be sent now.
    """
    attempt = run.data_as(PayOutRunnerData).attempt
    owed = await net_debts(work, run.required_order_id)
    begun = PayoutEvent.ANNULLED if owed is not None and owed.netted and owed.due == 0 else PayoutEvent.STARTED
    payable = await move_payable(work, run.required_order_id, begun, attempt=attempt, refusal=None)
    if payable is None:
        raise LookupError(f"nothing open to pay out for order {run.required_order_id}")
    if begun is PayoutEvent.ANNULLED:
        await refresh_existing_order_messages(work, run.required_order_id)
        await notify(work, payout_netted(payable, run))


async def keep_payable(work: UnitOfWork, run: SagaRun) -> None:
    """Move the payable sending -> open, because Stripe refused the transfer.

    It stays owed until the account is ready again, or the campus team did what is theirs to do.
    """
    payable = await move_payable(work, run.required_order_id, PayoutEvent.REFUSED, refusal=run.reason)
    if payable is None:
        return
    await refresh_existing_order_messages(work, run.required_order_id)
    if run.reason in PLATFORM_REFUSALS:  # nothing is wrong with the runner's account
        is_short = run.reason == INSUFFICIENT_FUNDS
        await notify(work, payout_late(payable, is_short=is_short))
        await notify(work, platform_cannot_pay(payable, run, is_short=is_short))
        return
    await set_payouts_ready(work, payable.runner_id, ready=False)
    await notify(work, payout_refused_admins(payable, run))
    if run.reason == ACCOUNT_GONE:
        await renew_gone_account(work, run, payable)
        return
    await notify(work, payout_refused(payable, run))


async def renew_gone_account(work: UnitOfWork, run: SagaRun, payable: Payable) -> None:
    """Tell the runner that Stripe does not know their account any more, and have a link for a new one sent."""
    await notify(work, account_gone(payable, run))
    run.requested_sagas.append(
        build_onboarding_start(campus_id=run.campus_id, person_id=payable.runner_id, now=work.now)
    )


async def open_payouts(work: UnitOfWork, run: SagaRun) -> None:
    """Record that the runner's account is ready, and send everything owed so far."""
    was_ready = await lock_payouts_ready(work, run.required_person_id)
    await set_payouts_ready(work, run.required_person_id, ready=True)
    run.requested_sagas.extend(
        build_payout_start(payable) for payable in await list_open_payables(work, run.required_person_id)
    )
    if was_ready:  # a parallel set-up told the runner already
        return
    for order in await list_active_deliveries(work, run.campus_id, run.required_person_id):
        await refresh_existing_order_messages(work, order.id)
    await notify(work, payouts_set_up(run))
