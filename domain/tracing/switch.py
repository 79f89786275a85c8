"""Whether this process traces: only where a collector is named and the extra `tracing` is installed."""

from domain.settings.logs import get_logger
from domain.tracing.port import Tracing

log = get_logger(__name__)


def open_tracing(process: str, endpoint: str | None) -> Tracing | None:
    """Return the spans of this process (bot or workers), which the caller closes; None while tracing is off."""
    if endpoint is None:
        return None
    try:
        from domain.tracing.spans import start_tracing  # nothing else imports OpenTelemetry
    except ImportError as error:
        log.warning("tracing_not_installed", error=error)
        return None
    return start_tracing(process, endpoint)
