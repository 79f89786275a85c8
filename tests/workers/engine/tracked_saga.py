"""One saga run that scripted workers act on, with all that was committed about it and all that its calls did."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count, repeat
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from domain.database.registers import Registers
from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.errors import Stale
from domain.saga.definition import FINAL_STATUSES, Saga, SagaStatus, Wait
from domain.saga.run import SagaStart
from domain.saga.signal_repository import signal_saga
from domain.saga.start import start_saga
from domain.saga.stuck_repository import retry_stuck_saga
from tests.scenarios.worker_faults import WorkerKilled
from tests.workers.engine.engine_stack import EngineStack
from tests.workers.engine.no_followers import NO_FOLLOWERS
from tests.workers.engine.remote_effects import InjectedOutcome, RemoteEffects
from tests.workers.engine.scripted_worker import ScriptedWorker, WorkerScript
from workers.engine.saga_engine import advance_saga
from workers.engine.saga_failures import MAX_UNEXPECTED_ERRORS
from workers.engine.worker_context import WorkerContext

# The row, if the present transaction wrote it.
WRITTEN_SQL = "SELECT * FROM saga WHERE id = :id AND xmin = pg_current_xact_id_if_assigned()::xid"
EFFECTS_SQL = "SELECT position, compensates FROM step_effect WHERE saga_id = :id ORDER BY id"
WHOLE_SQL = (  # all that a worker writes about this saga
    "SELECT saga.*, (SELECT count(*) FROM step_effect WHERE saga_id = saga.id),"
    " (SELECT json_agg(signal)::text FROM saga_signal AS signal WHERE saga_id = saga.id),"
    " (SELECT count(*) FROM event_log), (SELECT count(*) FROM notification) FROM saga WHERE id = :id"
)
LEASE_ENDS_SQL = "UPDATE saga SET wake_at = now() WHERE id = :id AND wake_at IS NOT NULL"
LEASE_LASTS_SQL = "UPDATE saga SET wake_at = now() + interval '1 hour' WHERE id = :id AND wake_at IS NOT NULL"
DEADLINES_PASS_SQL = (  # nothing changes where nothing waits or fails
    "UPDATE saga SET waiting_until = waiting_until - interval '60 days', failing_since = failing_since - interval"
    " '1 day' WHERE id = :id"
)
FAILING_LONG_SQL = "UPDATE saga SET failing_since = now() - interval '1 day' WHERE id = :id AND wake_at IS NOT NULL"
FAILING_OFTEN_SQL = f"UPDATE saga SET tries = {MAX_UNEXPECTED_ERRORS} WHERE id = :id AND wake_at IS NOT NULL"
CONDITIONS_SQL = {
    InjectedOutcome.GIVEN_UP: FAILING_LONG_SQL,
    InjectedOutcome.RECORDING_FAILED: FAILING_OFTEN_SQL,
}
NO_REGISTERS = Registers(NO_FOLLOWERS)
MAX_WAKES = 40


@dataclass(slots=True, kw_only=True)
class TrackedSaga:
    """A saga run; `row` is its committed row.

    `effects` are the committed effects of its steps in their order, each with whether it was a compensation.
    """

    stack: EngineStack
    saga: Saga
    remote: RemoteEffects = field(default_factory=RemoteEffects)
    id: UUID = field(default_factory=uuid4)
    row: Any = None
    effects: list[tuple[int, bool]] = field(default_factory=list)
    compensating_from: int | None = None
    past_pivot: bool = False
    stopped: bool = False  # an abort signal arrived in time
    is_late: bool = False  # time passed beyond all deadlines
    left_end: bool = False  # it went on after a final status
    frozen: list[ScriptedWorker] = field(default_factory=list)
    names: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def status(self) -> SagaStatus:
        """The committed status."""
        return SagaStatus(self.row.status)

    @property
    def counts(self) -> Counter[int]:
        """How often each step was done and not compensated, by position, as Postgres knows it."""
        counts = Counter[int]()
        for position, compensates in self.effects:
            counts[position] = 0 if compensates else counts[position] + 1
        return counts

    @property
    def compensated(self) -> list[int]:
        """The positions of all compensations that were done, in their order."""
        return [position for position, compensates in self.effects if compensates]

    @property
    def signal_names(self) -> list[str]:
        """The signals that its steps know, and one that none knows."""
        waits = [part for part in self.saga.steps if isinstance(part, Wait)]
        return sorted({"unknown"}.union(*({wait.signal, *wait.abort_signals} for wait in waits)))

    @property
    def has_lease_holder(self) -> bool:
        """Whether a frozen worker still has the saga."""
        return any(worker.fence == self.row.fence for worker in self.frozen)

    async def start(self, refusing: frozenset[int]) -> None:
        """Start the run; when a local step refuses, nothing is left of it, and it is started again."""
        try:
            await self._start(refusing)
        except Stale:
            assert await self._rows(EFFECTS_SQL) == []
            assert await self._rows(WHOLE_SQL) == []
            await self._start(frozenset())

    async def _start(self, refusing: frozenset[int]) -> None:
        worker = self._new_worker(WorkerScript(outcomes=iter(()), refusing=refusing))
        async with worker.unit_of_work() as work:
            start = SagaStart(kind=self.saga.kind, name=str(uuid4()), campus_id=self.stack.campus_id)
            self.id = (await start_saga(work, start)).id
        await self._read_effects()

    async def wake(self, script: WorkerScript, condition: InjectedOutcome | None = None) -> None:
        """Let a worker take the saga over, whoever had it."""
        if condition in CONDITIONS_SQL:
            await self._change(CONDITIONS_SQL[condition])
        await self._change(LEASE_ENDS_SQL)
        await self._work(self._new_worker(script))
        await self.signal(script.signals)

    async def knock(self) -> None:
        """Run a queue job while another worker has the saga, or after its end: it changes nothing."""
        await self._change(LEASE_LASTS_SQL)
        before = await self._rows(WHOLE_SQL)
        await self._work(self._new_worker(WorkerScript(outcomes=iter([InjectedOutcome.ANSWERED]))))
        assert await self._rows(WHOLE_SQL) == before

    async def return_late(self, worker: ScriptedWorker, fault: Exception | None) -> None:
        """Let a frozen worker go on. It changes nothing here when another worker took the saga meanwhile."""
        self.frozen.remove(worker)
        before, has_lease = await self._rows(WHOLE_SQL), worker.fence == self.row.fence
        worker.fault = fault if self._may_return(worker) else WorkerKilled()
        worker.rests.clear()
        worker.resume.set()
        await self._rest(worker)
        assert has_lease or await self._rows(WHOLE_SQL) == before

    async def signal(self, names: Iterable[str]) -> None:
        """Send signals, perhaps while a frozen worker makes a call."""
        await self.send_signals(frozenset(names), in_call=self.has_lease_holder)

    async def finish(self) -> None:
        """Let everything succeed from here on, until the saga ends; then let the late workers come back."""
        for _ in range(MAX_WAKES):
            if self.status in FINAL_STATUSES:
                break
            if self.status is SagaStatus.STUCK:
                await self.retry()
            await self.signal(part.signal for part in self.saga.steps if isinstance(part, Wait))
            await self.wake(WorkerScript(outcomes=repeat(InjectedOutcome.ANSWERED)))
        while self.frozen:
            await self.return_late(self.frozen[0], None)
        await self.knock()

    async def retry(self) -> None:
        """Retry a stuck saga as an admin does."""
        async with self._new_worker(WorkerScript(outcomes=iter(()))).unit_of_work() as work:
            assert await retry_stuck_saga(work, self.stack.campus_id, self.row.number) is not None

    async def pass_time(self) -> None:
        """Let all deadlines pass: of a wait, and of a call that fails."""
        self.is_late = True
        await self._change(DEADLINES_PASS_SQL)

    async def _change(self, statement: str) -> None:
        async with self.stack.autocommit() as connection:
            await connection.execute(text(statement), {"id": self.id})

    async def _read_effects(self) -> None:
        self.effects = [(position, compensates) for position, compensates in await self._rows(EFFECTS_SQL)]

    def database(self, registers: Registers) -> UnitOfWorkFactory:
        """Return units of work with these registers."""
        return self.stack.database(registers)

    async def send_signals(self, names: frozenset[str], *, in_call: bool) -> None:
        """Signal the saga in a transaction of its own."""
        if not names:
            return
        async with self.stack.database(NO_REGISTERS)() as work:
            for name in sorted(names):
                await signal_saga(work, self.id, name)
        position = self.row.position + in_call  # the answer of a call is recorded before the signal is obeyed
        stopping = {name for part in self.saga.steps if isinstance(part, Wait) for name in part.abort_signals}
        in_time = position <= self.saga.pivot_index and position < len(self.saga.steps)
        self.stopped |= bool(stopping & names) and in_time and self.status is SagaStatus.RUNNING

    async def observe(self, work: UnitOfWork, *, is_answer_recorded: bool) -> Callable[[], None]:
        """Read the row if this transaction wrote it; the function keeps it after the commit."""
        written = (await work.connection.execute(text(WRITTEN_SQL), {"id": self.id})).one_or_none()
        return lambda: None if written is None else self._keep(written, is_answer_recorded=is_answer_recorded)

    def _keep(self, row: Any, *, is_answer_recorded: bool) -> None:
        self.left_end |= self.row is not None and self.row.status in FINAL_STATUSES
        if row.compensating and self.compensating_from is None:
            self.compensating_from = self.row.position + is_answer_recorded
        onward = row.status in (SagaStatus.RUNNING, SagaStatus.DONE)
        self.past_pivot |= onward and row.position > self.saga.pivot_index
        self.row = row

    def _new_worker(self, script: WorkerScript) -> ScriptedWorker:
        return ScriptedWorker(script=script, saga=self.saga, around=self)

    async def _work(self, worker: ScriptedWorker) -> None:
        """Let a worker advance the saga until it rests: frozen, killed or at its end."""
        name, slots = f"worker {next(self.names)}", asyncio.Semaphore(1)
        context = WorkerContext(database=worker.unit_of_work, stripe=self.stack.gateway, name=name, saga_slots=slots)
        worker.task = asyncio.create_task(self._advance(worker, context))
        await self._rest(worker)

    async def _advance(self, worker: ScriptedWorker, context: WorkerContext) -> None:
        try:
            await advance_saga(context, self.id)
        except WorkerKilled:
            pass
        finally:
            worker.rests.set()

    async def _rest(self, worker: ScriptedWorker) -> None:
        await worker.rests.wait()
        if worker.frozen_request is not None:
            worker.fence = self.row.fence
            self.frozen.append(worker)
        elif worker.task is not None:
            await worker.task
        await self._read_effects()

    def _may_return(self, worker: ScriptedWorker) -> bool:
        """Return whether a frozen call may still be sent.

        A poll may. A call that is sent for the first time after its saga gave it up would have an effect that only
        reconciliation finds.
        """
        request = worker.frozen_request
        assert request is not None
        prepared = self.row.call is not None and self.row.call["key"] == request.params["call"]
        return prepared or not request.key or request.key in self.remote.answers

    async def _rows(self, query: str) -> list[Any]:
        async with self.stack.autocommit() as connection:
            return list((await connection.execute(text(query), {"id": self.id})).all())
