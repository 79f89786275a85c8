"""The context that functions of a worker are given: the database, Stripe, and the saga runs in flight."""

import asyncio
import time
from dataclasses import dataclass, field
from uuid import UUID

from domain.database.unit_of_work import UnitOfWorkFactory
from workers.metrics.worker_metrics import WorkerMetrics, new_worker_metrics
from workers.stripe.gateway import StripeGateway


@dataclass(slots=True, kw_only=True)
class WorkerContext:
    """One worker process. It renews the leases of `running_saga_ids`; `saga_slots` limits sagas in flight.

    Until `timers_first_until` (of the monotonic clock) it starts fewer sagas and sends: its timers were late.
    """

    database: UnitOfWorkFactory
    stripe: StripeGateway
    name: str
    saga_slots: asyncio.Semaphore
    metrics: WorkerMetrics = field(default_factory=new_worker_metrics)
    running_saga_ids: set[UUID] = field(default_factory=set)
    timers_first_until: float = 0.0

    @property
    def are_timers_late(self) -> bool:
        """Whether a timer was late just now, so that sagas and sends must not delay others."""
        return time.monotonic() < self.timers_first_until
