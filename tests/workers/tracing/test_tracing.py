"""Tracing: off it replaces nothing; on, the runs and sends of a tap are one trace, whichever worker they run in."""

import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import Histogram
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.database.unit_of_work import AutocommitConnectionFactory
from domain.orders.use_cases import ordering
from domain.tracing.spans import Spans
from domain.tracing.switch import open_tracing
from domain.tracing.trace_repository import carry_trace, find_trace_of_notification, find_trace_of_order_message
from tests.conventions.test_conventions import PROJECT
from tests.stack.worker_stack import WorkerStack
from workers.engine.jobs import JOBS
from workers.engine.worker_context import WorkerContext
from workers.metrics.worker_metrics import new_worker_metrics
from workers.tracing.parts import Parts, trace_parts

TAP = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"  # the traceparent of a tap in the bot
TRACE = int("0af7651916cd43dd8448eb211c80319c", 16)
SWITCH_OFF = (
    "import sys; from domain.tracing.switch import open_tracing; print(open_tracing('workers', None));"
    "print([name for name in sys.modules if name.partition('.')[0] in ('opentelemetry', 'google')])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedWorker:
    """A worker under spans that stay in memory."""

    exporter: InMemorySpanExporter
    context: WorkerContext
    parts: Parts

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        """The spans that ended, the oldest first."""
        return self.exporter.get_finished_spans()

    async def run_due(self, stack: WorkerStack) -> None:
        """Run the sagas that are due as queue jobs."""
        jobs = {job.__name__: job for job in self.parts.jobs}
        while due := await stack.rows("SELECT id FROM saga WHERE wake_at <= now() ORDER BY number"):
            for (saga_id,) in due:
                await jobs["run_saga"]({"worker_context": self.context}, str(saga_id))


def autocommit_of(stack: WorkerStack) -> AutocommitConnectionFactory:
    """Connections of this stack, on which each statement is a transaction."""

    @asynccontextmanager
    async def autocommit() -> AsyncIterator[AsyncConnection]:
        async with stack.autocommit_work() as work:
            yield work.connection

    return autocommit


def spans_in_memory() -> tuple[Spans, InMemorySpanExporter]:
    """Tracing whose spans are kept here."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Spans(provider=provider, tracer=provider.get_tracer("test")), exporter


def new_traced_worker(stack: WorkerStack, name: str) -> TracedWorker:
    """A worker of this stack that traces what it does."""
    tracing, exporter = spans_in_memory()
    parts = trace_parts(tracing, autocommit_of(stack), Parts(database=stack.database, jobs=JOBS))
    metrics = new_worker_metrics(parts.call_histogram)
    context = replace(
        stack.new_worker(name),
        database=parts.database,
        metrics=metrics,
        stripe=replace(stack.context.stripe, metrics=metrics),
    )
    return TracedWorker(exporter=exporter, context=context, parts=parts)


async def place_by_tap(stack: WorkerStack) -> int:
    """Place an order as the bot does under the span of a tap, and return its number."""
    member = await stack.add_member()
    draft = await stack.fill_basket(member)
    async with stack.database() as work:
        await carry_trace(work.connection, TAP)
        placed = await ordering.submit_order(
            work, stack.campus, member, version=draft.version, ceiling=draft.price(stack.campus.fees).ceiling
        )
    assert isinstance(placed, ordering.OrderPlaced)
    return placed.order_id


def test_off_nothing_of_a_worker_is_replaced_and_no_tracing_module_is_imported(stack: WorkerStack) -> None:
    parts = Parts(database=stack.database, jobs=JOBS)
    assert trace_parts(None, autocommit_of(stack), parts) is parts
    assert type(new_worker_metrics(parts.call_histogram).stripe_seconds) is Histogram
    told = subprocess.run([sys.executable, "-c", SWITCH_OFF], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == ["None", "[]"]


def test_a_collector_without_the_extra_is_told_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "domain.tracing.spans", None)  # as if it could not be imported
    assert open_tracing("bot", "http://127.0.0.1:4318") is None
    assert "tracing_not_installed" in caplog.text


def test_what_the_extra_pins_has_all_that_runs_without_it() -> None:
    """So its audit covers both, and installing it changes no version."""
    run, tracing = ((PROJECT / f"requirements/{name}.txt").read_text(encoding="utf-8") for name in ("run", "tracing"))
    assert set(run.splitlines()) <= set(tracing.splitlines())


def test_an_error_is_told_by_its_kind_and_not_by_what_a_person_wrote() -> None:
    tracing, exporter = spans_in_memory()
    for opened in (tracing.trace("tap", {}), tracing.span("saga", {}, parent=TAP)):
        with pytest.raises(ValueError), opened:
            raise ValueError("call me on 9123 4567")
    assert [(span.status.description, span.events) for span in exporter.get_finished_spans()] == [
        ("ValueError", ())
    ] * 2


async def test_workers_go_on_with_the_trace_of_the_tap_and_child_sagas_and_sends_belong_to_it(
    stack: WorkerStack,
) -> None:
    first, second = new_traced_worker(stack, "first"), new_traced_worker(stack, "second")
    order_id = await place_by_tap(stack)
    assert (await stack.rows("SELECT traceparent FROM saga")) == [(TAP,)]
    await first.run_due(stack)
    assert {span.context.trace_id for span in first.spans if span.context} == {TRACE}
    names = [span.name for span in first.spans]
    assert {"saga create_order", "saga_step create_order authorize_hold"} <= set(names)
    assert "stripe_call PaymentIntentService.create" in names
    order, runner = await stack.order(order_id), await stack.add_member(runner=True)
    claimed = await stack.claim(runner, order)
    await first.run_due(stack)
    await stack.deliver(runner, claimed)
    await stack.sql("UPDATE saga SET traceparent = :tap WHERE kind = 'complete_order'", tap=TAP)
    await second.run_due(stack)  # pay_out_runner is started by complete_order, in this worker
    traced = await stack.rows("SELECT kind, traceparent FROM saga WHERE kind <> 'create_order' ORDER BY number")
    by_kind = {kind: (traceparent or "-" * 55)[3:35] for kind, traceparent in traced}
    assert by_kind["complete_order"] == by_kind["pay_out_runner"] == TAP[3:35]
    async with stack.autocommit_work() as work:
        ((message_id,),) = await stack.rows("SELECT max(id) FROM order_message WHERE order_id = :id", id=order_id)
        ((told_id,),) = await stack.rows("SELECT max(id) FROM notification WHERE order_id = :id", id=order_id)
        of_message = await find_trace_of_order_message(work.connection, message_id)
        of_told = await find_trace_of_notification(work.connection, told_id)
    assert of_message == of_told == dict(await stack.rows("SELECT kind, traceparent FROM saga"))["pay_out_runner"]


async def test_a_run_without_a_trace_begins_one_and_is_done_as_ever(stack: WorkerStack) -> None:
    """As of a row that the former release wrote, or that a timer started."""
    worker = new_traced_worker(stack, "first")
    order = await stack.place_order(await stack.add_member())
    assert (await stack.saga(order, "create_order")).traceparent is None
    await worker.run_due(stack)
    (run,) = [span for span in worker.spans if span.name == "saga create_order"]
    assert run.parent is None
    assert (await stack.saga(order, "create_order")).status == "done"
