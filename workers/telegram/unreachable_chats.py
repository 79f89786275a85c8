"""What a worker records when a bot may no longer write to a chat."""

from domain.campuses.people_repository import mark_unreachable
from domain.database.unit_of_work import UnitOfWork
from domain.settings.logs import get_logger

log = get_logger(__name__)


async def record_unreachable_chat(work: UnitOfWork, campus_id: int, chat_id: int, error: str) -> None:
    """Mark a person unreachable until they write again, or log an error for the operator when the chat is a group."""
    if chat_id > 0:
        await mark_unreachable(work, campus_id, chat_id)
    else:
        log.error("group_unreachable", campus=campus_id, chat=chat_id, error=error)
