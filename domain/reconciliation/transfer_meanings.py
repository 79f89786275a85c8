"""What an unknown transfer was: the pay of the order's runner, which it settles, or something else."""

from domain.campuses.people_repository import find_person_id_of_account, lock_payouts_ready
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.ledger.postings_at_stripe import transfer_at_stripe_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.money import format_money
from domain.orders.repository import find_order_of_any_campus
from domain.orders.states import FINAL_ORDER_STATUSES
from domain.payouts.model import Payable, PayoutStatus
from domain.payouts.repository import can_start_payout, find_payable, lock_payable, record_paid_at_stripe
from domain.payouts.sagas.pay_out_runner import build_payout_start
from domain.reconciliation.discrepancy import Discrepancy, DiscrepancyKind, TransferMeaning
from domain.reconciliation.notifications import paid_at_stripe
from domain.reconciliation.refusals import (
    NoPayOwed,
    TransferOfAnother,
    TransferTakenBack,
    TransferUnexplained,
    TransferUnlikePay,
    TransferUnread,
)
from domain.reconciliation.repository import find_order_meant, list_unsaid_transfers, reopen_unsaid_transfer
from domain.reconciliation.unbooked_repository import sum_moved, tell_movement_with
from domain.saga.start import start_saga


async def choose_meaning(work: UnitOfWork, found: Discrepancy, said: TransferMeaning | None) -> TransferMeaning | None:
    """Return what the transfer of a discrepancy was, None of another kind of discrepancy.

    Raise TransferUnexplained when the admin did not say it and it keeps pay back, Stale when it is no transfer.
    """
    if found.kind is not DiscrepancyKind.UNKNOWN_TRANSFER:
        if said is not None:
            raise Stale
        return None
    if said is None and await _keeps_pay_back(work, found):
        raise TransferUnexplained(number=found.id)
    return said or TransferMeaning.OTHER


async def _keeps_pay_back(work: UnitOfWork, found: Discrepancy) -> bool:
    """Return whether the runner of its order is owed something, or may be yet."""
    order_id = await find_order_meant(work, found)
    order = None if order_id is None else await find_order_of_any_campus(work, order_id)
    if order is None:
        return False
    owed = await find_payable(work, order.id)
    return order.status not in FINAL_ORDER_STATUSES if owed is None else owed.due > 0


async def ask_about_unsaid_transfers(work: UnitOfWork) -> None:
    """Open each transfer again that a bot of an earlier release settled without asking, and that keeps pay back."""
    for each in await list_unsaid_transfers(work):
        if await _keeps_pay_back(work, each):
            await reopen_unsaid_transfer(work, each)


async def book_as_pay(work: UnitOfWork, settled: Discrepancy, order_id: int | None) -> None:
    """Book a transfer as the pay for the order, which is locked, once, and tell the runner.

    It counts for what it moved less what was reversed of it. Raise TransferUnread while this was not read,
    NoPayOwed, TransferOfAnother, TransferTakenBack and TransferUnlikePay when it cannot be that pay, and Stale when it
    is booked.
    """
    owed = None if order_id is None else await _lock_open_payable(work, order_id)
    if owed is None:
        raise NoPayOwed(order=order_id or "-")
    await _require_runners_account(work, settled, owed)
    amount = await _find_amount(work, settled)
    if amount > owed.due or settled.currency != owed.currency:
        sent = format_money(amount, settled.currency or owed.currency)
        raise TransferUnlikePay(order=owed.order_id, sent=sent, left=format_money(owed.due, owed.currency))
    posting = transfer_at_stripe_posting(
        transfer=settled.subject, runner=owed.runner_id, amount=amount, currency=owed.currency
    )
    if not await post_to_ledger(work, posting, owed.order_id):
        raise Stale
    await record_paid_at_stripe(work, owed, transfer=settled.subject, amount=amount)
    await refresh_existing_order_messages(work, owed.order_id)
    await notify(work, paid_at_stripe(owed, settled.subject, amount))


async def _lock_open_payable(work: UnitOfWork, order_id: int) -> Payable | None:
    """Return what is due for the order, locked behind its runner; None when nothing is."""
    owed = await find_payable(work, order_id)
    if owed is None:
        return None
    await lock_payouts_ready(work, owed.runner_id)
    owed = await lock_payable(work, order_id)
    return owed if owed is not None and owed.status is PayoutStatus.OPEN and owed.due > 0 else None


async def _require_runners_account(work: UnitOfWork, settled: Discrepancy, owed: Payable) -> None:
    """Refuse an account that is somebody else's; nobody's may be a former one of the runner."""
    if not settled.note:
        raise TransferUnread(number=settled.id)
    owner = await find_person_id_of_account(work, settled.note)
    if owner not in (None, owed.runner_id):
        raise TransferOfAnother(order=owed.order_id, account=settled.note)


async def _find_amount(work: UnitOfWork, settled: Discrepancy) -> int:
    """Return the minor units that the transfer moved less its reversals, as its balance transactions say.

    What the transfer itself says is no substitute: a reversal whose balance transaction is read later is adopted then,
    and the runner would be owed it a second time.
    """
    posting_key = f"transfer:{settled.subject}"
    await tell_movement_with(work, settled.id, posting_key)
    moved = await sum_moved(work, settled.id, posting_key)
    if moved is None:
        raise TransferUnread(number=settled.id)
    if moved >= 0:
        raise TransferTakenBack(number=settled.id)
    return -moved


async def resume_payout(work: UnitOfWork, order_id: int) -> None:
    """Start the payout of what is due for the order, now that no unknown transfer keeps it back, if it may start."""
    owed = await find_payable(work, order_id)
    if owed is not None and await lock_payouts_ready(work, owed.runner_id) and await can_start_payout(work, owed.id):
        await start_saga(work, build_payout_start(owed))
