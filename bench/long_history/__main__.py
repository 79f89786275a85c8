"""`python -m bench.long_history`: every act of an order, and every list, beside 10,000 and 1,000,000 orders of history.

Two databases are filled; on each run a bot, a worker and the stand-ins, all in this process. The acts are played in
turn on both, and Postgres explains each statement (`auto_explain`). Printed: for each act the medians of both and their
ratio, in time and in blocks of Postgres; each statement that reads more than 1.1 times the blocks; each table that
grows and was read from end to end. It fails when there is one of these last.
"""

import argparse
import asyncio
import os
import statistics
import sys
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from bench.console_pages import FIXED_TABLES, SMALL_TABLE_ROWS, SMALL_TABLES
from bench.long_history.explained import Explained, PostgresLog
from bench.long_history.paths import People, new_people, play_all, regular_people
from bench.long_history.stacks import HistoryDatabase, make_databases, opened_product
from bench.report import print_line
from tests.stack.bot_stack import BotUser
from tests.stack.shared_servers import PROJECT, SharedServers, empty_redis_database, running_shared_servers
from tests.statements.product_stack import ProductStack

FEW, MANY = 10_000, 1_000_000
ROUNDS, WARMING_ROUNDS = 10, 3  # in which connections learn their plans
MOST_GROWTH = 1.1
MAX_WIDTH = 600  # of a line with a statement


@dataclass(slots=True, kw_only=True)
class Measured:
    """What was measured on one database: by act, and by statement."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    blocks: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statements: dict[tuple[str, str], list[Explained]] = field(default_factory=lambda: defaultdict(list))
    scans: dict[tuple[str, str], str] = field(default_factory=dict)  # table, statement -> act

    def note(self, kind: str, act: str, found: Sequence[Explained]) -> None:
        """Note what Postgres did for an act."""
        name = f"{kind}: {act}"
        self.milliseconds[name].append(sum(one.milliseconds for one in found))
        self.blocks[name].append(sum(one.blocks for one in found))
        for one in found:
            self.statements[kind, one.text].append(one)
            self.scans |= {(table, one.text): name for table in one.scanned}


@dataclass(slots=True, kw_only=True)
class Played:
    """One database while acts are played on it."""

    database: HistoryDatabase
    stack: ProductStack
    log: PostgresLog
    measured: Measured = field(default_factory=Measured)

    async def play(self, people: People, *, is_counted: bool) -> None:
        """Play all acts with these people."""

        async def note(act: str, doing: Awaitable[Any]) -> None:
            self.log.read_new(self.database.name)
            await doing
            await self.stack.run_worker()
            found = self.log.read_new(self.database.name)
            if is_counted:
                self.measured.note(people.kind, act, found)

        await play_all(self.stack, people, note)


async def add_admin(stack: ProductStack) -> BotUser:
    """Add an admin, after somebody whose first message may meet a bot that does not serve the campus yet."""
    await stack.bot.add_person("First")
    return await stack.bot.add_admin()


async def play_in_turn(played: Sequence[Played], rounds: int) -> None:
    """Play all acts on both databases in turn, with new people and with those of the history."""
    admins = [await add_admin(each.stack) for each in played]
    for number in range(1, WARMING_ROUNDS + rounds + 1):
        for each, admin in zip(played, admins, strict=True):
            await each.play(await new_people(each.stack, admin), is_counted=number > WARMING_ROUNDS)
            await each.play(await regular_people(each.stack, admin, number), is_counted=number > WARMING_ROUNDS)
        print_line(f"round {number} is played")


async def growing_tables(url: str) -> frozenset[str]:
    """Return the tables that grow with the orders."""
    connection = await asyncpg.connect(url)
    try:
        fixed = FIXED_TABLES | {row["relname"] for row in await connection.fetch(SMALL_TABLES, SMALL_TABLE_ROWS)}
        rows = await connection.fetch("SELECT relname FROM pg_class WHERE relkind = 'r'")
        return frozenset(row["relname"] for row in rows) - fixed
    finally:
        await connection.close()


def print_acts(few: Measured, many: Measured) -> None:
    """Print the medians of each act on both databases."""
    print_line(f"{'':36}{'ms':>9}{'ms':>9}{'ratio':>7}{'blocks':>9}{'blocks':>9}{'ratio':>7}")
    for act in many.milliseconds:
        row = f"{act:36}"
        for values, digits in ((lambda one: one.milliseconds, 2), (lambda one: one.blocks, 0)):
            before, after = (statistics.median(values(one)[act]) for one in (few, many))
            row += f"{before:9.{digits}f}{after:9.{digits}f}{ratio(before, after):7.2f}"
        print_line(row)


def ratio(before: float, after: float) -> float:
    """Return how much it grew; nothing grew from nothing."""
    return after / before if before else 1.0


def print_statements(few: Measured, many: Measured) -> None:
    """Print the statements that read more than MOST_GROWTH times the blocks, those with the most blocks more first."""
    lines = []
    for key, runs in many.statements.items():
        if key not in few.statements:
            continue
        before, after = (statistics.fmean(one.blocks for one in each) for each in (few.statements[key], runs))
        times = [statistics.median(one.milliseconds for one in each) for each in (few.statements[key], runs)]
        if ratio(before, after) > MOST_GROWTH:
            words = f"{before:8.1f} {after:8.1f} {times[0]:8.3f} {times[1]:8.3f} {len(runs):5} {key[0]}: {key[1]}"
            lines.append((after - before, words))
    print_line(f"statements that read more than {MOST_GROWTH} times the blocks: blocks, blocks, ms, ms, times")
    for _, words in sorted(lines, reverse=True):
        print_line(words[:MAX_WIDTH])


def print_scans(many: Measured, growing: frozenset[str]) -> int:
    """Print the growing tables that were read from end to end, and return how many times."""
    found: Mapping[tuple[str, str], str] = {key: act for key, act in many.scans.items() if key[0] in growing}
    for (table, text), act in sorted(found.items()):
        print_line(f"sequential scan of {table} by {act}: {text[:400]}")
    return len(found)


async def play_and_report(databases: Sequence[HistoryDatabase], redis_url: str, log: Path, rounds: int) -> int:
    """Play on both databases, print the report and return the exit code."""
    few, many = databases
    async with (
        opened_product(few, empty_redis_database(redis_url, 1)) as first,
        opened_product(many, empty_redis_database(redis_url, 2)) as second,
    ):
        played = [
            Played(database=database, stack=stack, log=PostgresLog(path=log))
            for database, stack in ((few, first), (many, second))
        ]
        await play_in_turn(played, rounds)
    measured = [each.measured for each in played]
    print_acts(*measured)
    print_statements(*measured)
    return int(print_scans(measured[1], await growing_tables(many.url)) > 0)


async def run(servers: SharedServers, *, few: int, many: int, rounds: int) -> int:
    """Fill the databases and measure."""
    databases = await make_databases(servers.postgres_url, few=few, many=many)
    log = PROJECT / ".data" / f"test-{os.getpid()}" / "logs" / "postgres.log"
    return await play_and_report(databases, servers.redis_url, log, rounds)


def main() -> int:
    """Measure with temporary data."""
    parser = argparse.ArgumentParser(prog="python -m bench.long_history", description=__doc__)
    parser.add_argument("--few", type=int, default=FEW, help="orders of the short history (default: %(default)s)")
    parser.add_argument("--many", type=int, default=MANY, help="orders of the long one (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="times that all is played (default: %(default)s)")
    options = parser.parse_args()
    with running_shared_servers() as servers:
        return asyncio.run(run(servers, few=options.few, many=options.many, rounds=options.rounds))


if __name__ == "__main__":
    sys.exit(main())
