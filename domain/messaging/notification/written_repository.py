"""How much a person has written to others through the bot, counted in the outbox."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from domain.database.unit_of_work import UnitOfWork
from domain.messaging.tables import notification


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCounts:
    """The notifications with words or photos of one person: about one order to one chat, those with a photo, all."""

    messages: int
    photos: int
    in_all: int


async def count_written(
    work: UnitOfWork, writer_id: int, order_id: int, chat_id: int | None, within: timedelta
) -> WrittenCounts:
    """Count what was written in the time up to now."""
    here = (notification.c.order_id == order_id) & (notification.c.chat_id == chat_id)
    query = select(
        func.count().filter(here).label("messages"),
        func.count().filter(here & notification.c.photo.is_not(None)).label("photos"),
        func.count().label("in_all"),
    ).where(notification.c.written_by == writer_id, notification.c.written_at > func.now() - within)
    row = (await work.connection.execute(query)).one()
    return WrittenCounts(messages=row.messages, photos=row.photos, in_all=row.in_all)
