"""The clock of a process is compared with the database's, and who runs the process is told when it is off."""

import time
from typing import Any

import pytest

from domain.database.clock import ProcessClock, compare_clock
from domain.database.unit_of_work import UnitOfWorkFactory


def lines_of(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The log lines about the clock."""
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    return [line for line in lines if line["event"] == "clock_differs_from_the_database"]


@pytest.mark.parametrize("off", [-301, 301])
async def test_a_clock_five_minutes_off_is_told_and_known(
    database: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture, off: int
) -> None:
    clock = ProcessClock(read=lambda: time.time() + off)
    await compare_clock(clock, database)
    (line,) = lines_of(caplog)
    assert abs(line["ahead_seconds"] - off) < 5
    assert clock.age_of(time.time()) < 5


async def test_two_clocks_that_agree_are_told_of_nothing(
    database: UnitOfWorkFactory, caplog: pytest.LogCaptureFixture
) -> None:
    await compare_clock(ProcessClock(), database)
    assert lines_of(caplog) == []
