"""What a worker counts as it works: sagas, calls, sends, timers, events and the time it waits for limits."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from domain.messaging.lane import Lane
from domain.saga.definition import SagaStatus

FAST_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # calls and turns
ENDS = (SagaStatus.DONE, SagaStatus.COMPENSATED, SagaStatus.STUCK)
SLOW_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1_800.0, 7_200.0)  # lateness


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerMetrics:
    """Counters of one worker process, in a registry of their own. No label names a person or an order."""

    registry: CollectorRegistry
    sagas_ended: Counter  # kind, status: done, compensated or stuck
    sagas_compensating: Counter  # kind: began to compensate
    step_seconds: Histogram  # kind, step, outcome: done, or why the call failed
    stripe_seconds: Histogram  # call, access: read or write, outcome
    stripe_limit_seconds: Histogram  # how long a call waited for the rate limit
    stripe_event_lag_seconds: Histogram  # from writing an event down to its handling
    telegram_seconds: Histogram  # method, outcome
    telegram_limit_waits: Counter  # lane: sends put off by our own limits
    telegram_limit_seconds: Counter  # lane: for how long
    timer_lateness_seconds: Histogram  # kind
    sweep_seconds: Histogram  # task
    sweep_failures: Counter  # task
    swept_at: Gauge  # task: when its last turn ended
    queue_jobs: Gauge
    queue_oldest_seconds: Gauge
    connections_max: Gauge
    connections_in_use: Gauge


def new_worker_metrics(calls: type[Histogram] = Histogram) -> WorkerMetrics:
    """Return metrics with all counters at zero; what calls take is observed by this kind of histogram."""
    registry = CollectorRegistry()
    counter, gauge = partial(_counter, registry), partial(_gauge, registry)
    histogram, call_histogram = partial(_histogram, registry, Histogram), partial(_histogram, registry, calls)
    return WorkerMetrics(
        registry=registry,
        sagas_ended=counter("sagas_ended", "Saga runs that this process brought to an end", "kind", "status"),
        sagas_compensating=counter("sagas_compensating", "Saga runs that began to compensate", "kind"),
        step_seconds=call_histogram(
            "saga_step_seconds", "External steps, from sending to the answer", FAST_SECONDS, "kind", "step", "outcome"
        ),
        stripe_seconds=call_histogram(
            "stripe_call_seconds", "Calls to Stripe", FAST_SECONDS, "call", "access", "outcome"
        ),
        stripe_limit_seconds=call_histogram(
            "stripe_limit_wait_seconds", "Time a call waited for our limit of calls to Stripe", FAST_SECONDS
        ),
        stripe_event_lag_seconds=histogram(
            "stripe_event_lag_seconds", "From writing a Stripe event down to its handling", SLOW_SECONDS
        ),
        telegram_seconds=call_histogram(
            "telegram_call_seconds", "Messages and edits sent to Telegram", FAST_SECONDS, "method", "outcome"
        ),
        telegram_limit_waits=counter("telegram_limit_waits", "Sends put off by our limits for Telegram", "lane"),
        telegram_limit_seconds=counter("telegram_limit_wait_seconds", "How long sends were put off in all", "lane"),
        timer_lateness_seconds=histogram(
            "timer_lateness_seconds", "From the time a timer was due to its firing", SLOW_SECONDS, "kind"
        ),
        sweep_seconds=histogram("sweep_turn_seconds", "Turns of the sweeper", FAST_SECONDS, "task"),
        sweep_failures=counter("sweep_failures", "Turns of the sweeper that failed", "task"),
        swept_at=gauge("sweep_last_turn_timestamp_seconds", "When the last turn ended", "task"),
        queue_jobs=gauge("queue_jobs", "Jobs that wait in the queue"),
        queue_oldest_seconds=gauge("queue_oldest_job_seconds", "Age of the oldest of them"),
        connections_max=gauge("database_connections_max", "Connections to Postgres that may be open"),
        connections_in_use=gauge("database_connections_in_use", "Connections to Postgres in use"),
    )


def start_at_zero(metrics: WorkerMetrics, kinds: Iterable[str]) -> None:
    """Export these counters before they count: a rule that looks for an increase does not see a first value."""
    for kind in kinds:
        metrics.sagas_compensating.labels(kind)
        for status in ENDS:
            metrics.sagas_ended.labels(kind, status)
    for lane in Lane:
        metrics.telegram_limit_waits.labels(lane.value)
        metrics.telegram_limit_seconds.labels(lane.value)


def _counter(registry: CollectorRegistry, name: str, description: str, *labels: str) -> Counter:
    return Counter(f"campusg_{name}", description, labels, registry=registry)


def _gauge(registry: CollectorRegistry, name: str, description: str, *labels: str) -> Gauge:
    return Gauge(f"campusg_{name}", description, labels, registry=registry)


def _histogram(
    registry: CollectorRegistry,
    kind: type[Histogram],
    name: str,
    description: str,
    buckets: tuple[float, ...],
    *labels: str,
) -> Histogram:
    return kind(f"campusg_{name}", description, labels, registry=registry, buckets=buckets)
