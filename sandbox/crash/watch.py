"""Waiting for one case's exact point in everything a process says to Postgres."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from sandbox.crash.points import Trip, Way
from sandbox.crash.proxy import Hold, Moment
from sandbox.crash.transaction import Started, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose saga is meant: the order where its number is known, else the person."""

    saga: str
    person: int
    order: int | None = None


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks for the point; `is_meant` says of whom a saga is, `prepare_stripe` orders what Stripe does to a call."""

    subject: Subject
    trip: Trip
    is_meant: Callable[[UUID, Subject], Awaitable[bool]]
    prepare_stripe: Callable[[str], Awaitable[None]]
    hold: Hold = field(default_factory=Hold)
    saga: UUID | None = None
    key: str | None = None  # of the call frozen last
    frozen: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    def __post_init__(self) -> None:
        """What is kept back follows from the point."""
        self.hold.answer = self.trip.answer
        if self.trip.call is None:
            self.frozen.set()

    async def look(self, moment: Moment, transaction: Transaction) -> Hold | None:
        """The hold, once, when this is the moment."""
        if self.over:
            return None
        if self.trip.way is Way.START:
            return self._look_for_start(moment, transaction)
        if not self.frozen.is_set():
            return await self._look_for_freezing(moment, transaction)
        return await self._look_for_outcome(moment, transaction)

    async def _look_for_freezing(self, moment: Moment, transaction: Transaction) -> Hold | None:
        if moment is not Moment.COMMIT:
            return None
        for call in transaction.frozen:
            if call.step == self.trip.call and await self.is_meant(call.saga, self.subject):
                self.saga, self.key = call.saga, call.key
                await self.prepare_stripe(call.key)
                self.frozen.set()
                return self._take() if self.trip.at_freezing and not self.trip.at_stripe else None
        return None

    async def _look_for_outcome(self, moment: Moment, transaction: Transaction) -> Hold | None:
        if self.trip.at_freezing or self.trip.at_stripe:
            return None
        if (moment is Moment.STATEMENT) is not self.trip.at_statement:
            return None
        for saga in transaction.locked:
            if (saga == self.saga) if self.saga else await self.is_meant(saga, self.subject):
                self.saga = saga
                return self._take()
        return None

    def _look_for_start(self, moment: Moment, transaction: Transaction) -> Hold | None:
        if (moment is Moment.STATEMENT) is not self.trip.at_statement:
            return None
        for started in transaction.started:
            if self._is_subject(started, transaction):
                self.saga = started.saga
                return self._take()
        return None

    def _is_subject(self, started: Started, transaction: Transaction) -> bool:
        if started.kind != self.subject.saga:
            return False
        if self.subject.order is not None:
            return started.order == self.subject.order
        return self.subject.person in transaction.numbers

    def _take(self) -> Hold:
        self.over = True
        return self.hold


@dataclass(slots=True)
class Lookout:
    """All watches on what one process says."""

    watches: list[Watch] = field(default_factory=list)

    async def ask(self, moment: Moment, transaction: Transaction) -> Hold | None:
        """The first hold that any of them wants."""
        for watch in self.watches:
            hold = await watch.look(moment, transaction)
            if hold is not None:
                return hold
        return None
