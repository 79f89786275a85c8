"""`python -m bench.audit_cost`: what the full audit and the audit of a window read beside many old orders.

One old order is delivered and cloned, in Postgres and at the stand-in for Stripe; new ones are delivered one by one.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import event

from domain.database.unit_of_work import (
    QueueJob,
    UnitOfWorkFactory,
    create_database_engine,
    create_unit_of_work_factory,
)
from domain.registers import build_registers
from tests.scenarios.aging import age, age_stripe
from tests.scenarios.old_crowd import clone_objects, clone_rows
from tests.stack.shared_servers import TEMPLATE, make_template, running_shared_servers, with_path
from tests.stack.started_worker_stack import running_worker_stack
from tests.stack.worker_stack import WorkerStack
from workers.audit.invariants import INVARIANTS
from workers.audit.snapshot import AuditSnapshot
from workers.audit.snapshot_reader import read_snapshot, read_window

DAYS = 7
Read = Callable[[UnitOfWorkFactory], Awaitable[AuditSnapshot]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What reading one snapshot cost."""

    rows: int  # that Postgres sent
    calls: int  # to Stripe: pages of lists, and single objects
    seconds: float
    orders: int  # compared
    broken: Sequence[str]


@asynccontextmanager
async def filled_stack(database_url: str, state: Path, *, old: int, new: int) -> AsyncIterator[WorkerStack]:
    """A test stack with `old` completed orders of a month ago, and `new` orders of today."""
    async with running_worker_stack(database_url, state) as stack:
        order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
        await stack.run_due()
        await age(stack)
        await clone_rows(stack, order.id, old - 1)
    clone_objects(state, order.id, old - 1)
    age_stripe(state)
    async with running_worker_stack(database_url, state) as stack:
        today = replace(stack, person_numbers=count(500))
        for _ in range(new):
            await today.delivered_order(await today.add_member(runner=True, card=None))
            await today.run_due()
        await today.sql("ANALYZE")
        yield today


async def measure(stack: WorkerStack, database_url: str, read: Read) -> Cost:
    """Read a snapshot once, on a connection of its own, and count rows, calls and seconds."""
    engine, rows = create_database_engine(database_url, pool_size=1), []
    event.listen(engine.sync_engine, "after_cursor_execute", lambda _, cursor, *_more: rows.append(cursor.rowcount))
    before = await stack.inspect_stripe("requests")
    began = time.monotonic()
    snapshot = await read(create_unit_of_work_factory(engine, _enqueue_nothing, build_registers()))
    seconds = time.monotonic() - began
    await engine.dispose()
    calls = len(await stack.inspect_stripe("requests", after=str(before[-1]["seq"])))
    broken = [finding.name for finding in (invariant(snapshot) for invariant in INVARIANTS) if finding.breaches]
    return Cost(rows=sum(rows), calls=calls, seconds=seconds, orders=len(snapshot.orders), broken=broken)


async def _enqueue_nothing(_jobs: Sequence[QueueJob]) -> None:
    """Enqueue nothing: an audit only reads."""


async def measure_modes(stack: WorkerStack, database_url: str) -> tuple[Cost, Cost]:
    """Return the cost of the full audit, and of the audit of the window."""
    stripe: Any = stack.context.stripe
    full = await measure(stack, database_url, lambda store: read_snapshot(store, stripe))
    return full, await measure(stack, database_url, lambda store: read_window(store, stripe, DAYS))


async def compare(server_url: str, folder: Path, *, old: int, new: int) -> None:
    """Fill a database, measure both modes and print a table."""
    await make_template(server_url)
    url = with_path(server_url, TEMPLATE)
    async with filled_stack(url, folder, old=old, new=new) as stack:
        full, window = await measure_modes(stack, url)
    print(f"{old} old orders, {new} new ones; window of {DAYS} days")
    print(f"{'':<14}{'full':>10}{'window':>10}{'ratio':>8}")
    for name in ("orders", "rows", "calls", "seconds"):
        full_value, window_value = getattr(full, name), getattr(window, name)
        print(f"{name:<14}{full_value:>10.6g}{window_value:>10.6g}{full_value / window_value:>8.1f}")
    print(f"broken: {full.broken}, {window.broken}")


def main() -> None:
    """Measure with temporary data."""
    parser = argparse.ArgumentParser(prog="python -m bench.audit_cost", description=__doc__)
    parser.add_argument("--old", type=int, default=5_000, help="orders of a month ago (default: %(default)s)")
    parser.add_argument("--new", type=int, default=50, help="orders of today (default: %(default)s)")
    options = parser.parse_args()
    with running_shared_servers() as servers, tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(servers.postgres_url, Path(folder), old=options.old, new=options.new))


if __name__ == "__main__":
    main()
