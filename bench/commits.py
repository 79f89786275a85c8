"""How many commits an order costs: transaction numbers taken in Postgres while one order at a time goes its way."""

import asyncio
from dataclasses import dataclass

import asyncpg

from bench.crowd import Pair
from sandbox.play.scenes.parts import brings, is_paid
from sandbox.play.scenes.parts import sets_up_payout as sets_up

IDLE = 5.0  # seconds watched without an order
QUIET = (
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM live_card WHERE due_at IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM push WHERE due_at IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM saga WHERE status IN ('running', 'turning') AND waiting_until IS NULL)"
    " AND NOT EXISTS (SELECT 1 FROM stripe_event WHERE handled_at IS NULL)"
)
# Notes, inside the very transaction, that it wrote a saga: so the counting adds no commit of its own.
NOTING = """
CREATE TABLE saga_commit (saga_id uuid, txid bigint, PRIMARY KEY (saga_id, txid));
CREATE FUNCTION note_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO saga_commit VALUES (NEW.id, txid_current()) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER note_commit AFTER INSERT OR UPDATE ON saga FOR EACH ROW EXECUTE FUNCTION note_commit();
"""
BY_KIND = (
    "SELECT kind, count(DISTINCT id) AS sagas, count(*) * 1.0 / count(DISTINCT id) AS commits"
    " FROM saga JOIN saga_commit ON saga_id = id"
    " WHERE status = 'done' AND started_at >= $1 GROUP BY kind ORDER BY 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commits:
    """Commits that wrote something."""

    idle_per_second: float
    per_order: list[int]
    by_saga: list[tuple[str, int, float]]  # kind, how many, commits that wrote each, the one that starts it included


async def count_commits(database_url: str, pairs: list[Pair], noted: list[Pair]) -> Commits:
    """Let some prepared orders go through alone, with the numbers taken between two moments of silence.

    Those of `noted` come after them, and tell which commits wrote which saga.
    """
    connection = await asyncpg.connect(database_url)
    try:
        await until_quiet(connection)
        before = await taken(connection)
        await asyncio.sleep(IDLE)
        idle = (await taken(connection) - before) / IDLE
        per_order = [await count_one(connection, pair) for pair in pairs]
        await connection.execute(NOTING)
        since = await connection.fetchval("SELECT now()")
        for pair in noted:
            await count_one(connection, pair)
        rows = await connection.fetch(BY_KIND, since)
        by_saga = [(row["kind"], row["sagas"], float(row["commits"])) for row in rows]
        return Commits(idle_per_second=idle, per_order=per_order, by_saga=by_saga)
    finally:
        await connection.close()


async def count_one(connection: asyncpg.Connection, pair: Pair) -> int:
    """From [Place order] until the runner has her money and every card shows it."""
    await sets_up(pair.ana)
    await until_quiet(connection)
    before = await taken(connection)
    await pair.mei.taps_on(pair.offer)
    order = await pair.mei.reads_number("looking for a runner")
    await pair.ana.taps("claim", about=order)
    await brings(pair.ana, pair.mei, order)
    await is_paid(pair.ana, order)
    await until_quiet(connection)
    return await taken(connection) - before


async def until_quiet(connection: asyncpg.Connection) -> None:
    """Wait until nothing is due any more."""
    async with asyncio.timeout(60):
        quiet = None
        while quiet is None:
            await asyncio.sleep(0.05)
            quiet = await connection.fetchval(QUIET)


async def taken(connection: asyncpg.Connection) -> int:
    """The next transaction number; only transactions that write (or lock) take one, savepoints that write too."""
    number: str = await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
    return int(number)
