"""Refusals of the web server: each has a status, a counter and a log line that is rate limited."""

import logging
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from aiohttp import web
from aiohttp.http import HttpProcessingError

from domain.settings.logs import get_refusal_logger
from domain.settings.timeouts import Timeout
from webserver.http_counts import HttpCounts

RETRY_AFTER_SECONDS = Timeout.HTTP_REFUSAL_PAUSE.whole_seconds

refusals = get_refusal_logger(__name__)


class HttpRefusal(StrEnum):
    """Why a request is refused: the event of the log line, and a label of the metric."""

    WEBHOOK_SECRET_MISSING = "webhook_secret_missing"
    WEBHOOK_SECRET_WRONG = "webhook_secret_wrong"
    CAMPUS_UNKNOWN = "webhook_campus_unknown"
    UPDATE_UNREADABLE = "webhook_update_unreadable"
    SIGNATURE_IMPLAUSIBLE = "stripe_signature_implausible"
    SIGNATURE_OF_ANOTHER_TIME = "stripe_signature_of_another_time"
    SIGNATURE_WRONG = "stripe_signature_wrong"
    EVENT_UNREADABLE = "stripe_event_unreadable"
    BODY_TOO_LARGE = "http_body_too_large"
    BODY_TOO_SLOW = "http_body_too_slow"
    BODY_BROKEN = "http_body_broken"
    NO_ROOM = "http_no_room"
    ROUTE_UNKNOWN = "http_route_unknown"
    REQUEST_BROKEN = "http_request_broken"
    LOGIN_WRONG = "console_login_wrong"


STATUSES: Mapping[HttpRefusal, int] = MappingProxyType(
    {
        HttpRefusal.WEBHOOK_SECRET_MISSING: 401,
        HttpRefusal.WEBHOOK_SECRET_WRONG: 401,
        HttpRefusal.CAMPUS_UNKNOWN: 404,
        HttpRefusal.BODY_TOO_LARGE: 413,
        HttpRefusal.BODY_TOO_SLOW: 408,
        HttpRefusal.NO_ROOM: 503,
        HttpRefusal.ROUTE_UNKNOWN: 404,
    }
)  # the others: 400


def refuse_request(counts: HttpCounts, refusal: HttpRefusal, **fields: str) -> web.Response:
    """Count and log a refusal, and return its answer, after which the connection is closed."""
    count_refusal(counts, refusal, **fields)
    retry = {"Retry-After": str(RETRY_AFTER_SECONDS)} if refusal is HttpRefusal.NO_ROOM else None
    response = web.Response(status=STATUSES.get(refusal, 400), headers=retry)
    response.force_close()
    return response


def count_refusal(counts: HttpCounts, refusal: HttpRefusal, **fields: str) -> None:
    """Count and log a refusal."""
    counts.refused.labels(reason=refusal).inc()
    refusals.warning(refusal.value, **fields)


def new_server_logger(counts: HttpCounts) -> logging.Logger:
    """Return a logger for aiohttp's server, which logs a traceback for each broken request: these are refusals."""
    logger = logging.Logger("webserver.http_server", logging.DEBUG)  # aiohttp tells of some only at this level
    logger.parent = logging.getLogger("webserver")

    def keep_own_errors(record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            count_refusal(counts, HttpRefusal.REQUEST_BROKEN, error=type(error).__name__)
            return False
        return record.levelno >= logging.WARNING

    logger.addFilter(keep_own_errors)
    return logger
