"""Tests of log lines: one event name and its fields, as JSON for a collector or as text for a terminal."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
PROGRAM = """
import logging
from structlog.contextvars import bind_contextvars
from domain.settings.logs import configure_logging, get_logger

configure_logging(LEVEL, FORMAT)
log = get_logger("bot.test")
bind_contextvars(order=5, saga="c0ffee")
log.debug("not_shown")
log.warning("queue_unavailable", error=ConnectionError("refused"))
logging.getLogger("arq.worker").warning("from a library, %s", "too")
for library in ("httpx", "telegram", "telegram.ext", "aiogram", "sqlalchemy.engine", "stripe", "asyncio", "any"):
    logging.getLogger(library).debug("https://api.telegram.org/bot1:SECRET/getMe")
    logging.getLogger(library).info("https://api.telegram.org/bot1:SECRET/getMe")
try:
    raise ValueError("the cause")
except ValueError:
    log.exception("saga_failed")
"""


def lines_of(log_format: str, level: str = "INFO", then: str = "") -> list[str]:
    program = PROGRAM.replace("FORMAT", repr(log_format)).replace("LEVEL", repr(level)) + then
    ended = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=not then)
    assert ended.stdout == ""
    return ended.stderr.splitlines()


def test_json_lines_carry_an_event_its_fields_and_the_bound_context() -> None:
    first, library, failed = [json.loads(line) for line in lines_of("json")]
    assert (first["event"], first["level"], first["logger"]) == ("queue_unavailable", "warning", "bot.test")
    assert (first["order"], first["saga"], first["error"]) == (5, "c0ffee", "ConnectionError: refused")
    assert (library["event"], library["logger"], library["order"]) == ("from a library, too", "arq.worker", 5)
    assert failed["event"] == "saga_failed"
    assert failed["exception"].endswith("ValueError: the cause")


def test_console_lines_show_the_same_without_the_addresses_that_libraries_log() -> None:
    text = "\n".join(lines_of("console"))
    assert "queue_unavailable" in text
    assert "saga=c0ffee" in text
    assert "ValueError: the cause" in text
    assert "SECRET" not in text
    assert "not_shown" not in text


def test_at_debug_our_own_lines_are_shown_and_libraries_stay_quiet() -> None:
    lines = "\n".join(lines_of("json", "DEBUG"))
    assert "not_shown" in lines
    assert "SECRET" not in lines


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_the_error_that_ends_a_process_is_a_line_without_the_words_it_is_about(log_format: str) -> None:
    lines = "\n".join(lines_of(log_format, then="int('what somebody wrote')"))
    assert "process_ended_by_error" in lines
    assert "ValueError: " in lines
    assert "somebody wrote" not in lines.replace("int('what somebody wrote')", "")
