"""Whether the database answers: asked at most once a second, however many ask the web server."""

import asyncio
import time
from dataclasses import dataclass, field

from domain.database.unit_of_work import UnitOfWorkFactory
from domain.inbox.repository import require_tables
from domain.settings.logs import get_refusal_logger
from domain.settings.timeouts import Timeout

ANSWER_AGE_SECONDS = Timeout.HTTP_PROBE_AGE.seconds

log = get_refusal_logger(__name__)


@dataclass(slots=True, kw_only=True)
class DatabaseProbe:
    """The last answer, and the lock under which the next one is found."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    answered_at: float | None = None  # seconds of the monotonic clock
    is_ready: bool = False


async def is_database_ready(probe: DatabaseProbe, database: UnitOfWorkFactory) -> bool:
    """Return whether the database answers and has our tables."""
    async with probe.lock:
        if probe.answered_at is None or time.monotonic() - probe.answered_at >= ANSWER_AGE_SECONDS:
            probe.is_ready = await _ask_database(database)
            probe.answered_at = time.monotonic()
        return probe.is_ready


async def _ask_database(database: UnitOfWorkFactory) -> bool:
    try:
        async with database() as work:
            await require_tables(work)
    except Exception as error:  # any error of the driver means no
        log.warning("database_unavailable", error=error)
        return False
    return True
