"""Changes of a runner's account after it was set up: lost, disconnected, ready again, a payout that came back."""

from domain.campuses.people_repository import (
    change_account_trouble,
    forget_stripe_account,
    lock_payouts_ready,
    set_payouts_ready,
)
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.payouts.model import AccountTrouble
from domain.payouts.notifications import (
    account_disconnected,
    account_in_trouble,
    account_well,
    payout_returned,
    payouts_lost,
    payouts_ready_again,
)
from domain.payouts.repository import list_open_payables
from domain.payouts.sagas.pay_out_runner import build_payout_start
from domain.saga.run import SagaRun


async def record_payouts_ready(work: UnitOfWork, run: SagaRun, *, ready: bool) -> None:
    """Record whether transfers to the runner's account are possible; tell a change once.

    While the account is lost, everything stays owed. When it is ready again, all of it is sent.
    """
    if await lock_payouts_ready(work, run.required_person_id) is ready:
        return
    await set_payouts_ready(work, run.required_person_id, ready=ready)
    owed = await list_open_payables(work, run.required_person_id)
    if ready:
        run.requested_sagas.extend(build_payout_start(payable) for payable in owed)
    for payable in owed:
        await refresh_existing_order_messages(work, payable.order_id)
    await notify(work, payouts_ready_again(run) if ready else payouts_lost(run))


async def record_account_trouble(
    work: UnitOfWork, run: SagaRun, trouble: AccountTrouble | None, *, ready: bool
) -> None:
    """Record what Stripe lacks of the account; tell each change once.

    That all is well again is told only of an account that can receive transfers; the loss of another one is told.
    """
    before = await change_account_trouble(work, run.required_person_id, trouble)
    if before == trouble or (trouble is None and not ready):
        return
    await notify(work, account_well(run) if trouble is None else account_in_trouble(run, trouble))


async def record_account_disconnected(work: UnitOfWork, run: SagaRun, account: str) -> None:
    """Forget the account that its owner disconnected from us, and tell the runner.

    The next set-up makes another account.
    """
    await lock_payouts_ready(work, run.required_person_id)
    if not await forget_stripe_account(work, run.required_person_id, account):
        return
    await set_payouts_ready(work, run.required_person_id, ready=False)
    for payable in await list_open_payables(work, run.required_person_id):
        await refresh_existing_order_messages(work, payable.order_id)
    await notify(work, account_disconnected(run))


async def tell_payout_returned(work: UnitOfWork, run: SagaRun, payout: str, amount: int, currency: str) -> None:
    """Tell the runner once that the bank sent back a payout (`amount` in minor units).

    The money is on the runner's Stripe account.
    """
    await notify(work, payout_returned(run, payout, amount, currency))
