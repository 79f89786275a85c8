"""What a web server counts: the requests that it refused, and the connections that it closed, both by reason."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCounts:
    """The counters of one process."""

    refused: Counter
    closed: Counter


def new_http_counts(prefix: str, registry: CollectorRegistry) -> HttpCounts:
    """Return counters at zero, whose names begin with this prefix."""

    def counter(name: str, description: str) -> Counter:
        return Counter(f"{prefix}_{name}", description, ("reason",), registry=registry)

    return HttpCounts(
        refused=counter("http_requests_refused", "Requests that the web server refused"),
        closed=counter("http_connections_closed", "Connections that were closed on a sender"),
    )
