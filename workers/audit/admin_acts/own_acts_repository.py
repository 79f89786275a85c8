"""The own acts of admins, read from the event log."""

from datetime import datetime

from sqlalchemy import select

from domain.campuses.own_acts.repository import AGREED, OWN_ACT
from domain.database.tables import event_log
from domain.database.unit_of_work import UnitOfWork
from workers.audit.admin_acts.own_acts import AuditedOwnAct


async def read_own_acts(work: UnitOfWork, since: datetime | None = None) -> list[AuditedOwnAct]:
    """Return the own acts of all campuses, of all times or since this time, oldest first."""
    query = select(event_log).where(event_log.c.subject == OWN_ACT, event_log.c.event != AGREED)
    if since is not None:
        query = query.where(event_log.c.at >= since)
    rows = (await work.connection.execute(query.order_by(event_log.c.id))).mappings()
    return [
        AuditedOwnAct(
            campus_id=row["campus_id"],
            person_id=row["actor_id"],
            subject=row["subject_id"],
            act=row["event"],
            reason=row["reason"],
            at=row["at"],
        )
        for row in rows
    ]
