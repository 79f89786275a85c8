"""The audit of some days: what it compares, what it sums, and what the command line says of it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.servers import PROJECT
from tests.town import Town
from tests.workers.aging import AgedTown, aged_town, changed
from tests.workers.old_rows import LONG_AGO, NOW, customer_debt, debt, dispute, netting, refund
from workers.audit import MAX_DAYS, describe, main
from workers.audit_window import find_orders
from workers.books import Books, read_books
from workers.invariants import INVARIANTS
from workers.window_books import read_window

DAYS = 7


@pytest.fixture(scope="module")
async def aged(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AgedTown]:
    """Two orders of a month ago, which no test changes for good."""
    async with aged_town(module_database_url, tmp_path_factory.mktemp("stripe")) as place:
        yield place


@pytest.fixture
async def own_aged(database_url: str, tmp_path: Path) -> AsyncIterator[AgedTown]:
    """Two orders of a month ago, of one test alone."""
    async with aged_town(database_url, tmp_path) as place:
        yield place


def broken(books: Books) -> dict[str, list[str]]:
    """Name -> breaches of the invariants that say no, with Postgres' own sums."""
    findings = [invariant(books) for invariant in INVARIANTS]
    return {finding.name: sorted(finding.breaches) for finding in findings if finding.breaches}


async def test_old_orders_are_counted_and_summed_but_not_read(own_aged: AgedTown) -> None:
    town = own_aged.town
    new = await town.open_job()
    books = await read_window(town.database, town.workshop.stripe, DAYS)
    assert broken(books) == {}
    assert [row["id"] for row in books.orders] == [new.id]
    assert len(books.holds) == len(books.intents) == 1
    assert (books.payables, books.transfers, books.postings) == ([], [], [])
    assert books.coverage is not None
    assert (books.coverage.orders, books.coverage.listed, books.coverage.retrieved) == (3, 1, 0)
    assert books.coverage.postings == len((await read_books(town.database, town.workshop.stripe)).postings) > 0


async def test_a_window_that_is_long_enough_reads_everything(aged: AgedTown) -> None:
    books = await read_window(aged.town.database, aged.town.workshop.stripe, 31)
    assert broken(books) == {}
    assert [row["id"] for row in books.orders] == [aged.completed, aged.cancelled]
    assert (len(books.intents), len(books.transfers)) == (2, 1)


MOMENTS = (
    ("orders", "id", ("placed_at", "completed_at", "ended_at")),
    ("saga", "order_id", ("started_at", "ended_at")),
    ("hold", "order_id", ("made_at",)),
    ("payable", "order_id", ("booked_at", "paid_at")),
    ("ledger_txn", "order_id", ("created_at",)),
)
IN_THE_WINDOW = {
    **{
        f"{table}.{moment}": f"UPDATE {table} SET {moment} = now() WHERE {key} = :id"
        for table, key, moments in MOMENTS
        for moment in moments
    },
    "refund.asked_at": refund("failed", asked=NOW),
    "refund.settled_at": refund("failed", settled=NOW),
    "dispute.opened_at": dispute("won", opened=NOW),
    "dispute.closed_at": dispute("won", closed=NOW),
    "debt.owed_since": debt("void", since=NOW),
    "debt.ended_at": debt("void", ended=NOW),
    "customer_debt.owed_since": customer_debt("paid", since=NOW),
    "customer_debt.ended_at": customer_debt("paid", ended=NOW),
    "netting.netted_at": netting(at=NOW),
}
STILL_OPEN = {
    "an order": "UPDATE orders SET completed_at = NULL WHERE id = :id",
    "a saga that runs": "UPDATE saga SET status = 'running', wake_at = now(), ended_at = NULL WHERE order_id = :id",
    "a saga that is undone": "UPDATE saga SET status='turning', wake_at=now(), ended_at=NULL WHERE order_id = :id",
    "a stuck saga": "UPDATE saga SET status = 'stuck', error = 'why', ended_at = NULL WHERE order_id = :id",
    "a hold": "UPDATE hold SET status = 'held', captured = 0 WHERE order_id = :id",
    "a payable": "UPDATE payable SET status = 'open', transfer = NULL WHERE order_id = :id",
    "a payable that is sent": "UPDATE payable SET status = 'sending', transfer = NULL WHERE order_id = :id",
    "a refund": refund("requested"),
    "a refund the bank has not decided": refund("pending"),
    "a dispute": dispute("open"),
    "a runner's debt": debt("open"),
    "a customer's debt": customer_debt("open", ended="NULL"),
}


@pytest.mark.parametrize(
    "statement", [*IN_THE_WINDOW.values(), *STILL_OPEN.values()], ids=[*IN_THE_WINDOW, *STILL_OPEN]
)
async def test_an_old_order_belongs_to_the_window_by_any_change_and_while_anything_is_open(
    aged: AgedTown, statement: str
) -> None:
    async with changed(aged.town, aged.completed, statement) as database:
        books = await read_window(database, aged.town.workshop.stripe, DAYS)
    assert [row["id"] for row in books.orders] == [aged.completed]


async def test_older_objects_of_an_order_are_asked_for_one_by_one(aged: AgedTown) -> None:
    """An old order that changed is compared with all that Stripe has of it."""
    statement = "UPDATE payable SET paid_at = now() WHERE order_id = :id"
    async with changed(aged.town, aged.completed, statement) as database:
        books = await read_window(database, aged.town.workshop.stripe, DAYS)
    assert broken(books) == {}
    assert (len(books.intents), len(books.transfers)) == (1, 1)
    assert books.coverage is not None
    assert (books.coverage.listed, books.coverage.retrieved) == (0, 2)


OLD_BREACHES = {
    "a hold Stripe does not know": ("UPDATE hold SET payment_intent = 'pi_0' WHERE order_id = :id", "I8"),
    "a transfer Stripe does not know": ("UPDATE payable SET transfer = 'tr_0' WHERE order_id = :id", "I8"),
    "objects of no saga": ("DELETE FROM saga WHERE order_id = :id", "I8"),
    "a total nobody captured": (
        "UPDATE orders SET tip = tip + 1, ceiling = ceiling + 1, total = total + 1 WHERE id = :id",
        "I1",
    ),
    "a share nobody booked": ("UPDATE orders SET runner_share = runner_share + 1 WHERE id = :id", "I5"),
    "a share below what was sent": ("UPDATE orders SET runner_share = receipt WHERE id = :id", "I3"),
    "a capture nobody booked": ("UPDATE ledger_txn SET kind = 'x' WHERE order_id = :id AND kind = 'capture'", "I9"),
    "a transfer nobody booked": ("UPDATE ledger_txn SET kind = 'x' WHERE order_id = :id AND kind = 'transfer'", "I9"),
    "a candidate of nobody": (
        "UPDATE hold SET part = 'candidate', status = 'released', captured = 0 WHERE order_id = :id",
        "I2",
    ),
}


@pytest.mark.parametrize(("statement", "name"), OLD_BREACHES.values(), ids=OLD_BREACHES)
async def test_a_breach_is_found_when_its_order_is_in_the_window(aged: AgedTown, statement: str, name: str) -> None:
    async with changed(aged.town, aged.completed, statement) as database:
        full = broken(await read_books(database, aged.town.workshop.stripe))
        assert name in full
        assert broken(await read_window(database, aged.town.workshop.stripe, DAYS)) == {}
    touched = "UPDATE orders SET completed_at = now() WHERE id = :id"
    async with changed(aged.town, aged.completed, statement, touched) as database:
        assert broken(await read_window(database, aged.town.workshop.stripe, DAYS)) == full


FIRST_LINES = "txn_id = (SELECT min(id) FROM ledger_txn WHERE order_id = :id)"
WRONG_SUMS = {
    "what a runner was sent": ("UPDATE payable SET sent = sent - 1 WHERE order_id = :id", "runner_payable:"),
    "what the platform bears": ("UPDATE payable SET charge = NULL WHERE order_id = :id", "the platform's costs"),
    "a refund": (refund("succeeded", settled=LONG_AGO), "refunds_borne:"),
    "a debt let go": (debt("let_go"), "refunds_borne:"),
    "a customer's debt let go": (customer_debt("let_go"), "bad_debts:"),
    "a lost dispute": (dispute("lost", closed=LONG_AGO), "dispute_losses:"),
    "a line": (f"UPDATE ledger_entry SET amount = amount + 1 WHERE line = 2 AND {FIRST_LINES}", "sums to 1"),
    "a posting of one line": (f"DELETE FROM ledger_entry WHERE line > 1 AND {FIRST_LINES}", "over 1 lines"),
    "Stripe's balance": (
        f"UPDATE ledger_entry SET amount = amount + 3 - 2 * line WHERE line < 3 AND {FIRST_LINES}",
        "the ledger says",
    ),
}


@pytest.mark.parametrize(("statement", "words"), WRONG_SUMS.values(), ids=WRONG_SUMS)
async def test_a_wrong_sum_is_found_however_old_it_is(aged: AgedTown, statement: str, words: str) -> None:
    async with changed(aged.town, aged.completed, statement) as database:
        full = broken(await read_books(database, aged.town.workshop.stripe))
        window = await read_window(database, aged.town.workshop.stripe, DAYS)
    assert window.orders == []
    assert any(words in breach for breach in full["I6"])
    assert broken(window) == {"I6": full["I6"]}


async def test_a_posting_without_lines_is_found_however_old_it_is(aged: AgedTown) -> None:
    statement = f"DELETE FROM ledger_entry WHERE {FIRST_LINES}"
    async with changed(aged.town, aged.completed, statement) as database:
        found = broken(await read_window(database, aged.town.workshop.stripe, DAYS))
    assert found.keys() == {"I6"}
    assert any("sums to None over 0 lines" in breach for breach in found["I6"])


async def reversed_by_hand(aged: AgedTown) -> None:
    (sent,) = await aged.town.transfers(aged.completed)
    await aged.town.workshop.stripe.v1.transfers.reversals.create_async(sent["id"], {"amount": 1})


async def refunded_by_hand(aged: AgedTown) -> None:
    (paid,) = await aged.town.intents(aged.completed)
    await aged.town.workshop.stripe.v1.refunds.create_async({"payment_intent": paid["id"], "amount": 1})


async def held_by_hand(aged: AgedTown) -> None:
    await hold_money(aged.town, {"order": str(aged.cancelled)})


async def held_for_nothing_we_know(aged: AgedTown) -> None:
    await hold_money(aged.town, {"order": "1" * 30, "saga": "nonsense"})


async def hold_money(town: Town, metadata: dict[str, str]) -> None:
    """Money of somebody, held by a call that is not ours."""
    params: Any = {
        "amount": 500,
        "currency": "sgd",
        "customer": (await town.member()).stripe_customer,
        "payment_method": "pm_card_visa",
        "capture_method": "manual",
        "confirm": True,
        "return_url": "https://t.me",
        "metadata": metadata,
    }
    await town.workshop.stripe.v1.payment_intents.create_async(params)


@pytest.mark.parametrize("meddle", [reversed_by_hand, refunded_by_hand, held_by_hand, held_for_nothing_we_know])
async def test_what_somebody_does_at_stripe_to_an_old_order_is_found(own_aged: AgedTown, meddle: Any) -> None:
    town = own_aged.town
    await meddle(own_aged)
    found = broken(await read_window(town.database, town.workshop.stripe, DAYS))
    assert "I8" in found
    assert found == broken(await read_books(town.database, town.workshop.stripe))


async def test_no_large_table_is_read_whole_to_find_the_orders(aged: AgedTown) -> None:
    """What has an index is found by it; with this few rows Postgres would rather not, so it is told to."""
    large = ("orders", "saga", "hold", "payable", "ledger_txn")
    counted = text("SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname = ANY(:names)")
    async with aged.town.database() as work:
        await work.connection.execute(text("SET LOCAL enable_seqscan = off"))
        before = (await work.connection.execute(counted, {"names": large})).all()
        await find_orders(work, work.now, named=[1], paid_by=["pi_0"])
        after = (await work.connection.execute(counted, {"names": large})).all()
    assert {row.relname for row in after} == set(large)
    assert sorted(before) == sorted(after)


async def test_the_report_says_what_was_looked_at(aged: AgedTown) -> None:
    books = await read_window(aged.town.database, aged.town.workshop.stripe, 31)
    assert books.coverage is not None
    line = describe(books, books.coverage)
    assert line.startswith(f"Window: 31 days, since {books.coverage.since:%Y-%m-%d %H:%M} UTC. Compared: 2 of 2 orders")
    assert "3 Stripe objects made since then, 0 older ones of these orders, asked for one by one" in line
    assert f"{books.coverage.postings} postings, {books.coverage.accounts} accounts" in line


@pytest.mark.parametrize("word", ["0", "x", "-1", "1.5", "", "²", str(MAX_DAYS + 1), "9" * 30])
def test_a_window_of_no_days_is_refused_with_a_sentence(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([f"--days={word}"])
    assert ended.value.code == 2
    assert f"the window is a whole number of days from 1 to {MAX_DAYS}, not {word!r}" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--days", "7"], []], ids=["window", "full"])
async def test_the_command_prints_the_window_only_when_it_is_asked_for(
    aged: AgedTown, module_database_url: str, arguments: list[str]
) -> None:
    settings = {
        "DATABASE_URL": module_database_url,
        "STRIPE_API_URL": aged.town.stripe_url,
        "STRIPE_SECRET_KEY": "sk_test_town",
    }
    command = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workers.audit", *arguments, cwd=PROJECT, env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await command.communicate()
    assert (command.returncode, err) == (0, b"")
    first, *rest = out.decode().splitlines()
    promises = [first, *rest] if not arguments else rest
    assert len(promises) == 10
    assert all(line.split()[1] == "ok" for line in promises)
    assert first.startswith("Window: 7 days, since ") == bool(arguments)
