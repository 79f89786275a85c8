"""What is counted of a saga run: its end, the begin of its compensation, and its external steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from domain.saga.run import SagaRun
from workers.engine.call_failures import CallFailed, name_outcome
from workers.metrics.worker_metrics import ENDS, WorkerMetrics


def count_committed_run(metrics: WorkerMetrics, run: SagaRun, *, was_compensating: bool) -> None:
    """Count what the committed moves of a run came to."""
    if run.is_compensating and not was_compensating:
        metrics.sagas_compensating.labels(run.kind).inc()
    if run.written_status in ENDS:
        metrics.sagas_ended.labels(run.kind, run.written_status).inc()


@contextmanager
def step_timed(metrics: WorkerMetrics, kind: str, step: str) -> Iterator[None]:
    """Observe how long an external step takes, and how it ends; let every error through."""
    started, outcome = perf_counter(), "done"
    try:
        yield
    except CallFailed as failure:
        outcome = name_outcome(failure)
        raise
    except BaseException:
        outcome = "error"
        raise
    finally:
        metrics.step_seconds.labels(kind, step, outcome).observe(perf_counter() - started)
