"""The telling of an admin's act, in the transaction that does it."""

from domain.campuses.campus import Campus
from domain.campuses.own_acts.repository import log_own_act
from domain.campuses.own_acts.subjects import ActSubject
from domain.campuses.people import Member
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.notifications import admin_acted, own_act_done
from domain.messaging.outbox_repository import notify


async def tell_admin_act(
    work: UnitOfWork,
    campus: Campus,
    admin: Member,
    act: AdminAct,
    subject: ActSubject,
    reason: str | None = None,
    *,
    shown_to_admins: bool = False,
) -> None:
    """Tell the admin chat, unless it shows the act already; mark an own act, and tell it to the other side too.

    `shown_to_admins` says that the command stands in the admin chat, with the answer below it.
    """
    own = subject.is_own(admin.person_id)
    if own:
        await log_own_act(work, campus.id, admin.person_id, subject, act, reason)
        for reader in sorted(subject.sides - {admin.person_id}):
            await notify(work, own_act_done(campus.id, reader, admin, act, subject, reason, work.now))
    if own or not shown_to_admins:
        await notify(work, admin_acted(campus.id, admin, act, subject, reason, work.now))
