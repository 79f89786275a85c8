"""Structured log lines: an event name and fields, rendered as JSON or for a console."""

import logging
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, Processor

from domain.settings.redaction import describe_error, format_traceback, redact_text

OWN_LOGGERS = ("bot", "workers", "domain")
# Libraries log addresses with tokens, whole requests and what people wrote, most of it at DEBUG.
LIBRARY_LEVEL = logging.WARNING


def get_logger(name: str) -> BoundLogger:
    """Return the logger of a module. A log line is an event name in snake_case with fields, not a sentence."""
    logger: BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        wrapper_class=BoundLogger,
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        cache_logger_on_first_use=True,
    )
    return logger


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
