"""The alert about holds that will expire while their order is in flight."""

from datetime import timedelta

from domain.campuses.repository import find_campuses
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.payments.notifications.holds import hold_expiring
from domain.payments.watched_hold_repository import list_expiring_holds

MAX_HOLD_DURATION = timedelta(days=31)  # no bank holds money for longer; a campus may set any margin


async def alert_expiring_holds(work: UnitOfWork) -> None:
    """Notify the admins once of each hold of a purchased order that expires within the margin of its campus."""
    holds = await list_expiring_holds(work, MAX_HOLD_DURATION)
    campuses = await find_campuses(work, {hold.campus_id for hold in holds})
    for hold in holds:
        campus = campuses[hold.campus_id]
        if hold.capture_before - work.now < campus.windows.length("hold_margin"):
            await notify(work, hold_expiring(hold, campus))
