"""Which sagas, cards and messages of one order are due just now."""

from sqlalchemy import BigInteger, String, bindparam, cast, func, literal, select, union_all

from domain.store.saga_rows import is_due
from domain.store.schema import live_card, push, saga
from domain.store.unit_of_work import Bell, UnitOfWork

_ORDER = bindparam("order", type_=BigInteger())
_DUE = union_all(
    select(literal("run_saga").label("job"), cast(saga.c.id, String).label("subject")).where(
        saga.c.order_id == _ORDER, is_due()
    ),
    select(literal("draw_card"), cast(live_card.c.id, String)).where(
        live_card.c.order_id == _ORDER, live_card.c.due_at <= func.now()
    ),
    select(literal("send_push"), cast(push.c.id, String)).where(
        push.c.order_id == _ORDER, push.c.status == "due", push.c.due_at <= func.now()
    ),
)


async def due_of_order(work: UnitOfWork, order_id: int) -> list[Bell]:
    """The jobs that its sagas, cards and messages wait for."""
    rows = await work.connection.execute(_DUE, {"order": order_id})
    return [Bell(row.job, row.subject, order_id) for row in rows]
