"""Two databases with histories of different lengths, and a bot, a worker and stand-ins on each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import update

from bench.console_history import CAMPUSES, add_campuses_and_people, add_history
from bench.console_model import play_model
from bench.long_history.explained import LOG_LINE_PREFIX, SETTINGS
from bench.report import print_line
from domain.campuses.tables import campus
from domain.database.unit_of_work import UnitOfWork
from sandbox.telegram.telegram_server import running_telegram
from tests.stack.campus_setup import NARROW_FEES, insert_places, running_bot_stack
from tests.stack.shared_servers import TEMPLATE, execute, make_database, make_template, with_path
from tests.statements.product_stack import ProductStack, running_product

FIRST_CAMPUS = 1  # of the history: the one where people tap
# What a worker would do about the clones: nothing before the end of the measurement.
LATER = (
    "UPDATE timer SET due_at = now() + interval '1 day' WHERE status = 'set'",
    "UPDATE saga SET wake_at = now() + interval '1 day' WHERE wake_at IS NOT NULL",
    "UPDATE payable SET held_until = now() + interval '1 day' WHERE held_until IS NOT NULL AND status = 'open'",
)

# The next rows come after the clones, which took their numbers without asking the sequences.
GO_ON_AFTER_CLONES = """
DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT table_name AS its_table, column_name AS id, pg_get_serial_sequence(table_name, column_name) AS sequence
    FROM information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES'
  LOOP
    EXECUTE format('SELECT setval(%L, greatest(max(%I), 1)) FROM %I', found.sequence, found.id, found.its_table);
  END LOOP;
END $$;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryDatabase:
    """A database with a history."""

    name: str
    url: str
    orders: int


async def make_databases(server_url: str, *, few: int, many: int) -> tuple[HistoryDatabase, HistoryDatabase]:
    """Fill a database with few orders, copy it, and let the first go on to many."""
    await make_template(server_url)
    url = with_path(server_url, TEMPLATE)
    model, _ = await play_model(url)
    connection = await asyncpg.connect(url)
    name = await connection.fetchval("SELECT name FROM campus")
    await add_campuses_and_people(connection, model, [name, *(f"campus_{at}" for at in range(2, CAMPUSES + 1))])
    await add_history(connection, model, 1, few)
    await connection.close()
    few_url = await make_database(server_url, "few")
    connection = await asyncpg.connect(url)
    await add_history(connection, model, few + 1, many)
    await connection.close()
    await execute(server_url, f"ALTER DATABASE {TEMPLATE} RENAME TO many", LOG_LINE_PREFIX, "SELECT pg_reload_conf()")
    databases = (
        HistoryDatabase(name="few", url=few_url, orders=few),
        HistoryDatabase(name="many", url=with_path(server_url, "many"), orders=many),
    )
    for database in databases:
        await prepare(database)
    return databases


async def prepare(database: HistoryDatabase) -> None:
    """Let nothing of the clones be due, let new rows come after them, and let Postgres explain each statement."""
    await execute(database.url, *LATER, GO_ON_AFTER_CLONES, "VACUUM ANALYZE", "CHECKPOINT")
    await execute(database.url, *(f"ALTER DATABASE {database.name} SET {setting}" for setting in SETTINGS))
    print_line(f"{database.name}: {database.orders} orders of history")


@asynccontextmanager
async def opened_product(database: HistoryDatabase, redis_url: str) -> AsyncIterator[ProductStack]:
    """A bot, a worker and stand-ins of their own on this database, inside a `with` block."""
    async with (
        running_telegram() as telegram_url,
        running_bot_stack(
            database.url, redis_url, telegram_url, webhooks=True, names=("north",), found=take_first_campus
        ) as bot,
        running_product(bot) as stack,
    ):
        yield stack


async def take_first_campus(work: UnitOfWork, name: str, *, runner_group: int | None) -> int:
    """Let the bot serve the first campus of the history, under this name."""
    columns: dict[str, Any] = {"name": name, "runner_group": runner_group, "admin_chat": None, "fees": NARROW_FEES}
    found = update(campus).where(campus.c.id == FIRST_CAMPUS).values(**columns, fee_suggestions=[200, 300])
    await work.connection.execute(found)
    await insert_places(work, FIRST_CAMPUS)
    return FIRST_CAMPUS
