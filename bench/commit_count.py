"""The number of commits of an order: the transaction ids that Postgres assigns while one order runs alone."""

import asyncio
from dataclasses import dataclass

import asyncpg

from bench.order_load import OrderPair

IDLE_SECONDS = 5.0  # how long the idle stack is measured
NOTHING_DUE = (
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM order_message WHERE due_at IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM notification WHERE due_at IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM saga WHERE status IN ('running', 'compensating') AND waiting_until IS NULL)"
    " AND NOT EXISTS (SELECT 1 FROM stripe_event WHERE handled_at IS NULL)"
)
# Records in the same transaction that it wrote a saga, so that counting adds no commit of its own.
RECORD_SAGA_COMMITS = """
CREATE TABLE saga_commit (saga_id uuid, txid bigint, PRIMARY KEY (saga_id, txid));
CREATE FUNCTION note_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO saga_commit VALUES (NEW.id, txid_current()) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER note_commit AFTER INSERT OR UPDATE ON saga FOR EACH ROW EXECUTE FUNCTION note_commit();
"""
COMMITS_BY_SAGA_KIND = (
    "SELECT kind, count(DISTINCT id) AS sagas, count(*) * 1.0 / count(DISTINCT id) AS commits"
    " FROM saga JOIN saga_commit ON saga_id = id"
    " WHERE status = 'done' AND started_at >= $1 GROUP BY kind ORDER BY 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitCounts:
    """The numbers of commits that wrote something."""

    idle_per_second: float
    per_order: list[int]
    by_saga: list[tuple[str, int, float]]  # kind, sagas, commits that wrote each of them, with the one that starts it


async def count_commits(database_url: str, pairs: list[OrderPair], recorded_pairs: list[OrderPair]) -> CommitCounts:
    """Run the orders of `pairs` one at a time and count the commits of each between two idle moments.

    The orders of `recorded_pairs` run after them, with a record of which commit wrote which saga.
    """
    connection = await asyncpg.connect(database_url)
    try:
        await wait_until_quiet(connection)
        before = await next_transaction_id(connection)
        await asyncio.sleep(IDLE_SECONDS)
        idle = (await next_transaction_id(connection) - before) / IDLE_SECONDS
        per_order = [await count_order_commits(connection, pair) for pair in pairs]
        await connection.execute(RECORD_SAGA_COMMITS)
        since = await connection.fetchval("SELECT now()")
        for pair in recorded_pairs:
            await count_order_commits(connection, pair)
        rows = await connection.fetch(COMMITS_BY_SAGA_KIND, since)
        by_saga = [(row["kind"], row["sagas"], float(row["commits"])) for row in rows]
        return CommitCounts(idle_per_second=idle, per_order=per_order, by_saga=by_saga)
    finally:
        await connection.close()


async def count_order_commits(connection: asyncpg.Connection, pair: OrderPair) -> int:
    """Count commits from [Place order] until the runner is paid and every order message shows it."""
    await pair.runner.set_up_payout_account()
    await wait_until_quiet(connection)
    before = await next_transaction_id(connection)
    await pair.customer.tap_button(pair.place_button)
    order = await pair.customer.wait_for_order_number("looking for a runner")
    await pair.runner.claim_and_bring(pair.customer, order)
    await wait_until_quiet(connection)
    return await next_transaction_id(connection) - before


async def wait_until_quiet(connection: asyncpg.Connection) -> None:
    """Wait until nothing is due any more."""
    async with asyncio.timeout(60):
        quiet = None
        while quiet is None:
            await asyncio.sleep(0.05)
            quiet = await connection.fetchval(NOTHING_DUE)


async def next_transaction_id(connection: asyncpg.Connection) -> int:
    """Return the next transaction id; only transactions and savepoints that write or lock take one."""
    number: str = await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
    return int(number)
