"""The sandbox put together: the world, what goes wrong in it, and what is remembered of the calls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sandbox.stripe.clock import Clock
from sandbox.stripe.delivery import Delivery, Receiver
from sandbox.stripe.documents import Documents
from sandbox.stripe.eventlog import EventLog
from sandbox.stripe.faults import Faults
from sandbox.stripe.idempotency import Keys
from sandbox.stripe.record import Record
from sandbox.stripe.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """All parts of one running sandbox."""

    world: World
    keys: Keys
    faults: Faults
    record: Record
    delivery: Delivery
    stopping: asyncio.Event

    def commit(self) -> None:
        """Write down what has changed and wake the delivery of new events."""
        self.world.documents.commit()
        self.delivery.wake()

    def close(self) -> None:
        """Let go of files."""
        self.world.documents.close()
        self.record.close()


SANDBOX = web.AppKey("sandbox", Sandbox)


def build_sandbox(*, state: Path | None, transcript: Path | None, receiver: Receiver) -> Sandbox:
    """A sandbox that remembers what its state folder holds."""
    documents = Documents(state)
    events = EventLog(documents)
    return Sandbox(
        world=World(documents=documents, clock=Clock(documents), events=events),
        keys=Keys(documents),
        faults=Faults(),
        record=Record(transcript),
        delivery=Delivery(documents, events, receiver),
        stopping=asyncio.Event(),
    )
