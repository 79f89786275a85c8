"""The metrics of the console for its operators."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram

from webserver.http_counts import HttpCounts, new_http_counts

HISTOGRAM_BUCKETS_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleMetrics:
    """Counters of one console process, in a registry of their own."""

    registry: CollectorRegistry
    page_seconds: Histogram  # page: its name, or login
    pages_failed: Counter
    http: HttpCounts


def new_console_metrics() -> ConsoleMetrics:
    """Return metrics with all counters at zero."""
    registry = CollectorRegistry()
    return ConsoleMetrics(
        registry=registry,
        page_seconds=Histogram(
            "campusg_console_page_seconds",
            "From the request for a page to its answer",
            ("page",),
            registry=registry,
            buckets=HISTOGRAM_BUCKETS_SECONDS,
        ),
        pages_failed=Counter(
            "campusg_console_pages_failed", "Requests whose page could not be made", registry=registry
        ),
        http=new_http_counts("campusg_console", registry),
    )
