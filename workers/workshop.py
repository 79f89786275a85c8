"""What the doing needs, passed by hand: the database, Stripe, this worker's name, and what it runs just now."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from domain.store.unit_of_work import Database
from workers.stripe_gateway import Stripe


@dataclass(slots=True, kw_only=True)
class Workshop:
    """One worker process. `running` are the sagas whose leases it keeps; `room` bounds how many at once."""

    database: Database
    stripe: Stripe
    name: str
    room: asyncio.Semaphore
    running: set[UUID] = field(default_factory=set)
