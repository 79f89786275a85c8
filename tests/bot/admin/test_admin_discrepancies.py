"""Discrepancies with Stripe in the admin chat: listed, rechecked on request, settled only with a reason."""

from datetime import UTC, datetime
from uuid import uuid4

from domain.campuses.tables import membership
from domain.messaging.buttons import Tap
from domain.reconciliation.tables import discrepancy
from domain.reconciliation.unbooked_repository import UnbookedMovement, note_unbooked
from domain.saga.tables import saga
from tests.bot.admin.test_admin_refunds import paid_order
from tests.stack.bot_stack import BotStack, Json
from tests.stack.order_setup import notifications_of, open_order

MOVED = 630  # minor units, of a transfer by hand


async def insert_discrepancy(stack: BotStack, campus: str = "north", **more: Json) -> int:
    """Insert an open discrepancy, and return its number."""
    row = {"campus_id": stack.campuses[campus], "kind": "unknown_intent", "subject": f"pi_{uuid4().hex}"}
    row |= {"remote_value": 630, "currency": "sgd", "note": "<odd>"}
    return await stack.insert(discrepancy, **row | more)


async def _discrepancy_row(stack: BotStack, number: int) -> Json:
    return await stack.row(discrepancy, discrepancy.c.id == number)


async def test_discrepancies_are_listed_and_checked_again_on_request(stack: BotStack) -> None:
    sam, number = await stack.add_admin(), await insert_discrepancy(stack)
    assert f"{number}: a payment we do not know" in await sam.answer_to("/differences")
    assert "theirs S$6.30" in await sam.text()
    assert "<odd>" in (await sam.text()).replace("&lt;", "<").replace("&gt;", ">")
    assert "Asking Stripe" in (await sam.press(f"🔄 Look at {number}"))["text"]
    row = await _discrepancy_row(stack, number)
    assert row["recheck_requested_at"] is not None
    assert row["recheck_chat_id"] == sam.id


async def test_a_discrepancy_is_settled_by_a_reason_and_only_once(stack: BotStack) -> None:
    sam, number = await stack.add_admin(), await insert_discrepancy(stack)
    await sam.write("/differences")
    assert "No money moves" in await sam.screen_after(f"Settle {number}")
    assert (await _discrepancy_row(stack, number))["status"] == "open"
    await sam.press("⚖️ Differences")
    await sam.write("not an answer any more")
    assert (await _discrepancy_row(stack, number))["status"] == "open"
    await sam.tap(Tap.SETTLE_DISCREPANCY, number)
    assert "is settled" in await sam.answer_to("nobody, reversed by hand")
    row = await _discrepancy_row(stack, number)
    assert (row["status"], row["ended_by"], row["reason"]) == ("settled", sam.id, "nobody, reversed by hand")
    assert "out of date" in (await sam.tap(Tap.SETTLE_DISCREPANCY, number))["text"]
    assert "out of date" in (await sam.tap(Tap.RECHECK_DISCREPANCY, number))["text"]
    await sam.write(f"/settle {number} nobody, again")
    assert (await _discrepancy_row(stack, number))["reason"] == "nobody, reversed by hand"
    assert "/settle 3" in await sam.answer_to("/settle")


async def test_another_campus_discrepancy_is_not_found_here(stack: BotStack) -> None:
    sam, number = await stack.add_admin(), await insert_discrepancy(stack, "south")
    assert f"{number}: a payment" not in await sam.answer_to("/differences")
    await sam.write(f"/settle {number} nobody")
    assert (await _discrepancy_row(stack, number))["status"] == "open"


async def test_a_discrepancy_that_names_no_order_is_settled_for_an_order_of_others_or_for_nobody(
    stack: BotStack,
) -> None:
    sam, number = await stack.add_admin(), await insert_discrepancy(stack)
    own, mine = await open_order(stack)
    await stack.update_rows(membership, membership.c.person_id == mine.id, is_admin=True)
    await mine.write("/differences")
    assert "Stripe names no order" in await mine.screen_after(f"Settle {number}")
    assert "which order this is about" in await mine.answer_to("reversed by hand")
    assert "Another admin" in await mine.answer_to(f"it was #{own}, reversed by hand")
    assert "There is no such order here" in await mine.answer_to(f"/settle {number} it was #999999")
    assert (await _discrepancy_row(stack, number))["status"] == "open"
    assert "is settled" in await sam.answer_to(f"/settle {number} it was #{own}, reversed by hand")


async def test_an_admin_says_whether_an_unknown_transfer_paid_the_runner(stack: BotStack) -> None:
    sam, (_, ana, order_id) = await stack.add_admin(), await paid_order(stack)
    over = {"status": "done", "ended_at": datetime.now(UTC), "wake_at": None}
    await stack.update_rows(saga, saga.c.order_id == order_id, **over)
    transfer: Json = {"kind": "unknown_transfer", "order_id": order_id, "note": "acct_of_nobody"}
    number = await insert_discrepancy(stack, subject="tr_by_hand", **transfer)
    assert "a pay-out we do not know" in await sam.answer_to("/differences")
    assert "what the runner is owed is sent" in await sam.screen_after(f"{number}: other…")
    await sam.press("⚖️ Differences")
    assert "Say what transfer" in (await sam.tap(Tap.SETTLE_DISCREPANCY, number))["text"]
    assert "Say what transfer" in await sam.answer_to(f"/settle {number} paid by hand")
    await sam.write("/differences")
    assert "pay the runner of its order?" in await sam.screen_after(f"🏃 {number}: pay…")
    assert "was not read at Stripe yet" in await sam.answer_to("the bot was down")
    moved = UnbookedMovement(
        movement="txn_by_hand", net=-MOVED, currency="sgd", posting_keys=("transfer:tr_by_hand",), due=-MOVED
    )
    async with stack.autocommit_work() as work:
        await note_unbooked(work, number, moved)
    assert "is settled" in await sam.answer_to(f"/transfer_pay {number} the bot was down")
    row = await _discrepancy_row(stack, number)
    assert (row["status"], row["meaning"], row["reason"]) == ("settled", "pay", "the bot was down")
    assert len(await notifications_of(stack, order_id, "notification-paid-at-stripe", ana)) == 1
    again = await sam.answer_to(f"/transfer_pay {await insert_discrepancy(stack, **transfer)} twice")
    assert "is owed nothing" in again
