"""The clock of a process is compared with the database's, and who runs the process is told when it is off."""

import time

import pytest
from structlog.testing import capture_logs

from domain.database.clock import ProcessClock, compare_clock
from domain.database.unit_of_work import UnitOfWorkFactory


@pytest.mark.parametrize("off", [-301, 301])
async def test_a_clock_five_minutes_off_is_told_and_known(database: UnitOfWorkFactory, off: int) -> None:
    clock = ProcessClock(read=lambda: time.time() + off)
    with capture_logs() as lines:
        await compare_clock(clock, database)
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("clock_differs_from_the_database", "warning")
    assert abs(line["ahead_seconds"] - off) < 5
    assert clock.age_of(time.time()) < 5


async def test_two_clocks_that_agree_are_told_of_nothing(database: UnitOfWorkFactory) -> None:
    with capture_logs() as lines:
        await compare_clock(ProcessClock(), database)
    assert lines == []
