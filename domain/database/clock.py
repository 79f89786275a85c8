"""The clock of a process beside that of the database, by which all deadlines are: how far it is off.

A process reads its own clock for nothing but the age of Stripe's signatures. Who runs it is told when it is off.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from domain.database.unit_of_work import UnitOfWorkFactory
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout

MAX_SKEW_SECONDS = Timeout.CLOCK_SKEW.seconds
INTERVAL_SECONDS = Timeout.CLOCK_INTERVAL.seconds

log = get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class ProcessClock:
    """The clock of this process, in seconds of the epoch, and how far it was ahead of the database's lately."""

    read: Callable[[], float] = time.time
    ahead: float = 0.0

    def age_of(self, moment: float) -> float:
        """Return the seconds since this moment, or until it, by the clock that is nearer to it: ours or the database's.

        One of the two may be off, and nobody here knows which.
        """
        here = self.read()
        return min(abs(here - moment), abs(here - self.ahead - moment))


async def compare_clock(clock: ProcessClock, open_database: UnitOfWorkFactory) -> None:
    """Look at both clocks, and warn when they differ by more than queries take."""
    async with open_database() as work:
        clock.ahead = clock.read() - work.now.timestamp()
    if abs(clock.ahead) > MAX_SKEW_SECONDS:
        log.warning("clock_differs_from_the_database", ahead_seconds=round(clock.ahead, 1))


async def watch_clock(clock: ProcessClock, open_database: UnitOfWorkFactory) -> None:
    """Compare the clocks until cancelled; without the database the last difference holds."""
    while True:
        try:
            await compare_clock(clock, open_database)
        except Exception as error:  # whatever the driver raises: the next look comes soon
            log.info("clock_not_compared", error=error)
        await asyncio.sleep(INTERVAL_SECONDS)
