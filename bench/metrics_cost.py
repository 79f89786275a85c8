"""`python -m bench.metrics_cost`: what metrics cost an order, and what a worker with METRICS_PORT does beside orders.

Orders are delivered and paid out in this process. What a worker counts of them is counted again, and timed alone.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import Engine, event

from bench.report import print_line
from domain.settings.timeouts import Timeout
from tests.stack.shared_servers import TEMPLATE, make_template, running_shared_servers, with_path
from tests.stack.started_worker_stack import running_worker_stack
from tests.stack.worker_stack import WorkerStack
from workers.metrics.database_gauges import read_gauges
from workers.metrics.worker_metrics import new_worker_metrics

ORDERS, TURNS, SAMPLES = 20, 20, 20_000
MICROSECONDS, MILLISECONDS = 1e6, 1e3
SAMPLE_SUFFIXES = ("_count", "_total")


@dataclass(slots=True, kw_only=True)
class Sent:
    """The statements that were sent while this was filled."""

    statements: int = 0

    def note(self, *_statement: object) -> None:
        """Count a statement."""
        self.statements += 1


@contextmanager
def counted_statements() -> Iterator[Sent]:
    """Count the statements of this process inside a `with` block."""
    sent = Sent()
    event.listen(Engine, "before_cursor_execute", sent.note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", sent.note)


def count_samples(registry: CollectorRegistry) -> float:
    """Return how often the counters and histograms of this registry were written to, as far as each counts by one."""
    return sum(
        sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name.endswith(SAMPLE_SUFFIXES)
    )


def cpu_seconds_of(act: Callable[[], object], times: int) -> float:
    """Return the seconds of the processor that this takes once."""
    began = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - began) / times


async def measure_orders(stack: WorkerStack) -> None:
    """Deliver orders; print their statements, samples and time of the processor."""
    metrics = new_worker_metrics()
    worker = replace(
        stack.new_worker("counted"), metrics=metrics, stripe=replace(stack.context.stripe, metrics=metrics)
    )
    runner, customer = await stack.add_member(runner=True), await stack.add_member()
    samples, seconds = count_samples(metrics.registry), list[float]()
    with counted_statements() as sent:
        for _ in range(ORDERS):
            began = time.process_time()
            await stack.place_order(customer)
            await stack.run_due(worker)
            ((order_id,),) = await stack.rows("SELECT max(id) FROM orders")
            order = await stack.order(order_id)
            await stack.claim(runner, order)
            await stack.run_due(worker)
            await stack.deliver(runner, order)
            await stack.run_due(worker)
            seconds.append(time.process_time() - began)
    written = (count_samples(metrics.registry) - samples) / ORDERS
    order_seconds = statistics.median(seconds)
    one_sample = cpu_seconds_of(
        lambda: metrics.step_seconds.labels("create_order", "authorize_hold", "done").observe(0.1), SAMPLES
    )
    share = written * one_sample / order_seconds
    print_line(f"an order: {sent.statements / ORDERS:.1f} statements, {order_seconds * MILLISECONDS:.1f} ms of CPU")
    print_line(
        f"  of which metrics: 0 statements, {written:.1f} samples of {one_sample * MICROSECONDS:.1f} us:"
        f" {written * one_sample * MICROSECONDS:.0f} us of CPU, {share:.2%}"
    )


async def measure_turn(stack: WorkerStack) -> None:
    """Print what METRICS_PORT adds: a reading of the database in one of all workers, and a scrape of each."""
    seconds: list[float] = []
    with counted_statements() as sent:
        for _ in range(TURNS):
            async with stack.database() as work:
                began = time.process_time()
                await read_gauges(work)
                seconds.append(time.process_time() - began)
    scrape = cpu_seconds_of(lambda: generate_latest(stack.context.metrics.registry), TURNS)
    interval = Timeout.METRICS_INTERVAL.seconds
    reading = statistics.median(seconds)
    print_line(
        f"a reading, every {interval:g} s by one worker: {sent.statements / TURNS:.0f} statements,"
        f" {reading * MILLISECONDS:.1f} ms of CPU, {reading / interval:.2%} of a core"
    )
    print_line(f"a scrape of a worker: {scrape * MILLISECONDS:.1f} ms of CPU")


async def run(server_url: str) -> None:
    """Measure in a database of its own."""
    await make_template(server_url)
    async with running_worker_stack(with_path(server_url, TEMPLATE)) as stack:
        await measure_orders(stack)
        await measure_turn(stack)


def main() -> None:
    """Measure with temporary data."""
    argparse.ArgumentParser(prog="python -m bench.metrics_cost", description=__doc__).parse_args()
    with running_shared_servers() as servers:
        asyncio.run(run(servers.postgres_url))


if __name__ == "__main__":
    main()
