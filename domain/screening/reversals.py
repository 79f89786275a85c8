"""A transfer that a person reversed at Stripe: the runner is owed it again, and an admin decides whether it is sent."""

from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings_at_stripe import reversal_at_stripe_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.money import format_money
from domain.orders.repository import lock_order
from domain.payments.advances import DONE_AT_STRIPE
from domain.payouts.held_pay.repository import hold_for_review
from domain.payouts.model import PayoutEvent, PayoutStatus
from domain.payouts.repository import lock_payable, move_payable, record_transfer_reversed
from domain.risk.verdicts import PayReason
from domain.screening.notifications import pay_reversed_admins, pay_reversed_runner
from domain.screening.review_repository import reopen_review


async def adopt_reversal(work: UnitOfWork, campus_id: int, order_id: int, reversal: str, amount: int) -> None:
    """Book a reversal (minor units) that no call of ours made, keep what is owed until an admin decides; once.

    Raise LookupError when nothing was owed for the order.
    """
    order = await lock_order(work, campus_id, order_id)
    owed = await lock_payable(work, order_id)
    if owed is None:
        raise LookupError(f"order {order_id} has a transfer, and no payable")
    posting = reversal_at_stripe_posting(
        reversal=reversal, runner=owed.runner_id, amount=amount, currency=owed.currency
    )
    if not await post_to_ledger(work, posting, order_id):
        return
    await record_transfer_reversed(work, order_id, amount, borne=False)
    if owed.status in (PayoutStatus.PAID, PayoutStatus.ANNULLED):
        await move_payable(work, order_id, PayoutEvent.REOPENED, transfer=None)
    await reopen_review(work, campus_id, order_id, PayReason.REVERSED)
    await hold_for_review(work, order_id)
    await log_event(
        work,
        SYSTEM,
        campus_id=campus_id,
        order_id=order_id,
        subject="payout",
        subject_id=owed.id,
        happened=DONE_AT_STRIPE,
        reason=format_money(amount, owed.currency),
    )
    await refresh_existing_order_messages(work, order_id)
    await notify(work, pay_reversed_admins(order, reversal, amount, owed.currency))
    await notify(work, pay_reversed_runner(order, owed.runner_id, reversal, amount, owed.currency))
