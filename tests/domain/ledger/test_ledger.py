"""The ledger on Postgres: balanced, written whole, never changed, booked once."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from domain.ledger.postings import capture_posting, transfer_posting
from domain.ledger.repository import post_to_ledger
from domain.orders.pricing import Split
from tests.stack.store_setup import database_without_queue, found_campus

SPLIT = Split(total=1_000, platform=200, runner=800)
INSERT_TRANSACTION_SQL = (
    "INSERT INTO ledger_txn (posting_key, kind, stripe_object) VALUES ($1, 'capture', 'pi_1') RETURNING id"
)
INSERT_LINE_SQL = "INSERT INTO ledger_entry (txn_id, line, account_id, currency, amount) VALUES ($1, $2, $3, $4, $5)"


@pytest.fixture
async def ledger_connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect to a database with three ledger accounts of dollars and one of euros."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "INSERT INTO ledger_account (code, kind, currency) VALUES ('balance', 'asset', 'usd'),"
        " ('payable', 'liability', 'usd'), ('fees', 'revenue', 'usd'), ('euros', 'asset', 'eur')"
    )
    yield connection
    await connection.close()


async def write_transaction(ledger_connection: asyncpg.Connection, key: str, *lines: tuple[str, str, int]) -> int:
    """Write a transaction with these lines (account, currency, amount) and commit it."""
    async with ledger_connection.transaction():
        number: int = await ledger_connection.fetchval(INSERT_TRANSACTION_SQL, key)
        for line, (code, currency, amount) in enumerate(lines, start=1):
            account = await ledger_connection.fetchval("SELECT id FROM ledger_account WHERE code = $1", code)
            await ledger_connection.execute(INSERT_LINE_SQL, number, line, account, currency, amount)
    return number


async def count_and_sum(ledger_connection: asyncpg.Connection) -> tuple[int, int]:
    """The number of transactions, and the sum of all lines."""
    row = await ledger_connection.fetchrow(
        "SELECT (SELECT count(*) FROM ledger_txn), (SELECT sum(amount) FROM ledger_entry)"
    )
    return (row[0], row[1] or 0)


async def test_a_balanced_transaction_is_kept(ledger_connection: asyncpg.Connection) -> None:
    await write_transaction(
        ledger_connection, "one", ("balance", "usd", 1_000), ("payable", "usd", -800), ("fees", "usd", -200)
    )
    assert await count_and_sum(ledger_connection) == (1, 0)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([("balance", "usd", 1_000), ("payable", "usd", -900)], "does not sum to zero"),
        ([("balance", "usd", 1_000), ("payable", "usd", 1_000)], "does not sum to zero"),
        ([("balance", "usd", 1_000)], "fewer than two lines"),
        ([], "fewer than two lines"),
        ([("balance", "usd", 1_000), ("euros", "eur", -1_000)], "does not sum to zero"),
    ],
    ids=["unbalanced", "twice debit", "one line", "no line", "two currencies"],
)
async def test_what_does_not_balance_does_not_commit(
    ledger_connection: asyncpg.Connection, lines: list[tuple[str, str, int]], sentence: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=sentence):
        await write_transaction(ledger_connection, "one", *lines)
    assert await count_and_sum(ledger_connection) == (0, 0)


async def test_a_line_has_the_currency_of_its_account(ledger_connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await write_transaction(ledger_connection, "one", ("euros", "usd", 1), ("balance", "usd", -1))


async def test_a_line_of_nothing_is_refused(ledger_connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await write_transaction(
            ledger_connection, "one", ("balance", "usd", 1), ("payable", "usd", -1), ("fees", "usd", 0)
        )


async def test_a_transaction_of_yesterday_gets_no_new_lines_not_even_balanced_ones(
    ledger_connection: asyncpg.Connection,
) -> None:
    number = await write_transaction(ledger_connection, "one", ("balance", "usd", 5), ("payable", "usd", -5))
    accounts = [row[0] for row in await ledger_connection.fetch("SELECT id FROM ledger_account ORDER BY id LIMIT 2")]
    with pytest.raises(asyncpg.RestrictViolationError, match="with their transaction"):
        async with ledger_connection.transaction():
            await ledger_connection.execute(INSERT_LINE_SQL, number, 3, accounts[0], "usd", 7)
            await ledger_connection.execute(INSERT_LINE_SQL, number, 4, accounts[1], "usd", -7)
    assert await ledger_connection.fetchval("SELECT count(*) FROM ledger_entry") == 2


@pytest.mark.parametrize("table", ["ledger_txn", "ledger_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_what_is_booked_is_never_changed(
    ledger_connection: asyncpg.Connection, table: str, statement: str
) -> None:
    await write_transaction(ledger_connection, "one", ("balance", "usd", 5), ("payable", "usd", -5))
    column = {"ledger_txn": "kind", "ledger_entry": "currency"}[table]
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await ledger_connection.execute(statement.format(table, column, column))
    assert await count_and_sum(ledger_connection) == (1, 0)


async def test_the_same_posting_is_booked_once(ledger_connection: asyncpg.Connection, database_url: str) -> None:
    posting = capture_posting(payment_intent="pi_1", runner=2001, split=SPLIT, currency="sgd")
    async with database_without_queue(database_url) as database:
        async with database() as work:
            await found_campus(work)
            assert await post_to_ledger(work, posting, None)
        async with database() as work:
            assert not await post_to_ledger(work, posting, None)
    assert await count_and_sum(ledger_connection) == (1, 0)


async def test_capture_and_transfer_leave_the_platforms_part_and_no_debt(
    ledger_connection: asyncpg.Connection, database_url: str
) -> None:
    async with database_without_queue(database_url) as database, database() as work:
        await found_campus(work)
        await post_to_ledger(
            work, capture_posting(payment_intent="pi_1", runner=2001, split=SPLIT, currency="sgd"), None
        )
        await post_to_ledger(work, transfer_posting(transfer="tr_1", runner=2001, amount=800, currency="sgd"), None)
    balances = await ledger_connection.fetch(
        "SELECT code, sum(amount) FROM ledger_entry JOIN ledger_account ON account_id = id GROUP BY code"
    )
    assert dict(list(map(tuple, balances))) == {
        "stripe_balance:sgd": 200,
        "platform_revenue:sgd": -200,
        "runner_payable:2001:sgd": 0,
    }
