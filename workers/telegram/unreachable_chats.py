"""What a worker records when a bot may no longer write to a chat, or may again."""

from domain.campuses.people_repository import mark_unreachable
from domain.database.unit_of_work import UnitOfWork
from domain.orders.use_cases.lost_groups import record_group_lost, record_group_regained
from domain.settings.logs import get_logger

log = get_logger(__name__)


async def record_unreachable_chat(work: UnitOfWork, campus_id: int, chat_id: int, error: str) -> bool:
    """Mark a person unreachable until they write again, or a group of the campus lost until the bot may write there.

    Return whether what is for the chat waits: only a group of the campus comes back by itself.
    """
    if chat_id > 0:
        await mark_unreachable(work, campus_id, chat_id)
        return False
    log.error("group_unreachable", campus=campus_id, chat=chat_id, error=error)
    return await record_group_lost(work, campus_id, chat_id, error)


async def record_reached_chat(work: UnitOfWork, campus_id: int, chat_id: int, *, tries: int) -> None:
    """Record that a message that was refused before has arrived: its group is not lost any more."""
    if chat_id < 0 and tries > 1:
        await record_group_regained(work, campus_id, chat_id)
