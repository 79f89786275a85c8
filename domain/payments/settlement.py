"""A charge that settled in another currency: pay-outs and fees of the campus do not fit, so it takes no new orders."""

from domain.campuses.repository import pause_open_campus
from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.orders.states import Order
from domain.payments.notifications.settlement import settled_elsewhere
from domain.words import say_plain


async def pause_unsettled_campus(work: UnitOfWork, order: Order, settled_currency: str) -> None:
    """Pause the campus of the order, and tell its admins once for each order; the words of a pause of theirs stay."""
    reason = say_plain("en", "bot-pause-unsettled", currency=order.price.currency.upper())
    if await pause_open_campus(work, order.campus_id, reason):
        await log_event(
            work,
            SYSTEM,
            campus_id=order.campus_id,
            order_id=None,
            subject="campus",
            subject_id=order.campus_id,
            happened="paused",
            after="paused",
            reason=reason,
        )
    await notify(work, settled_elsewhere(order, settled_currency))
