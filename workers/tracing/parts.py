"""The parts of a worker that tracing replaces; while it is off, they are used as they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import Histogram

from domain.database.unit_of_work import AutocommitConnectionFactory, UnitOfWorkFactory
from domain.tracing.port import Tracing
from workers.scheduling.local_tasks import JobFunction
from workers.tracing.timed_spans import span_histogram
from workers.tracing.traced_commits import trace_commits
from workers.tracing.traced_jobs import trace_jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Where spans begin: in a queue job, and in what a call takes. Units of work carry their trace."""

    database: UnitOfWorkFactory
    jobs: Sequence[JobFunction]
    call_histogram: type[Histogram] = Histogram


def trace_parts(tracing: Tracing | None, autocommit: AutocommitConnectionFactory, parts: Parts) -> Parts:
    """Return the parts under spans; the same object while tracing is off."""
    if tracing is None:
        return parts
    return Parts(
        database=trace_commits(tracing, parts.database),
        jobs=trace_jobs(tracing, autocommit, parts.jobs),
        call_histogram=span_histogram(tracing),
    )
