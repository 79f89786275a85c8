"""The release of held pay: it is sent as soon as its time has passed and nothing keeps it."""

from domain.campuses.people_repository import lock_payouts_ready
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import refresh_existing_order_messages
from domain.orders.repository import lock_order
from domain.payouts.held_pay.repository import DuePayable, release_payable
from domain.payouts.repository import can_start_payout
from domain.payouts.sagas.pay_out_runner import build_payout_start
from domain.saga.start import start_saga


async def release_held_payout(work: UnitOfWork, due: DuePayable) -> bool:
    """Release a held payable, and start its payout in this transaction if the runner's account is ready.

    An account that becomes ready later starts it then. Return False, and change nothing, when it is not to be released
    now, or another worker was faster. The order is locked first, so that a case about it is opened before or after.
    """
    await lock_order(work, due.campus_id, due.order_id)
    is_ready = await lock_payouts_ready(work, due.runner_id)
    released = await release_payable(work, due.id)
    if released is None:
        return False
    await refresh_existing_order_messages(work, due.order_id)
    if is_ready and await can_start_payout(work, due.id):
        await start_saga(work, build_payout_start(released))
    return True
