"""A worker of the real engine whose steps are counted, and whose calls, commits and faults follow a script."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, Protocol

from sqlalchemy import text

from domain.database.registers import Registers
from domain.database.unit_of_work import Begin, UnitOfWork, UnitOfWorkFactory
from domain.errors import Stale
from domain.saga.definition import ExternalStep, LocalStep, Saga, Wait
from domain.saga.register import LocalStepFunction, SagaRegister
from domain.saga.run import SagaRun
from tests.scenarios.worker_faults import WorkerKilled
from tests.workers.engine.no_followers import NO_FOLLOWERS
from tests.workers.engine.remote_effects import InjectedOutcome, RemoteEffects
from workers.engine.call_failures import OutcomeUnknown, TryLater
from workers.engine.external_step import (
    CallRequest,
    ExternalStepHooks,
    ExternalStepRegister,
    StepParams,
    add_signal,
    define_external_step,
)
from workers.stripe.gateway import StripeGateway

ScriptedResult = dict[str, Any]

INSERT_EFFECT_SQL = text("INSERT INTO step_effect (saga_id, position, compensates) VALUES (:saga, :position, :back)")


class Surroundings(Protocol):
    """What a worker's saga reports to, and what acts on it meanwhile."""

    remote: RemoteEffects

    def database(self, registers: Registers) -> UnitOfWorkFactory:
        """Return units of work with these registers."""

    async def send_signals(self, names: frozenset[str], *, in_call: bool) -> None:
        """Signal the saga in a transaction of its own."""

    async def observe(self, work: UnitOfWork, *, is_answer_recorded: bool) -> Callable[[], None]:
        """Read what this transaction wrote; the function keeps it after the commit."""


@dataclass(slots=True, kw_only=True)
class WorkerScript:
    """What happens to one worker.

    Its calls have these `outcomes`, and it is killed before the one after them. The local steps at the positions in
    `refusing` refuse once. `signals` arrive while it is in a transaction. It is killed before the commit of its
    transaction number `killed_commit`.
    """

    outcomes: Iterator[InjectedOutcome]
    refusing: frozenset[int] = frozenset()
    signals: frozenset[str] = frozenset()
    killed_commit: int | None = None


@dataclass(slots=True, kw_only=True)
class ScriptedWorker:
    """A worker in the middle of its script. `rests` is set when it is frozen, and at its end."""

    script: WorkerScript
    saga: Saga
    around: Surroundings
    rests: asyncio.Event = field(default_factory=asyncio.Event)
    resume: asyncio.Event = field(default_factory=asyncio.Event)
    transactions: Iterator[int] = field(default_factory=lambda: count(1))
    frozen_request: CallRequest | None = None
    fault: BaseException | None = None  # raised when it wakes
    is_answer_recorded: bool = False  # in the present transaction
    task: asyncio.Task[None] | None = None
    fence: int = 0  # when it was frozen

    @asynccontextmanager
    async def unit_of_work(self, begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
        """Open a transaction that is observed, or killed before its commit."""
        self.is_answer_recorded = False
        async with self.around.database(self._registers())(begin) as work:
            yield work
            if next(self.transactions) == self.script.killed_commit:
                raise WorkerKilled
            keep = await self.around.observe(work, is_answer_recorded=self.is_answer_recorded)
        keep()

    def _registers(self) -> Registers:
        local, external = dict[str, LocalStepFunction](), dict[str, ExternalStepHooks]()
        for at, part in enumerate(self.saga.steps):
            match part:
                case LocalStep(name=name, compensation=undo):
                    local[name] = partial(self._run_local_step, at, False)
                case ExternalStep(name=name, compensation=undo):
                    external[name] = self._call(at, compensates=False)
                case Wait(signal=signal, poll=str() as poll):
                    undo, external[poll] = None, self._poll(signal)
                case _:
                    undo = None
            if undo is not None and isinstance(part, ExternalStep) and part.compensation_is_external:
                external[undo] = self._call(at, compensates=True)
            elif undo is not None:
                local[undo] = partial(self._run_local_step, at, True)
        sagas = SagaRegister(sagas={(self.saga.kind, self.saga.version): self.saga}, local_steps=local)
        return Registers(sagas, ExternalStepRegister(steps=external), NO_FOLLOWERS)

    def _call(self, at: int, *, compensates: bool) -> ExternalStepHooks:
        return define_external_step(
            prepare=partial(self._prepare, {"position": at, "compensates": compensates}),
            execute=self._execute,
            record=partial(self._record, at, compensates),
            find_existing=self._find_existing,
        )

    def _poll(self, signal: str) -> ExternalStepHooks:
        record = partial(self._record_poll, signal)
        return define_external_step(prepare=partial(self._prepare, {}), execute=self._execute, record=record)

    async def _run_local_step(self, at: int, compensates: bool, work: UnitOfWork, run: SagaRun) -> None:
        await self._receive_signals(in_call=False)
        if at in self.script.refusing:
            self.script.refusing -= {at}
            raise Stale
        await _count_effect(work, run, at, compensates)

    async def _prepare(self, params: StepParams, _work: UnitOfWork, _run: SagaRun, key: str) -> StepParams | None:
        await self._receive_signals(in_call=False)
        return {**params, "call": key}

    async def _execute(self, _gateway: StripeGateway, request: CallRequest) -> ScriptedResult:
        outcome = next(self.script.outcomes, InjectedOutcome.KILLED_BEFORE_CALL)
        if outcome is InjectedOutcome.KILLED_BEFORE_CALL:
            raise WorkerKilled
        if outcome is InjectedOutcome.FROZEN_BEFORE_CALL:
            await self._halt(request)
        self.around.remote.receive(request, outcome)
        match outcome:
            case InjectedOutcome.REFUSED_FOR_NOW:
                raise TryLater("refused for now")
            case (
                InjectedOutcome.ANSWER_LOST_AFTER_EFFECT
                | InjectedOutcome.ANSWER_LOST_BEFORE_EFFECT
                | InjectedOutcome.GIVEN_UP
            ):
                raise OutcomeUnknown("connection")
            case InjectedOutcome.KILLED_BEFORE_ANSWER_RECORDED:
                raise WorkerKilled
            case InjectedOutcome.FROZEN_BEFORE_ANSWER_RECORDED:
                await self._halt(request)
            case _:
                pass
        return {"fails": outcome is InjectedOutcome.RECORDING_FAILED}

    async def _find_existing(self, _gateway: StripeGateway, request: CallRequest) -> ScriptedResult | None:
        return {} if request.key in self.around.remote.calls else None

    async def _record(self, at: int, compensates: bool, work: UnitOfWork, run: SagaRun, result: ScriptedResult) -> None:
        await self._receive_signals(in_call=True)
        await _count_effect(work, run, at, compensates)
        self.is_answer_recorded = True
        if result.get("fails"):
            raise RuntimeError("an answer of Stripe's that our code cannot read")

    async def _record_poll(self, signal: str, _work: UnitOfWork, run: SagaRun, result: ScriptedResult) -> None:
        await self._receive_signals(in_call=True)
        if result.get("fails"):
            raise RuntimeError("an answer of Stripe's that our code cannot read")
        if self.around.remote.has_person_acted:
            add_signal(run, signal)

    async def _receive_signals(self, *, in_call: bool) -> None:
        names, self.script.signals = self.script.signals, frozenset()
        await self.around.send_signals(names, in_call=in_call)

    async def _halt(self, request: CallRequest) -> None:
        self.frozen_request = request
        self.resume.clear()
        self.rests.set()
        await self.resume.wait()
        self.frozen_request = None
        if self.fault is not None:
            raise self.fault


async def _count_effect(work: UnitOfWork, run: SagaRun, at: int, compensates: bool) -> None:
    await work.connection.execute(INSERT_EFFECT_SQL, {"saga": run.id, "position": at, "back": compensates})
