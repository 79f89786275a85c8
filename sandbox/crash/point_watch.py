"""Finds one case's exact kill point in everything a process sends to Postgres."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from sandbox.crash.kill_points import StepKind, WatchTarget
from sandbox.crash.observed_transaction import ObservedTransaction, StartedSaga
from sandbox.crash.postgres_proxy import HeldMessage, InterceptPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaSubject:
    """The saga of a case: that of the order where its number is known, else that of the person."""

    saga_kind: str
    person_id: int
    order_id: int | None = None


@dataclass(slots=True, kw_only=True)
class PointWatch:
    """Finds the point of one case.

    `is_saga_of` says whether a saga belongs to a subject. `order_stripe_faults` tells Stripe's stand-in what to do with
    the call of a key.
    """

    subject: SagaSubject
    target: WatchTarget
    is_saga_of: Callable[[UUID, SagaSubject], Awaitable[bool]]
    order_stripe_faults: Callable[[str], Awaitable[None]]
    held_message: HeldMessage = field(default_factory=HeldMessage)
    saga_id: UUID | None = None
    idempotency_key: str | None = None  # of the call prepared last
    call_prepared: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False

    def __post_init__(self) -> None:
        self.held_message.is_commit_answer = self.target.holds_commit_answer
        if self.target.prepared_call is None:
            self.call_prepared.set()

    async def find_hold(self, intercept_point: InterceptPoint, transaction: ObservedTransaction) -> HeldMessage | None:
        """Return the message to hold when this is the point, once; otherwise None."""
        if self.is_over:
            return None
        if self.target.step_kind is StepKind.LOCAL_AT_START:
            return self._match_start(intercept_point, transaction)
        if not self.call_prepared.is_set():
            return await self._match_prepared_call(intercept_point, transaction)
        return await self._match_outcome(intercept_point, transaction)

    async def _match_prepared_call(
        self, intercept_point: InterceptPoint, transaction: ObservedTransaction
    ) -> HeldMessage | None:
        if intercept_point is not InterceptPoint.COMMIT:
            return None
        for call in transaction.prepared_calls:
            if call.step == self.target.prepared_call and await self.is_saga_of(call.saga_id, self.subject):
                self.saga_id, self.idempotency_key = call.saga_id, call.idempotency_key
                await self.order_stripe_faults(call.idempotency_key)
                self.call_prepared.set()
                return (
                    self._reach_point() if self.target.is_at_preparation and not self.target.is_held_at_stripe else None
                )
        return None

    async def _match_outcome(
        self, intercept_point: InterceptPoint, transaction: ObservedTransaction
    ) -> HeldMessage | None:
        if self.target.is_at_preparation or self.target.is_held_at_stripe:
            return None
        if (intercept_point is InterceptPoint.STATEMENT) is not self.target.holds_statement:
            return None
        for saga_id in transaction.locked_sagas:
            if (saga_id == self.saga_id) if self.saga_id else await self.is_saga_of(saga_id, self.subject):
                self.saga_id = saga_id
                return self._reach_point()
        return None

    def _match_start(self, intercept_point: InterceptPoint, transaction: ObservedTransaction) -> HeldMessage | None:
        if (intercept_point is InterceptPoint.STATEMENT) is not self.target.holds_statement:
            return None
        for started in transaction.started_sagas:
            if self._is_subjects_saga(started, transaction):
                self.saga_id = started.saga_id
                return self._reach_point()
        return None

    def _is_subjects_saga(self, started: StartedSaga, transaction: ObservedTransaction) -> bool:
        if started.kind != self.subject.saga_kind:
            return False
        if self.subject.order_id is not None:
            return started.order_id == self.subject.order_id
        return self.subject.person_id in transaction.integers

    def _reach_point(self) -> HeldMessage:
        self.is_over = True
        return self.held_message


@dataclass(slots=True)
class WatchList:
    """All watches on one process."""

    watches: list[PointWatch] = field(default_factory=list)

    async def find_hold(self, intercept_point: InterceptPoint, transaction: ObservedTransaction) -> HeldMessage | None:
        """Return the first message that a watch wants to hold, or None."""
        for watch in self.watches:
            held_message = await watch.find_hold(intercept_point, transaction)
            if held_message is not None:
                return held_message
        return None
