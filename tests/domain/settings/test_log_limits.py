"""Tests of refusal loggers: strangers decide how often they are refused, not how many lines there are."""

import logging
import time
from typing import Any

import pytest
from structlog.contextvars import bound_contextvars

from domain.settings.log_limits import MAX_LINES, WINDOW_SECONDS, LineWindow, count_line
from domain.settings.logs import get_logger, get_refusal_logger
from tests.stack.bot_stack import wait_until

REFUSALS = 27_000


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [record.msg for record in caplog.records if isinstance(record.msg, dict)]


def test_of_27000_refusals_few_lines_are_written_and_the_others_are_told(caplog: pytest.LogCaptureFixture) -> None:
    refusals, began = get_refusal_logger("campusg.test.flood"), time.monotonic()
    for number in range(REFUSALS):
        refusals.warning("rate_limit_exceeded", person=number)
    windows = 1 + int((time.monotonic() - began) // WINDOW_SECONDS)
    assert [line["person"] for line in logged(caplog)][:MAX_LINES] == list(range(MAX_LINES))
    assert len(logged(caplog)) <= windows * (MAX_LINES + 1)


def test_no_line_is_lost_from_the_count_however_they_are_spread() -> None:
    window, written, told = LineWindow(began_at=0.0), 0, 0
    for number in range(REFUSALS):
        now = number / 50  # fifty a second, for nine minutes
        if window.is_over(now):
            told += window.left_out
        window = count_line(window, now)
        written += window.left_out == 0
    assert written + told + window.left_out == REFUSALS
    assert written == MAX_LINES * 9


async def test_one_line_says_how_many_were_left_out_once_the_window_is_over(caplog: pytest.LogCaptureFixture) -> None:
    refusals = get_refusal_logger("campusg.test.summary", window_seconds=0.1)
    with bound_contextvars(person=7):
        for _ in range(50):
            refusals.warning("action_refused")

    def told() -> list[dict[str, Any]]:
        return [line for line in logged(caplog) if line["event"] == "log_lines_left_out"]

    def written() -> int:
        return sum(line["event"] == "action_refused" for line in logged(caplog))

    async def all_are_told() -> bool:
        return written() + sum(int(line["left_out"]) for line in told()) == 50

    await wait_until(all_are_told)
    assert {line["of"] for line in told()} <= {"action_refused"}
    assert all("person" not in line for line in told())  # it is about all of them


def test_each_event_has_a_limit_of_its_own_and_other_loggers_have_none(caplog: pytest.LogCaptureFixture) -> None:
    refusals, log = get_refusal_logger("campusg.test.events"), get_logger("campusg.test.events")
    for _ in range(MAX_LINES * 2):
        refusals.warning("webhook_secret_wrong")
    refusals.warning("stripe_signature_wrong")
    for _ in range(MAX_LINES * 2):
        log.warning("update_failed")
    events = [line["event"] for line in logged(caplog)]
    assert "stripe_signature_wrong" in events
    assert events.count("update_failed") == MAX_LINES * 2


def test_a_line_below_the_level_counts_for_nothing(caplog: pytest.LogCaptureFixture) -> None:
    refusals = get_refusal_logger("campusg.test.level")
    with caplog.at_level(logging.WARNING, logger="campusg.test.level"):
        for _ in range(MAX_LINES * 2):
            refusals.info("not_shown")
        refusals.warning("not_shown")
    assert len(logged(caplog)) == 1
