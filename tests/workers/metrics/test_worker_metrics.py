"""The metrics of a worker: what it counts, what the database knows, who reads it, and when the heartbeat stops."""

import asyncio
import urllib.request
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, event

from domain.database.queue import make_arq_enqueue
from domain.database.unit_of_work import QueueJob
from sandbox.launch.ports import free_port
from tests.stack.worker_stack import WorkerStack
from workers.engine.worker_context import WorkerContext
from workers.metrics.database_gauge import Reading
from workers.metrics.database_gauges import DATABASE_GAUGES, Readings, read_gauges
from workers.metrics.exporter import Exporter, open_exporter, read_turn, serve_metrics
from workers.metrics.heartbeat import find_troubles, send_heartbeat
from workers.metrics.metrics_reader_repository import hold_reader
from workers.metrics.worker_metrics import new_worker_metrics

pytestmark = pytest.mark.drill

MAX_STATEMENTS = 40  # as docs/metrics.md says
LABELS = {"access", "call", "campus", "currency", "group", "kind", "lane", "method", "outcome", "quantile", "reason",
          "stage", "status", "step", "task", "le"}  # fmt: skip


def counted_worker(stack: WorkerStack) -> WorkerContext:
    """A worker that begins to count now."""
    metrics = new_worker_metrics()
    stripe = replace(stack.context.stripe, metrics=metrics)
    return replace(stack.new_worker("counted"), metrics=metrics, stripe=stripe)


def value(registry: CollectorRegistry, name: str, **labels: str) -> float:
    """The value of a sample, 0 when there is none."""
    return registry.get_sample_value(name, labels) or 0.0


async def readings(stack: WorkerStack) -> Readings:
    async with stack.database() as work:
        return await read_gauges(work)


def of_campus(found: Sequence[Reading], *labels: str) -> float:
    """The value of a reading, by its labels; 0 when there is none."""
    return dict(found).get(labels, 0.0)


async def test_steps_calls_and_ends_are_counted_by_kind_and_outcome(stack: WorkerStack) -> None:
    worker = counted_worker(stack)
    registry = worker.metrics.registry
    await stack.place_order(await stack.add_member())
    await stack.place_order(await stack.add_member(card="pm_card_chargeCustomerFail"))
    await stack.run_due(worker)
    step = {"kind": "create_order", "step": "authorize_hold"}
    assert value(registry, "campusg_saga_step_seconds_count", **step, outcome="done") == 1
    assert value(registry, "campusg_saga_step_seconds_count", **step, outcome="refused_bank") == 1
    call = {"call": "PaymentIntentService.create", "access": "write"}
    assert value(registry, "campusg_stripe_call_seconds_count", **call, outcome="done") == 1
    assert value(registry, "campusg_stripe_call_seconds_count", **call, outcome="refused_bank") == 1
    assert value(registry, "campusg_sagas_compensating_total", kind="create_order") == 1
    assert value(registry, "campusg_sagas_ended_total", kind="create_order", status="compensated") == 1


async def test_a_lost_answer_is_an_unknown_outcome_and_a_saga_that_is_stuck_is_counted(stack: WorkerStack) -> None:
    worker = counted_worker(stack)
    order = await stack.delivered_order(await stack.add_member(runner=True))
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "lost_answer")
    await stack.run_due(worker)
    capture = {"kind": "complete_order", "step": "capture_payment"}
    assert value(worker.metrics.registry, "campusg_saga_step_seconds_count", **capture, outcome="unknown") == 1
    waited = "data || jsonb_build_object('unknown_since', 1)"  # for a worker of a later release, in vain
    await stack.sql(f"UPDATE saga SET version = 99, data = {waited} WHERE kind = 'complete_order'")
    await stack.run_now(worker)
    assert (await stack.saga(order, "complete_order")).status == "stuck"
    ended = {"kind": "complete_order", "status": "stuck"}
    assert value(worker.metrics.registry, "campusg_sagas_ended_total", **ended) == 1
    assert of_campus((await readings(stack))["sagas_stuck"], stack.campus.name) == 1


async def test_the_day_of_a_campus_and_its_money_are_read_from_the_rows(stack: WorkerStack) -> None:
    name, currency = stack.campus.name, stack.campus.currency
    runner = await stack.add_member(runner=True)
    await stack.delivered_order(runner)
    await stack.run_due()
    await stack.open_order()
    await stack.place_order(await stack.add_member(card="pm_card_chargeCustomerFail"))
    await stack.run_due()
    found = await readings(stack)
    stages = {
        stage: of_campus(found["orders_reached_24h"], name, stage) for stage in ("placed", "held", "claimed", "paid")
    }
    assert stages == {"placed": 3, "held": 2, "claimed": 1, "paid": 1}
    assert sum(count for (campus, *_), count in found["orders_dropped_24h"] if campus == name) == 1
    assert of_campus(found["orders_open"], name, "created") == 1
    assert of_campus(found["runners_active_24h"], name) == 1
    assert of_campus(found["deliveries_top_tenth_7d_ratio"], name) == 1
    assert {labels for labels, _ in found["time_to_claim_24h_seconds"]} == {(name, "0.5"), (name, "0.9")}
    ((total, sent),) = await stack.rows(
        "SELECT o.total, p.sent FROM orders o JOIN payable p ON p.order_id = o.id WHERE o.status = 'COMPLETED'"
    )
    assert of_campus(found["captured_24h_minor_units"], name, currency) == total
    assert of_campus(found["transferred_24h_minor_units"], name, currency) == sent > 0
    ((held,),) = await stack.rows("SELECT sum(amount) FROM hold WHERE status = 'held'")
    assert of_campus(found["held_minor_units"], name, currency) == held
    assert of_campus(found["holds"], name, currency) == 1
    assert of_campus(found["holds_near_end"], name, currency) == 0


async def test_what_is_late_is_told_by_its_age(stack: WorkerStack) -> None:
    await stack.place_order(await stack.add_member())
    await stack.sql("UPDATE saga SET wake_at = now() - interval '90 seconds' WHERE wake_at IS NOT NULL")
    await stack.sql("UPDATE timer SET due_at = now() - interval '70 seconds'")
    await stack.sql("UPDATE notification SET due_at = now() - interval '300 seconds' WHERE due_at IS NOT NULL")
    await stack.store_event("evt_late", "charge.updated", {"id": "ch_1"})
    await stack.sql("UPDATE stripe_event SET received_at = now() - interval '130 seconds'")
    found = await readings(stack)
    assert 90 <= of_campus(found["saga_oldest_due_seconds"]) < 100
    assert 130 <= of_campus(found["stripe_event_oldest_waiting_seconds"]) < 140
    assert {"saga_oldest_due_seconds", "stripe_event_oldest_waiting_seconds"} <= set(find_troubles(found))


async def test_a_campus_without_rows_has_every_number_that_an_alert_looks_at(stack: WorkerStack) -> None:
    found = await readings(stack)
    assert {gauge.name for gauge in DATABASE_GAUGES} == set(found)
    for gauge in DATABASE_GAUGES:
        if gauge.labels in (("campus",), ("campus", "currency")) and "top_tenth" not in gauge.name:
            assert any(labels[0] == stack.campus.name for labels, _ in found[gauge.name]), gauge.name
    assert find_troubles(found) == []


def test_names_and_labels_are_bounded_and_follow_prometheus() -> None:
    registry = new_worker_metrics().registry
    names = {gauge.name for gauge in DATABASE_GAUGES}
    assert len(names) == len(DATABASE_GAUGES)
    assert {label for gauge in DATABASE_GAUGES for label in gauge.labels} <= LABELS
    for family in registry.collect():
        assert family.name.startswith("campusg_")
        assert {label for sample in family.samples for label in sample.labels} <= LABELS


@pytest.fixture
async def exporters(stack: WorkerStack, redis_url: str) -> AsyncIterator[tuple[Exporter, Exporter]]:
    """Two workers of one database."""
    _, pool = make_arq_enqueue(redis_url)

    def exporter(name: str) -> Exporter:
        metrics = new_worker_metrics()
        return open_exporter(metrics, name=name, database=stack.database, queue=pool, heartbeat_url=None)

    yield exporter("one"), exporter("two")
    await pool.close()


async def test_one_worker_at_a_time_reads_the_database_and_another_one_takes_over(
    stack: WorkerStack, exporters: tuple[Exporter, Exporter]
) -> None:
    one, two = exporters
    for exporter in (one, two, one, two):
        await read_turn(exporter)
    assert set(one.collector.readings) == {gauge.name for gauge in DATABASE_GAUGES}
    assert two.collector.readings == {}
    assert [family.name for family in two.collector.collect()] == []
    await stack.sql("UPDATE metrics_reader SET held_until = now() - interval '1 second'")
    await read_turn(two)
    await read_turn(one)
    assert (one.collector.readings, len(two.collector.readings)) == ({}, len(DATABASE_GAUGES))


async def test_ten_workers_cost_one_reading_and_a_statement_of_each_other_one(
    exporters: tuple[Exporter, Exporter],
) -> None:
    statements: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", see)
    try:
        one, two = exporters
        await read_turn(one)
        reading = len(statements)
        await read_turn(two)
    finally:
        event.remove(Engine, "before_cursor_execute", see)
    assert reading <= MAX_STATEMENTS, reading
    assert len(statements) - reading <= 2, "the row that says who reads, and the time"


async def test_of_workers_that_begin_at_once_one_reads(stack: WorkerStack) -> None:
    async def hold(name: str) -> bool:
        async with stack.database() as work:
            return await hold_reader(work, name)

    assert sum(await asyncio.gather(*(hold(f"worker {number}") for number in range(8)))) == 1


async def test_the_queue_is_seen_and_a_database_that_is_away_leaves_no_old_numbers(
    stack: WorkerStack, redis_url: str, exporters: tuple[Exporter, Exporter]
) -> None:
    one, _ = exporters
    enqueue, pool = make_arq_enqueue(redis_url)
    await enqueue([QueueJob("run_saga", "1"), QueueJob("run_saga", "2")])
    await read_turn(one)
    assert value(one.metrics.registry, "campusg_queue_jobs") == 2
    await stack.sql("ALTER TABLE problem_case RENAME TO problem_case_away")
    await read_turn(one)
    await stack.sql("ALTER TABLE problem_case_away RENAME TO problem_case")
    assert one.collector.readings == {}
    await pool.close()


async def test_the_metrics_are_served_over_http(stack: WorkerStack) -> None:
    worker, port = counted_worker(stack), free_port()
    await stack.place_order(await stack.add_member())
    await stack.run_due(worker)
    stop = serve_metrics(worker.metrics, "127.0.0.1", port)
    answer = await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{port}/metrics", timeout=5)
    text = answer.read().decode()
    await asyncio.to_thread(stop)
    assert 'campusg_saga_step_seconds_count{kind="create_order",outcome="done",step="authorize_hold"} 1.0' in text


async def test_the_heartbeat_is_sent_while_all_is_well_and_held_back_otherwise(stack: WorkerStack) -> None:
    calls: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        calls.append(request.path)
        return web.Response(status=200 if len(calls) == 1 else 500)

    application = web.Application()
    application.router.add_get("/ping", answer)
    runner, port = web.AppRunner(application), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    address = f"http://127.0.0.1:{port}/ping"
    assert await send_heartbeat(address, await readings(stack))
    await stack.place_order(await stack.add_member())
    await stack.sql("UPDATE saga SET wake_at = now() - interval '2 minutes' WHERE wake_at IS NOT NULL")
    assert not await send_heartbeat(address, await readings(stack))
    assert calls == ["/ping"]
    await stack.run_due()
    assert not await send_heartbeat(address, await readings(stack)), "its service answers 500"
    await runner.cleanup()
    assert not await send_heartbeat(address, await readings(stack)), "its service is away"
