"""What a worker records when a bot may no longer write to a chat, or is refused itself, or may write again."""

from domain.campuses.lost_group_repository import find_group
from domain.campuses.people_repository import mark_unreachable
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.bot_troubles.repository import BotTrouble
from domain.messaging.bot_troubles.use_cases import record_bot_well
from domain.orders.use_cases.lost_groups import record_group_lost, record_group_regained
from domain.settings.logs import get_logger

log = get_logger(__name__)


async def comes_back_by_itself(work: UnitOfWork, campus_id: int, chat_id: int) -> bool:
    """Return whether what is for the chat waits while the bot may not write there: only for a group of the campus."""
    return chat_id < 0 and find_group(await find_campus(work, campus_id), chat_id) is not None


async def record_unreachable_chat(work: UnitOfWork, campus_id: int, chat_id: int, error: str) -> None:
    """Mark a person unreachable until they write again, or a group of the campus lost until the bot may write there.

    Only who still has the lease of what was refused may know that: it may have arrived meanwhile.
    """
    if chat_id > 0:
        await mark_unreachable(work, campus_id, chat_id)
        return
    log.error("group_unreachable", campus=campus_id, chat=chat_id, error=error)
    await record_group_lost(work, campus_id, chat_id, error)


async def record_reached_chat(work: UnitOfWork, campus_id: int, chat_id: int, *, tries: int) -> None:
    """Record that a message that was refused before has arrived: neither its group nor its bot is refused any more."""
    if tries == 1:
        return
    await record_bot_well(work, campus_id, BotTrouble.TOKEN)
    if chat_id < 0:
        await record_group_regained(work, campus_id, chat_id)
