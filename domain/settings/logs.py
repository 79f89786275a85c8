"""Structured log lines: an event name and fields, rendered as JSON or for a console."""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Sequence
from contextvars import Context
from types import TracebackType
from typing import Any

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from domain.settings.log_limits import WINDOW_SECONDS, LineWindow, count_line
from domain.settings.redaction import describe_error, format_traceback, redact_text

OWN_LOGGERS = ("bot", "console", "domain", "webserver", "workers")
# Libraries log addresses with tokens, whole requests and what people wrote, most of it at DEBUG.
LIBRARY_LEVEL = logging.WARNING


def get_logger(name: str) -> BoundLogger:
    """Return the logger of a module. A log line is an event name in snake_case with fields, not a sentence."""
    return _wrap_logger(name)


def get_refusal_logger(name: str, *, window_seconds: float = WINDOW_SECONDS) -> BoundLogger:
    """Return a logger for lines that strangers can cause as often as they like: refusals, broken requests.

    Of each event the first lines in a window are written, then one line says how many were left out.
    """
    return _wrap_logger(name, _new_line_limit(_wrap_logger(name), window_seconds))


def _wrap_logger(name: str, *first: Processor) -> BoundLogger:
    logger: BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        wrapper_class=BoundLogger,
        processors=[
            structlog.stdlib.filter_by_level,
            *first,
            *_shared(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        cache_logger_on_first_use=True,
    )
    return logger


def _new_line_limit(log: BoundLogger, seconds: float) -> Processor:
    """Return the processor that drops the lines above the limit; `log` tells how many they were."""
    windows: dict[str, LineWindow] = {}  # by event: as many as the code has names

    def tell_left_out(event: str, began_at: float) -> None:
        window = windows.get(event)
        if window is None or window.began_at != began_at:
            return  # told already
        del windows[event]
        if window.left_out:
            log.warning("log_lines_left_out", of=event, left_out=window.left_out, seconds=seconds)

    def limit(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
        event, now = str(fields["event"]), time.monotonic()
        window = windows.get(event, LineWindow(began_at=now, seconds=seconds))
        if window.is_over(now):
            tell_left_out(event, window.began_at)
        windows[event] = window = count_line(window, now)
        if window.left_out == 0:
            return fields
        if window.left_out == 1:
            _call_later(window.began_at + seconds - now, lambda: tell_left_out(event, window.began_at))
        raise structlog.DropEvent

    return limit


def _call_later(seconds: float, tell: Callable[[], None]) -> None:
    """Call a function later, without the fields that are bound now. Without a loop the next line of its kind tells."""
    try:
        asyncio.get_running_loop().call_later(seconds, tell, context=Context())
    except RuntimeError:
        return


def configure_logging(level: str, log_format: str) -> None:
    """Send every log line of this process to stderr, without secrets and words of people.

    `log_format` is `json` or `console`. `level` is that of our own lines. Libraries never log below LIBRARY_LEVEL.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=_shared(), processors=[ProcessorFormatter.remove_processors_meta, *_renderers(log_format)]
        )
    )
    logging.basicConfig(level=max(LIBRARY_LEVEL, logging.getLevelNamesMapping()[level]), handlers=[handler])
    for name in OWN_LOGGERS:
        logging.getLogger(name).setLevel(level)
    sys.excepthook = _log_end_of_process


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,  # campus, order, saga, update: bound where the handling begins
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderers(log_format: str) -> Sequence[Processor]:
    if log_format == "json":
        return (_describe_errors, structlog.processors.JSONRenderer(default=str), _redact)
    return (_describe_errors, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()), _redact)


def _describe_errors(_logger: Any, _name: str, event_dict: EventDict) -> EventDict:
    """Replace errors by what may be read of them, and `exc_info` by the traceback as text."""
    raised = event_dict.pop("exc_info", None)
    error = sys.exc_info()[1] if raised is True else raised[1] if isinstance(raised, tuple) else raised
    described = {
        name: describe_error(value) if isinstance(value, BaseException) else value for name, value in event_dict.items()
    }
    return described | {"exception": format_traceback(error)} if isinstance(error, BaseException) else described


def _redact(_logger: Any, _name: str, line: Any) -> str:
    return redact_text(str(line))


def _log_end_of_process(_kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    get_logger(__name__).critical("process_ended_by_error", exc_info=error)
