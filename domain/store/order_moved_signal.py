"""An order that goes on while more money is asked for: whoever asks for it hears that it came too late."""

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from domain.saga import SagaStatus
from domain.store.schema import saga, saga_signal
from domain.store.unit_of_work import UnitOfWork


async def signal_order_moved(work: UnitOfWork, order_id: int) -> None:
    """Signal the order's replace_hold, if one runs, that the order was moved; behind its pivot it changes nothing.

    Called by every move of an order, under its lock, so that no way on can forget it. Whether a hold may take its
    place is asked again under the same lock: a signal only makes turning back come at once.
    """
    running = select(saga.c.id, literal("order_changed"), literal({}, JSONB)).where(
        saga.c.order_id == order_id, saga.c.kind == "replace_hold", saga.c.status == SagaStatus.RUNNING
    )
    signal = insert(saga_signal).from_select(["saga_id", "name", "data"], running).on_conflict_do_nothing()
    for told in (await work.connection.execute(signal.returning(saga_signal.c.saga_id))).scalars().all():
        work.enqueue_after_commit("run_saga", told, order_id)
