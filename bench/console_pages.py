"""`python -m bench.console_pages`: the pages of the console, and the statements of pages and metrics, over many orders.

A database of its own gets clones of a delivered order, spread over 20 campuses and a day for each 2,740 of them, and
among them cancelled, refunded, disputed and owed ones: first few, then many. At both sizes each page is fetched over
HTTP, and each statement is explained. It fails when a statement reads a growing table from end to end.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import asyncpg
from sqlalchemy import Engine, event

from bench.console_history import APART, CAMPUSES, add_campuses_and_people, add_history
from bench.console_model import play_model
from bench.report import print_line
from console.app import running_console
from domain.database.unit_of_work import create_database_engine, create_unit_of_work_factory
from domain.settings.environment_variables import BotTokens
from domain.settings.settings import ConsoleSettings
from sandbox.telegram.web_app import sign_web_app
from tests.stack.shared_servers import TEMPLATE, make_template, running_shared_servers, with_path
from workers.metrics.database_gauges import DATABASE_GAUGES
from workers.registers import build_worker_registers

GOAL_SECONDS = 0.3
REQUESTS = 15
FEW_ORDERS = 10_000
SLOW_PLAN_MILLISECONDS = 30.0
# Tables that do not grow with the orders; the first five hold a row for each campus, list or process.
FIXED_TABLES = frozenset({"campus", "list_cursor", "metrics_reader", "stripe_platform", "ledger_account"})
SMALL_TABLES, SMALL_TABLE_ROWS = "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples < $1", 5_000
PAGES = ("today", "order", "money", "engine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement as it was sent."""

    owner: str  # the page or the gauge
    text: str
    parameters: tuple[object, ...]


@dataclass(slots=True, kw_only=True)
class Recorder:
    """The statements that were sent, each once for its owner."""

    owner: str = ""
    found: dict[tuple[str, str], Statement] = field(default_factory=dict)

    def note(self, _connection: Any, _cursor: Any, text: str, parameters: Any, *_more: Any) -> None:
        """Note a statement that reads."""
        key = (self.owner, text)
        if self.owner and key not in self.found and text.lstrip().upper().startswith(("SELECT", "WITH")):
            self.found[key] = Statement(owner=self.owner, text=text, parameters=tuple(parameters))


@contextmanager
def recorded() -> Iterator[Recorder]:
    """Record what all engines of this process send, inside a `with` block."""
    recorder = Recorder()
    event.listen(Engine, "before_cursor_execute", recorder.note)
    try:
        yield recorder
    finally:
        event.remove(Engine, "before_cursor_execute", recorder.note)


@asynccontextmanager
async def opened_console(database_url: str, tokens: Mapping[str, str]) -> AsyncIterator[str]:
    """The console on a free port of this machine."""
    settings = ConsoleSettings(
        log_level="WARNING",
        log_format="console",
        database_url=database_url,
        tokens=BotTokens(by_campus=tokens),
        console_url=None,
        http_host="127.0.0.1",
        console_port=0,
    )
    async with running_console(settings) as url:
        yield url


async def time_pages(
    url: str, campus: str, token: str, people: tuple[int, int], recorder: Recorder
) -> dict[str, float]:
    """Return the median seconds of each page of this campus; `people` are its admin, and the order that was cloned."""
    admin, delivered = people
    home, medians = f"{url}/console/{campus}", {}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        signed = sign_web_app(token, {"id": admin, "first_name": "Sam"})
        async with http.post(f"{home}/login", data=signed) as answer:
            cookie = {"Cookie": f"campusg_console={answer.cookies['campusg_console'].value}"}
        for page in PAGES:
            recorder.owner = f"page {page}"
            seconds = []
            for number in range(REQUESTS):
                order = delivered + CAMPUSES * APART * (1 + number % 9)  # of the first campus
                path = {"today": "", "order": f"orders/{order}"}.get(page, page)
                began = time.perf_counter()
                async with http.get(f"{home}/{path}", headers=cookie) as answer:
                    await answer.text()
                seconds.append(time.perf_counter() - began)
                if answer.status != 200:
                    raise RuntimeError(f"{path} answered {answer.status}")
            medians[page] = statistics.median(seconds)
    recorder.owner = ""
    return medians


async def time_gauges(database_url: str, recorder: Recorder) -> dict[str, float]:
    """Return the median seconds of each gauge that the database knows."""
    engine, medians = create_database_engine(database_url, pool_size=1, read_only=True, bounded=False), {}
    database = create_unit_of_work_factory(engine, _enqueue_nothing, build_worker_registers())
    for gauge in DATABASE_GAUGES:
        seconds = []
        for _ in range(3):
            async with database() as work:
                recorder.owner = f"gauge {gauge.name}"
                began = time.perf_counter()
                await gauge.read(work)
                seconds.append(time.perf_counter() - began)
                recorder.owner = ""
        medians[gauge.name] = statistics.median(seconds)
    await engine.dispose()
    return medians


async def _enqueue_nothing(_jobs: Sequence[object]) -> None:
    """Enqueue nothing: what is measured only reads."""


async def explain(database_url: str, statements: Sequence[Statement]) -> list[str]:
    """Print each slow plan, and return a sentence for each growing table that is read from end to end."""
    connection, scans = await asyncpg.connect(database_url), []
    try:
        small = {row["relname"] for row in await connection.fetch(SMALL_TABLES, SMALL_TABLE_ROWS)}
        for statement in statements:
            for switch in ("on", "off"):  # off: a table that is empty here grows elsewhere
                await connection.execute(f"SET enable_seqscan = {switch}")
                analyze = "ANALYZE, " if switch == "on" else ""
                row = await connection.fetchval(
                    f"EXPLAIN ({analyze}FORMAT JSON) {statement.text}", *statement.parameters
                )
                (plan,) = json.loads(row)
                if plan.get("Execution Time", 0.0) > SLOW_PLAN_MILLISECONDS:
                    words = " ".join(statement.text.split())[:150]
                    print_line(f"  {plan['Execution Time']:7.1f} ms  {statement.owner}: {words}")
                left_out = FIXED_TABLES | (small if switch == "on" else set())
                scans += [f"{statement.owner}: {table}" for table in _scanned(plan["Plan"]) if table not in left_out]
    finally:
        await connection.close()
    return sorted(set(scans))


def _scanned(node: Mapping[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _scanned(below)


async def run(server_url: str, *, few: int, many: int) -> int:
    """Fill a database twice, measure it, print the tables and return the exit code."""
    await make_template(server_url)
    url = with_path(server_url, TEMPLATE)
    model, admin = await play_model(url)
    connection = await asyncpg.connect(url)
    name = await connection.fetchval("SELECT name FROM campus")
    names = [name, *(f"campus{number}" for number in range(2, CAMPUSES + 1))]
    tokens = {campus: f"{7000 + number}:token" for number, campus in enumerate(names)}
    pages: list[dict[str, float]] = []
    gauges: list[dict[str, float]] = []
    await add_campuses_and_people(connection, model, names)
    begin, scans = 1, list[str]()
    for size in (few, many):
        began = time.monotonic()
        await add_history(connection, model, begin, size)
        bytes_ = await connection.fetchval("SELECT pg_database_size(current_database())")
        print_line(f"{size} orders: {bytes_ / 1e9:.1f} GB, filled in {time.monotonic() - began:.0f} s")
        begin = size + 1
        with recorded() as recorder:
            async with opened_console(url, tokens) as console_url:
                pages.append(await time_pages(console_url, name, tokens[name], (admin, model.delivered), recorder))
            gauges.append(await time_gauges(url, recorder))
        scans = await explain(url, list(recorder.found.values()))
    await connection.close()
    _print_ratios("page", pages)
    _print_ratios("gauge", gauges)
    for scan in scans:
        print_line(f"sequential scan by {scan}")
    return int(bool(scans) or any(seconds > GOAL_SECONDS for seconds in pages[-1].values()))


def _print_ratios(what: str, medians: Sequence[Mapping[str, float]]) -> None:
    few, many = medians
    for name, seconds in many.items():
        print_line(f"{what} {name:<34}{few[name] * 1000:>9.1f} ms{seconds * 1000:>9.1f} ms{seconds / few[name]:>7.2f}")
    print_line(f"{what}s in all {sum(few.values()) * 1000:>35.1f} ms{sum(many.values()) * 1000:>9.1f} ms")


def main() -> int:
    """Measure with temporary data."""
    parser = argparse.ArgumentParser(prog="python -m bench.console_pages", description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000, help="orders of the second size (default: %(default)s)")
    parser.add_argument("--few", type=int, default=FEW_ORDERS, help="orders of the first (default: %(default)s)")
    options = parser.parse_args()
    with running_shared_servers() as servers:
        return asyncio.run(run(servers.postgres_url, few=options.few, many=options.orders))


if __name__ == "__main__":
    sys.exit(main())
