"""The alert about holds that will expire while their order is in flight."""

from datetime import timedelta

from domain.campuses.campus import Campus
from domain.campuses.repository import find_campuses
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.outbox_repository import notify
from domain.payments.watched_hold_repository import ExpiringHold, list_expiring_holds

MAX_HOLD_DURATION = timedelta(days=31)  # no bank holds money for longer; a campus may set any margin


async def alert_expiring_holds(work: UnitOfWork) -> None:
    """Notify the admins once of each hold of a purchased order that expires within the margin of its campus."""
    holds = await list_expiring_holds(work, MAX_HOLD_DURATION)
    campuses = await find_campuses(work, {hold.campus_id for hold in holds})
    for hold in holds:
        campus = campuses[hold.campus_id]
        if hold.capture_before - work.now < campus.windows.length("hold_margin"):
            await notify(work, build_expiring_hold_alert(campus, hold))


def build_expiring_hold_alert(campus: Campus, hold: ExpiringHold) -> Notification:
    """Return what the admins are told about this hold."""
    return Notification(
        campus_id=campus.id,
        chat_id=ADMIN_CHAT,
        name=f"hold_dying:{hold.id}",
        key="notification-hold-expiring",
        order_id=hold.order_id,
        buttons=[NotificationButton(label="button-see-order", data=pack(Tap.ADMIN_ORDER, hold.order_id))],
        args={"order": hold.order_id, "when": f"{hold.capture_before.astimezone(campus.zone):%d.%m. %H:%M}"},
    )
