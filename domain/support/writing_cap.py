"""The cap on what one person writes: above it their words are not sent, and they are told so.

It counts what the bot passed on for them, by whom, about which order and to whom. So a customer who wrote a lot to
their runner may still report a problem to the campus team.
"""

from datetime import timedelta

from domain.campuses.people import Member
from domain.database.actors import Role
from domain.database.unit_of_work import UnitOfWork
from domain.errors import WroteTooMuch
from domain.messaging.notification.written_repository import WrittenCounts, count_written

CAP_WINDOW = timedelta(minutes=10)
MAX_MESSAGES = 20  # in this window, of one person about one order to one reader
MAX_PHOTOS = 6  # of these: photos are sent one by one, words in bundles
MAX_MESSAGES_IN_ALL = 40  # in this window, of one person about all orders to everybody; an admin has no such bound


def is_above_cap(counts: WrittenCounts, *, with_photo: bool, is_admin: bool) -> bool:
    """Return whether one more message is too much after these. An admin may write to as many people as ask."""
    return (
        counts.messages >= MAX_MESSAGES
        or (counts.in_all >= MAX_MESSAGES_IN_ALL and not is_admin)
        or (with_photo and counts.photos >= MAX_PHOTOS)
    )


async def require_within_cap(
    work: UnitOfWork, writer: Member, order_id: int, reader: int | None, *, photo: str | None
) -> None:
    """Raise WroteTooMuch when the writer has written too much in the last ten minutes; `reader` is the chat."""
    counts = await count_written(work, writer.person_id, order_id, reader, CAP_WINDOW)
    if is_above_cap(counts, with_photo=photo is not None, is_admin=Role.ADMIN in writer.roles):
        raise WroteTooMuch(minutes=round(CAP_WINDOW.total_seconds() / 60))
