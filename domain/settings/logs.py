"""Structured log lines: an event name and fields, rendered as JSON or for a console."""

import logging
import sys
from collections.abc import Sequence
from typing import Any

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import Processor

# httpx logs whole addresses, and Telegram's contain the bot token. The others log every call they make.
QUIET_LOGGERS = ("httpx", "httpcore", "stripe", "arq", "aiogram.event")


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
    """Send every log line of this process to stderr. `log_format` is `json` or `console`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=_shared(), processors=[ProcessorFormatter.remove_processors_meta, *_renderers(log_format)]
        )
    )
    logging.basicConfig(level=level, handlers=[handler])
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,  # campus, order, saga, update: bound where the handling begins
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderers(log_format: str) -> Sequence[Processor]:
    if log_format == "json":
        return (structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=_to_text))
    plain = structlog.dev.plain_traceback
    return (structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain),)


def _to_text(value: Any) -> str:
    return repr(value) if isinstance(value, BaseException) else str(value)
