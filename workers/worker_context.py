"""What the doing needs, passed by hand: the database, Stripe, this worker's name, and what it runs just now."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from domain.store.unit_of_work import UnitOfWorkFactory
from workers.stripe_gateway import StripeGateway


@dataclass(slots=True, kw_only=True)
class WorkerContext:
    """One worker process. `running` are the sagas whose leases it keeps; `room` bounds how many at once."""

    database: UnitOfWorkFactory
    stripe: StripeGateway
    name: str
    saga_slots: asyncio.Semaphore
    running_saga_ids: set[UUID] = field(default_factory=set)
