"""The metrics of the bot for its operators."""

from dataclasses import dataclass, field
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from webserver.http_counts import HttpCounts, new_http_counts

HISTOGRAM_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class DropReason(StrEnum):
    """Why a reply was not sent, or not again."""

    TOO_LATE = "too_late"  # its deadline passed, or Telegram asked to wait for longer
    QUEUE_FULL = "queue_full"  # too many replies waited for this chat or person
    CHAT_FULL = "chat_full"  # too many replies waited for this chat, in all its queues
    PROCESS_FULL = "process_full"  # too many replies waited in all
    OUTCOME_UNKNOWN = "outcome_unknown"  # the connection broke: it may have been sent
    STOPPED = "stopped"  # the process was told to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMetrics:
    """Counters of one bot process, in a registry of their own."""

    registry: CollectorRegistry
    handled: Counter
    refused: Counter
    rate_limited: Counter
    failed: Counter
    dead_lettered: Counter
    postponed: Counter
    replies_failed: Counter
    replies_dropped: Counter
    replies_waiting: Gauge
    stripe_events: Counter
    stripe_events_of_other_mode: Counter
    http: HttpCounts
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
        postponed=counter("updates_postponed", "Updates stored for later, because many of the same person wait"),
        replies_failed=counter("replies_failed", "Replies Telegram did not take"),
        replies_dropped=counter("replies_dropped", "Replies given up before Telegram took them", "reason"),
        replies_waiting=Gauge(
            "campusg_bot_replies_waiting", "Replies that are neither sent nor dropped", registry=registry
        ),
        stripe_events=counter("stripe_events", "Stripe events written down"),
        stripe_events_of_other_mode=counter(
            "stripe_events_of_other_mode", "Genuine Stripe events of the other mode, which were dropped"
        ),
        http=new_http_counts("campusg_bot", registry),
        handling_seconds=Histogram(
            "campusg_bot_handling_seconds",
            "From taking an update up to its commit",
            registry=registry,
            buckets=HISTOGRAM_BUCKETS_SECONDS,
        ),
    )
