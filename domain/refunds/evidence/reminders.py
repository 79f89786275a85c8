"""Reminds the admins of disputes whose time for an answer ends."""

from datetime import datetime

from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.refunds.dispute_repository import list_unanswered_disputes
from domain.refunds.notifications import dispute_unanswered
from domain.refunds.sagas.follow_dispute import build_dispute_check_start
from domain.saga.lookup_repository import is_saga_name_used
from domain.saga.start import start_saga
from domain.settings.timeouts import Timeout

FIRST_REMINDER = Timeout.DISPUTE_FIRST_REMINDER.delta
LAST_REMINDER = Timeout.DISPUTE_LAST_REMINDER.delta
MAX_DISPUTES = 100  # in one check


async def remind_of_disputes(work: UnitOfWork) -> None:
    """Tell of each once three days and once a day before its time ends, and that it has ended.

    Of a dispute that an older release recorded, Stripe is asked once until when it takes an answer.
    """
    for opened in await list_unanswered_disputes(work, FIRST_REMINDER, MAX_DISPUTES):
        if opened.answer_by is None:
            start = build_dispute_check_start(
                opened.dispute, "answer_by", campus_id=opened.campus_id, order_id=opened.order_id
            )
            if not await is_saga_name_used(work, start.name):
                await start_saga(work, start)
            continue
        zone = (await find_campus(work, opened.campus_id)).zone
        stage = _stage(opened.answer_by, work.now)
        await notify(work, dispute_unanswered(opened, opened.answer_by.astimezone(zone), stage))


def _stage(answer_by: datetime, now: datetime) -> str:
    if now >= answer_by:
        return "over"
    return "last" if answer_by - now <= LAST_REMINDER else "first"
