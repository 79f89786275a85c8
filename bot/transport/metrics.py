"""The metrics of the bot for its operators."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram

HISTOGRAM_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMetrics:
    """Counters of one bot process, in a registry of their own."""

    registry: CollectorRegistry
    handled: Counter
    refused: Counter
    rate_limited: Counter
    failed: Counter
    dead_lettered: Counter
    replies_failed: Counter
    stripe_events: Counter
    requests_refused: Counter  # by reason
    connections_closed: Counter  # by reason
    handling_seconds: Histogram = field(repr=False)


def new_metrics() -> BotMetrics:
    """Return metrics with all counters at zero."""
    registry = CollectorRegistry()

    def counter(name: str, description: str, *labels: str) -> Counter:
        return Counter(f"campusg_bot_{name}", description, labels, registry=registry)

    return BotMetrics(
        registry=registry,
        handled=counter("updates_handled", "Updates that had their effect"),
        refused=counter("updates_refused", "Updates answered with a refusal"),
        rate_limited=counter("updates_rate_limited", "Updates refused because their person was too fast"),
        failed=counter("updates_failed", "Tries that broke off with an error"),
        dead_lettered=counter("updates_dead_lettered", "Updates given up after the last try"),
        replies_failed=counter("replies_failed", "Replies Telegram did not take"),
        stripe_events=counter("stripe_events", "Stripe events written down"),
        requests_refused=counter("http_requests_refused", "Requests that the web server refused", "reason"),
        connections_closed=counter("http_connections_closed", "Connections that were closed on a sender", "reason"),
        handling_seconds=Histogram(
            "campusg_bot_handling_seconds",
            "From taking an update up to its commit",
            registry=registry,
            buckets=HISTOGRAM_BUCKETS_SECONDS,
        ),
    )
