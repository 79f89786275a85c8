"""The audit of some days: what it compares, and what it sums."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.fuzz.fuzz_depth import sample
from tests.scenarios.aging import AgedStack, changed
from tests.scenarios.old_crowd import OF_ORDER, cloning_statements
from tests.scenarios.old_rows import LONG_AGO, NOW, customer_debt, debt, dispute, netting, refund
from tests.scenarios.reconciliation_setup import create_stray_intent
from workers.audit.invariants import INVARIANTS
from workers.audit.snapshot import AuditSnapshot
from workers.audit.snapshot_reader import read_snapshot, read_window

pytestmark = pytest.mark.long

DAYS = 7
CLONES = 1_000  # of an old order: enough that reading a whole table is dearer than any index
TOUCHED = "UPDATE orders SET completed_at = now() WHERE id = :id"
INDEXES = (
    *("orders_placed_idx", "orders_completed_idx", "orders_ended_idx", "orders_open"),
    *("saga_started_idx", "saga_ended_idx", "saga_due", "saga_stuck"),
    *("hold_made_idx", "hold_live"),
    *("payable_booked_idx", "payable_paid_idx", "payable_open", "payable_sending"),
    *("ledger_txn_created_idx", "ledger_txn_order_idx"),
)


def broken(snapshot: AuditSnapshot) -> dict[str, list[str]]:
    """Name -> breaches of the invariants that fail, with the sums that Postgres computed."""
    findings = [invariant(snapshot) for invariant in INVARIANTS]
    return {finding.name: sorted(finding.breaches) for finding in findings if finding.breaches}


async def test_old_orders_are_counted_and_summed_but_not_read(own_aged: AgedStack) -> None:
    stack = own_aged.stack
    new = await stack.open_order()
    snapshot = await read_window(stack.database, stack.context.stripe, DAYS)
    assert broken(snapshot) == {}
    assert [order.id for order in snapshot.orders] == [new.id]
    assert len(snapshot.holds) == len(snapshot.intents) == 1
    assert (snapshot.payables, snapshot.transfers, snapshot.postings) == ([], [], [])
    assert snapshot.coverage is not None
    assert (snapshot.coverage.orders, snapshot.coverage.listed, snapshot.coverage.retrieved) == (3, 1, 0)
    assert snapshot.coverage.postings == len((await read_snapshot(stack.database, stack.context.stripe)).postings) > 0


async def test_a_window_that_is_long_enough_reads_everything(aged: AgedStack) -> None:
    snapshot = await read_window(aged.stack.database, aged.stack.context.stripe, 31)
    assert broken(snapshot) == {}
    assert [order.id for order in snapshot.orders] == [aged.completed, aged.cancelled]
    assert (len(snapshot.intents), len(snapshot.transfers)) == (2, 1)


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
    "a saga that is undone": "UPDATE saga SET status='compensating', wake_at=now(), ended_at=NULL WHERE order_id = :id",
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
    "statement", sample([pytest.param(sql, id=name) for name, sql in (IN_THE_WINDOW | STILL_OPEN).items()], 5)
)
async def test_an_old_order_belongs_to_the_window_by_any_change_and_while_anything_is_open(
    aged: AgedStack, statement: str
) -> None:
    async with changed(aged.stack, aged.completed, statement) as database:
        snapshot = await read_window(database, aged.stack.context.stripe, DAYS)
    assert [order.id for order in snapshot.orders] == [aged.completed]


async def test_older_objects_of_an_order_are_asked_for_one_by_one(aged: AgedStack) -> None:
    """An old order that changed is compared with everything Stripe has of it."""
    statement = "UPDATE payable SET paid_at = now() WHERE order_id = :id"
    async with changed(aged.stack, aged.completed, statement) as database:
        snapshot = await read_window(database, aged.stack.context.stripe, DAYS)
    assert broken(snapshot) == {}
    assert (len(snapshot.intents), len(snapshot.transfers)) == (1, 1)
    assert snapshot.coverage is not None
    assert (snapshot.coverage.listed, snapshot.coverage.retrieved) == (0, 2)


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
        "UPDATE hold SET part = 'replacement', status = 'released', captured = 0 WHERE order_id = :id",
        "I2",
    ),
}


@pytest.mark.parametrize(
    ("statement", "name"), sample([pytest.param(*row, id=name) for name, row in OLD_BREACHES.items()], 4)
)
async def test_a_breach_is_found_when_its_order_is_in_the_window(aged: AgedStack, statement: str, name: str) -> None:
    async with changed(aged.stack, aged.completed, statement) as database:
        full = broken(await read_snapshot(database, aged.stack.context.stripe))
        assert name in full
        assert broken(await read_window(database, aged.stack.context.stripe, DAYS)) == {}
    async with changed(aged.stack, aged.completed, statement, TOUCHED) as database:
        assert broken(await read_window(database, aged.stack.context.stripe, DAYS)) == full


FIRST_LINES = "txn_id = (SELECT min(id) FROM ledger_txn WHERE order_id = :id)"
WRONG_SUMS = {
    "what a runner was sent": ("UPDATE payable SET sent = sent - 1 WHERE order_id = :id", "runner_payable:"),
    "what the platform bears": ("UPDATE payable SET charge = NULL WHERE order_id = :id", "the platform's costs"),
    "a refund": (refund("succeeded", settled=LONG_AGO), "refunds_borne:"),
    "a debt let go": (debt("waived"), "refunds_borne:"),
    "a customer's debt let go": (customer_debt("waived"), "bad_debts:"),
    "a lost dispute": (dispute("lost", closed=LONG_AGO), "dispute_losses:"),
    "a line": (f"UPDATE ledger_entry SET amount = amount + 1 WHERE line = 2 AND {FIRST_LINES}", "sums to 1"),
    "a posting of one line": (f"DELETE FROM ledger_entry WHERE line > 1 AND {FIRST_LINES}", "over 1 lines"),
    "Stripe's balance": (
        f"UPDATE ledger_entry SET amount = amount + 3 - 2 * line WHERE line < 3 AND {FIRST_LINES}",
        "the ledger says",
    ),
}


@pytest.mark.parametrize(
    ("statement", "words"), sample([pytest.param(*row, id=name) for name, row in WRONG_SUMS.items()], 4, 1)
)
async def test_a_wrong_sum_is_found_however_old_it_is(aged: AgedStack, statement: str, words: str) -> None:
    async with changed(aged.stack, aged.completed, statement) as database:
        full = broken(await read_snapshot(database, aged.stack.context.stripe))
        window = await read_window(database, aged.stack.context.stripe, DAYS)
    assert window.orders == []
    assert any(words in breach for breach in full["I6"])
    assert broken(window) == {"I6": full["I6"]}


async def test_a_posting_without_lines_is_found_however_old_it_is(aged: AgedStack) -> None:
    statement = f"DELETE FROM ledger_entry WHERE {FIRST_LINES}"
    async with changed(aged.stack, aged.completed, statement) as database:
        found = broken(await read_window(database, aged.stack.context.stripe, DAYS))
    assert found.keys() == {"I6"}
    assert any("sums to None over 0 lines" in breach for breach in found["I6"])


async def test_a_saga_run_of_no_order_is_known_by_the_objects_that_name_it(aged: AgedStack) -> None:
    without = "UPDATE saga SET order_id = NULL WHERE order_id = :id"
    async with changed(aged.stack, aged.completed, without, TOUCHED) as database:
        assert broken(await read_window(database, aged.stack.context.stripe, DAYS)) == {}


async def test_what_an_old_order_paid_of_an_open_debt_is_known_to_be_booked(aged: AgedStack) -> None:
    """The debt is in the window, and the payout it was netted against is not."""
    kept = (
        debt("open", ended="NULL"),
        "UPDATE debt SET netted = 5",
        "INSERT INTO netting (debt_id, payable_id, amount, netted_at)"
        f" SELECT debt.id, payable.id, 5, {LONG_AGO} FROM debt, payable",
        "INSERT INTO ledger_txn (posting_key, kind, order_id, stripe_object, created_at)"
        f" SELECT 'netting:' || netting.id, 'netting', order_id, '', {LONG_AGO} FROM netting, payable",
    )
    async with changed(aged.stack, aged.cancelled, *kept) as database:
        snapshot = await read_window(database, aged.stack.context.stripe, DAYS)
    assert ([order.id for order in snapshot.orders], len(snapshot.nettings)) == ([aged.cancelled], 1)
    assert not {"I5", "I9"} & broken(snapshot).keys()


async def reversed_by_hand(aged: AgedStack) -> None:
    (sent,) = await aged.stack.transfers(aged.completed)
    await aged.stack.context.stripe.v1.transfers.reversals.create_async(sent["id"], {"amount": 1})


async def refunded_by_hand(aged: AgedStack) -> None:
    (paid,) = await aged.stack.intents(aged.completed)
    await aged.stack.context.stripe.v1.refunds.create_async({"payment_intent": paid["id"], "amount": 1})


async def held_by_hand(aged: AgedStack) -> None:
    await create_stray_intent(aged.stack, order=str(aged.cancelled))


async def held_for_nothing_we_know(aged: AgedStack) -> None:
    await create_stray_intent(aged.stack, order="1" * 30, saga="nonsense")


@pytest.mark.parametrize("meddle", [reversed_by_hand, refunded_by_hand, held_by_hand, held_for_nothing_we_know])
async def test_a_change_at_stripe_to_an_old_order_is_found(own_aged: AgedStack, meddle: Any) -> None:
    stack = own_aged.stack
    await meddle(own_aged)
    found = broken(await read_window(stack.database, stack.context.stripe, DAYS))
    assert "I8" in found
    assert found == broken(await read_snapshot(stack.database, stack.context.stripe))


async def test_what_a_window_looks_for_has_indexes(aged: AgedStack) -> None:
    """Postgres chooses by its statistics, so there are many old rows, and it has counted them just before."""
    many_old_rows = (*cloning_statements(aged.completed, CLONES), *(f"ANALYZE {table.name}" for table in OF_ORDER))
    counted = text("SELECT indexrelid::regclass::text, pg_stat_get_xact_numscans(indexrelid) FROM pg_index")
    async with changed(aged.stack, aged.completed, *many_old_rows) as database:
        async with database() as work:
            before = set((await work.connection.execute(counted)).all())
        await read_window(database, aged.stack.context.stripe, DAYS)
        async with database() as work:
            after = set((await work.connection.execute(counted)).all())
    used = {name for name, _ in after - before}
    assert set(INDEXES) - used == set()
