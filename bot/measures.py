"""What the bot counts for its operators."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Counters of one bot process, in a registry of their own."""

    registry: CollectorRegistry
    handled: Counter
    refused: Counter
    failed: Counter
    parked: Counter
    unsaid: Counter
    events: Counter
    seconds: Histogram = field(repr=False)


def new_measures() -> Measures:
    """All counters at zero."""
    registry = CollectorRegistry()

    def counter(name: str, words: str) -> Counter:
        return Counter(f"campusg_bot_{name}", words, registry=registry)

    return Measures(
        registry=registry,
        handled=counter("updates_handled", "Updates that had their effect"),
        refused=counter("updates_refused", "Updates answered with a refusal"),
        failed=counter("updates_failed", "Tries that broke off with an error"),
        parked=counter("updates_parked", "Updates given up after the last try"),
        unsaid=counter("replies_unsaid", "Replies Telegram did not take"),
        events=counter("stripe_events", "Stripe events written down"),
        seconds=Histogram(
            "campusg_bot_handling_seconds", "From taking an update up to its commit", registry=registry, buckets=BUCKETS
        ),
    )
