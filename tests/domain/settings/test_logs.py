"""Tests of log lines: one event name and its fields, as JSON for a collector or as text for a terminal."""

import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]
PROGRAM = """
import logging
from structlog.contextvars import bind_contextvars
from domain.settings.logs import configure_logging, get_logger

configure_logging("INFO", FORMAT)
log = get_logger("campus.test")
bind_contextvars(order=5, saga="c0ffee")
log.debug("not_shown")
log.warning("queue_unavailable", error=ConnectionError("refused"))
logging.getLogger("arq.worker").warning("from a library, %s", "too")
logging.getLogger("httpx").info("https://api.telegram.org/bot1:SECRET/getMe")
try:
    raise ValueError("the cause")
except ValueError:
    log.exception("saga_failed")
"""


def lines_of(log_format: str) -> list[str]:
    program = PROGRAM.replace("FORMAT", repr(log_format))
    ended = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert ended.stdout == ""
    return ended.stderr.splitlines()


def test_json_lines_carry_an_event_its_fields_and_the_bound_context() -> None:
    first, library, failed = [json.loads(line) for line in lines_of("json")]
    assert (first["event"], first["level"], first["logger"]) == ("queue_unavailable", "warning", "campus.test")
    assert (first["order"], first["saga"], first["error"]) == (5, "c0ffee", "ConnectionError('refused')")
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
