"""The signal that tells a running price increase that its order was moved and the increase comes too late."""

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from domain.saga import SagaStatus
from domain.store.schema import saga, saga_signal
from domain.store.unit_of_work import UnitOfWork


async def signal_order_moved(work: UnitOfWork, order_id: int) -> None:
    """Signal the order's replace_hold, if one runs, that the order was moved; behind its pivot this changes nothing.

    Every move of an order calls this under the order's lock, so that no move can forget it. Whether the replacement
    hold may take its place is checked again under the same lock. The signal only makes it compensate at once.
    """
    running = select(saga.c.id, literal("order_changed"), literal({}, JSONB)).where(
        saga.c.order_id == order_id, saga.c.kind == "replace_hold", saga.c.status == SagaStatus.RUNNING
    )
    signal = insert(saga_signal).from_select(["saga_id", "name", "data"], running).on_conflict_do_nothing()
    for saga_id in (await work.connection.execute(signal.returning(saga_signal.c.saga_id))).scalars().all():
        work.enqueue_after_commit("run_saga", saga_id, order_id)
