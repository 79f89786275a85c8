"""Own acts in the event log: an admin's agreement, and the act that uses it up."""

from sqlalchemy import exists, select

from domain.campuses.own_acts.subjects import ActSubject
from domain.campuses.tables import membership
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.tables import event_log
from domain.database.unit_of_work import UnitOfWork
from domain.settings.timeouts import Timeout

OWN_ACT = "own_act"  # the subject of these lines in the event log
AGREED = "agreed"
AGREEMENT_TTL = Timeout.AGREEMENT_LIFETIME.delta


async def has_other_admins(work: UnitOfWork, campus_id: int, person_id: int) -> bool:
    """Return whether the campus has an admin beside this person."""
    others = (membership.c.campus_id == campus_id, membership.c.is_admin, membership.c.person_id != person_id)
    return bool((await work.connection.execute(select(exists().where(*others)))).scalar_one())


async def has_agreed(work: UnitOfWork, campus_id: int, person_id: int, subject: ActSubject) -> bool:
    """Return whether the admin agreed to an act on this subject lately, and has not acted on it since."""
    this = (event_log.c.subject == OWN_ACT, event_log.c.campus_id == campus_id, event_log.c.actor_id == person_id)
    newest = (
        select(event_log.c.event, event_log.c.at)
        .where(*this, event_log.c.subject_id == subject.name)
        .order_by(event_log.c.id.desc())
        .limit(1)
    )
    await work.insert_deferred()
    found = (await work.connection.execute(newest)).one_or_none()
    return found is not None and found.event == AGREED and work.now - found.at <= AGREEMENT_TTL


async def log_own_act(
    work: UnitOfWork, campus_id: int, person_id: int, subject: ActSubject, happened: str, reason: str | None = None
) -> None:
    """Write the agreement, or the act that uses it up, into the event log."""
    await log_event(
        work,
        Actor(role=Role.ADMIN, person_id=person_id),
        campus_id=campus_id,
        order_id=subject.order_id,
        subject=OWN_ACT,
        subject_id=subject.name,
        happened=happened,
        reason=reason,
    )
