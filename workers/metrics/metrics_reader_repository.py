"""The row that says which worker reads the metrics of the database: ten workers cost no more than one."""

from sqlalchemy import func, literal, or_
from sqlalchemy.dialects.postgresql import insert

from domain.database.tables import metrics_reader
from domain.database.unit_of_work import UnitOfWork
from domain.settings.timeouts import Timeout

READER_LEASE = Timeout.METRICS_LEASE.delta


async def hold_reader(work: UnitOfWork, worker: str) -> bool:
    """Take or renew the reading for this worker; return False while another one holds it.

    It is a row and no advisory lock: a lock of a session does not outlive a pooler, and one of a transaction would keep
    a transaction open between two readings.
    """
    until = func.now() + READER_LEASE
    statement = insert(metrics_reader).values(id=1, worker=worker, held_until=until)
    is_free = or_(metrics_reader.c.worker == literal(worker), metrics_reader.c.held_until < func.now())
    taken = statement.on_conflict_do_update(
        index_elements=[metrics_reader.c.id],
        set_={"worker": statement.excluded.worker, "held_until": statement.excluded.held_until},
        where=is_free,
    ).returning(metrics_reader.c.id)
    return (await work.connection.execute(taken)).first() is not None
