"""Recording how a bot is at Telegram, for its admins, as far as the database is there."""

from domain.database.unit_of_work import UnitOfWorkFactory
from domain.messaging.bot_troubles.repository import BotTrouble
from domain.messaging.bot_troubles.use_cases import record_bot_trouble, record_bot_well
from domain.settings.logs import get_logger

log = get_logger(__name__)


async def note_bot_state(
    open_database: UnitOfWorkFactory, campus_id: int, trouble: BotTrouble, why: str | None
) -> None:
    """Record the trouble in Telegram's words, or with None that there is none; the next look records what fails now."""
    try:
        async with open_database() as work:
            if why is None:
                await record_bot_well(work, campus_id, trouble)
            elif await record_bot_trouble(work, campus_id, trouble, why):
                log.error("bot_in_trouble", campus=campus_id, trouble=str(trouble), error=why)
    except Exception as error:
        log.warning("bot_state_not_saved", campus=campus_id, error=type(error).__name__)
