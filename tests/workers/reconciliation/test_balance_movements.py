"""Every type of balance transaction: booked against an account with a name, or told as what it is and settled once."""

import asyncio
from typing import Any, get_args

import pytest
import stripe

from domain.ledger.opening import OpeningRefused
from domain.reconciliation import use_cases
from domain.reconciliation.refusals import OrderUnfinished
from domain.settings.settings import AuditSettings, read_audit_settings
from domain.words import say_plain
from tests.scenarios.reconciliation_setup import (
    admin_notifications,
    create_stray_transfer,
    discrepancies,
    reconcile_all,
)
from tests.scenarios.refund_setup import completed_order
from tests.scenarios.scenario_setup import new_admin
from tests.scenarios.stuck_sagas import release_saga, stick_saga
from tests.stack.worker_stack import WorkerStack
from workers.commands.opening_balance import HOW_TO_BOOK, NOTHING, read_opening, run
from workers.reconciliation.at_stripe.movement_types import MOVEMENT_TYPES, Lookup
from workers.reconciliation.at_stripe.unbooked_objects import is_told_of_object
from workers.reconciliation.balance_transactions import compare_with_ledger
from workers.reconciliation.reconciliation_context import new_reconciliation_context
from workers.reconciliation.stalled_rows import check_stalled_holds
from workers.stripe.gateway_pages import retrieve_balance_transaction
from workers.stripe.objects.balance import BalanceTransactionType

pytestmark = pytest.mark.drill

TYPES_OF_API = get_args(get_args(stripe.BalanceTransaction.__annotations__["type"])[0])
BOOKED = [type_ for type_, what in MOVEMENT_TYPES.items() if not isinstance(what, Lookup)]
TOLD = [str(type_) for type_ in BalanceTransactionType if type_ in TYPES_OF_API and type_ not in BOOKED]
SAID_OTHERWISE = {"charge", "payment", "transfer", "transfer_refund"} | {
    type_ for type_ in TOLD if "refund" in type_ and type_ not in ("climate_order_refund", "application_fee_refund")
}


async def move(stack: WorkerStack, type_: str, amount: int, **more: object) -> None:
    """Let Stripe move money of this type."""
    await stack.control_stripe("dashboard/move_balance/sgd", type=type_, amount=amount, **more)


async def settle_all(stack: WorkerStack) -> None:
    """Settle every open discrepancy as an admin who knows that it is nobody's."""
    admin = await new_admin(stack)
    for row in await stack.rows("SELECT id FROM discrepancy WHERE status = 'open' ORDER BY id"):
        await stack.act(use_cases.settle_discrepancy, admin, row.id, "nobody: it is Stripe's")


async def balances(stack: WorkerStack) -> dict[str, int]:
    """The balance of each account of the books."""
    rows = await stack.rows(
        "SELECT a.code, sum(e.amount) AS amount FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id"
        " GROUP BY a.code"
    )
    return {row.code: int(row.amount) for row in rows}


def test_the_table_has_each_type_of_the_api_and_no_other() -> None:
    assert {str(type_) for type_ in MOVEMENT_TYPES} == {*TYPES_OF_API, BalanceTransactionType.UNKNOWN}


@pytest.mark.parametrize("type_", sorted({*TOLD} - SAID_OTHERWISE))
def test_a_type_that_is_told_has_a_sentence_that_says_what_it_is(type_: str) -> None:
    arguments: dict[str, str | int] = {"number": 1, "subject": "txn_1", "order": "-", "note": "-", "remote_value": "-"}
    assert "Nothing was changed" not in say_plain("en", "notification-discrepancy-movement", type=type_, **arguments)


async def test_what_moves_for_no_order_is_booked_or_told_once_and_settled(stack: WorkerStack) -> None:
    for number, type_ in enumerate(sorted({*TYPES_OF_API}), start=1):
        await move(stack, type_, 10_000 + number)
    await reconcile_all(stack)
    found = await discrepancies(stack)
    assert {kind for kind, _, _ in found} == {"not_booked"}
    assert sorted(note.split()[0] for _, _, note in found) == sorted(TOLD)
    assert len(await admin_notifications(stack)) == len(TOLD)
    assert [finding.name for finding in await stack.breaches()] == ["I6"]
    await settle_all(stack)
    assert await stack.breaches() == []
    await stack.sql("UPDATE list_cursor SET seen_until = seen_until - 4000")
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert {code for code, amount in (await balances(stack)).items() if amount} == {
        "stripe_balance:sgd",
        "bank:sgd",
        "stripe_fees:sgd",
        "stripe_reserves:sgd",
        "settled_by_hand:sgd",
    }


async def test_what_moves_on_another_balance_is_no_matter_of_our_books(stack: WorkerStack) -> None:
    await move(stack, "issuing_transaction", -700, balance_type="issuing")
    await move(stack, "reserve_hold", 300, balance_type="risk_reserved")
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []


async def test_a_pay_out_that_fails_or_is_cancelled_is_back_from_the_bank(stack: WorkerStack) -> None:
    await stack.control_stripe("dashboard/top_up/sgd", amount=900)
    for act in ("fail_payout", "cancel_payout"):
        sent = await stack.control_stripe("dashboard/pay_out_platform/sgd", amount=400)
        await stack.control_stripe(f"dashboard/{act}/{sent['id']}")
    await reconcile_all(stack)
    assert await balances(stack) == {"stripe_balance:sgd": 900, "bank:sgd": -900}
    assert await stack.breaches() == []


async def order_captured_behind_a_stuck_saga(stack: WorkerStack, amount: int | None = None) -> Any:
    """An order of which a person captured all, or `amount`, while a saga of it was stuck: it and the saga."""
    order = await stack.claimed_order(await stack.add_member(runner=True, card=None))
    saga = await stick_saga(stack, order)
    (intent,) = await stack.intents(order.id)
    await stack.control_stripe(f"dashboard/capture_payment/{intent['id']}", amount=amount)
    await reconcile_all(stack)
    assert {kind for kind, _, _ in await discrepancies(stack)} == {"not_booked"}
    return order, saga


async def book_held_captures(stack: WorkerStack) -> None:
    """Let the check of unfinished holds adopt what was captured, and nothing look at what was told."""
    await stack.sql("UPDATE hold SET made_at = now() - interval '6 minutes'")
    context = new_reconciliation_context(stack.context, asyncio.Event())
    assert await check_stalled_holds(context, 0) is None


async def test_what_a_saga_that_is_not_over_may_book_is_not_settled(stack: WorkerStack) -> None:
    _, saga = await order_captured_behind_a_stuck_saga(stack)
    with pytest.raises(OrderUnfinished):
        await settle_all(stack)
    await release_saga(stack, saga)
    await settle_all(stack)
    assert (await balances(stack))["settled_by_hand:sgd"] < 0
    assert await stack.breaches() == []


@pytest.mark.parametrize("amount", [None, 300])
async def test_what_was_booked_after_it_was_told_is_not_booked_again_by_settling_it(
    stack: WorkerStack, amount: int | None
) -> None:
    _, saga = await order_captured_behind_a_stuck_saga(stack, amount)
    await release_saga(stack, saga)
    await book_held_captures(stack)
    await settle_all(stack)
    assert "settled_by_hand:sgd" not in await balances(stack)
    assert await stack.breaches() == []


@pytest.mark.parametrize("amount", [None, 300])
async def test_a_settled_capture_that_is_booked_after_all_differs_until_it_is_settled_again(
    stack: WorkerStack, amount: int | None
) -> None:
    """A saga was stuck and resolved, an admin settled what it had not booked, and later the capture is adopted."""
    _, saga = await order_captured_behind_a_stuck_saga(stack, amount)
    await release_saga(stack, saga)
    await settle_all(stack)
    await book_held_captures(stack)
    await stack.sql("UPDATE list_cursor SET seen_until = seen_until + 4000")  # the capture is not listed again
    for _ in range(2):
        await reconcile_all(stack)
        assert {kind for kind, _, _ in await discrepancies(stack)} == {"amount_mismatch"}
    await settle_all(stack)
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []
    assert (await balances(stack))["settled_by_hand:sgd"] == 0


WAITS_FOR_LOCK = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


async def test_what_is_noted_while_an_admin_settles_is_booked(stack: WorkerStack) -> None:
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    other = await stack.add_member(runner=True, card=None)
    sent = await create_stray_transfer(stack, order, str(other.stripe_account))
    await reconcile_all(stack)
    await stack.sql("DELETE FROM unbooked_movement")
    movement = await retrieve_balance_transaction(stack.context.stripe, sent["balance_transaction"])
    async with stack.database() as work:
        lacking = await compare_with_ledger(work, movement)
        assert lacking is not None
        assert await is_told_of_object(work, movement, *lacking.unbooked, was_booked=False)
        settling = asyncio.create_task(settle_all(stack))
        while not settling.done() and not await stack.rows(WAITS_FOR_LOCK):
            await asyncio.wait({settling}, timeout=0.02)
    await settling
    assert (await balances(stack))["settled_by_hand:sgd"] == 50
    assert await stack.breaches() == []


def command_settings(stack: WorkerStack, database_url: str) -> AuditSettings:
    """What the command of the opening balance is run with."""
    return read_audit_settings(
        {"DATABASE_URL": database_url, "STRIPE_API_URL": stack.stripe_url, "STRIPE_SECRET_KEY": "sk_test_stack"}
    )


async def test_the_opening_balance_is_refused_while_not_all_is_compared(stack: WorkerStack, database_url: str) -> None:
    """Money of an order at work, what was not listed, and what came meanwhile would be booked once more later."""
    settings = command_settings(stack, database_url)
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    (intent,) = await stack.intents(order.id)
    await stack.control_stripe(f"dashboard/capture_payment/{intent['id']}")
    await stack.cancel(customer, order)
    with pytest.raises(OpeningRefused, match="Not every movement"):
        await run(settings, books=True)
    await stack.run_due()
    await stack.inject_fault("GET /v1/balance_transactions", "status", status=403, times=2)
    with pytest.raises(OpeningRefused, match="Not every movement"):
        await run(settings, books=True)
    for _ in range(2):
        await reconcile_all(stack)
    async with stack.database() as work:
        since = work.now
    await reconcile_all(stack)
    with pytest.raises(OpeningRefused, match="moved while"):
        await read_opening(stack.context, {"sgd": 1}, since)
    assert await run(settings, books=True) == NOTHING
    assert await stack.breaches() == []


async def test_the_opening_balance_is_shown_booked_once_and_refused_in_words(
    stack: WorkerStack, database_url: str
) -> None:
    await stack.control_stripe("dashboard/top_up/sgd", amount=12_345)
    await stack.control_stripe("history", older=2 * 86_400)  # more than what the first comparison reads
    await completed_order(stack, await stack.add_member(runner=True, card=None))
    settings = command_settings(stack, database_url)
    assert await run(settings, books=False) == f"Opening balance: S$123.45\n{HOW_TO_BOOK}"
    assert await run(settings, books=True) == "Opening balance: S$123.45\nIt is booked."
    with pytest.raises(OpeningRefused, match=r"was booked on .* UTC: S\$123\.45\. It is booked once\."):
        await run(settings, books=True)
    assert (await balances(stack))["opening:sgd"] == -12_345
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []
