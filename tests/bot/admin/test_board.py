"""The board of open orders, an admin's acts with their reasons, and pausing: in private and in the admin chat."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.drafts.tables import conversation_state, draft
from domain.orders.repository import find_order
from domain.orders.states import Bearer, OrderStatus
from domain.orders.tables import orders
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import set_timer
from domain.payouts.tables import payable
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import arrived_order, claimed_order, notifications_of, open_order

pytestmark = pytest.mark.drill

MAX_PAGES = 20


async def find_on_board(sam: BotUser, order_id: int) -> str:
    """The board's text on the page that lists this order."""
    await sam.write("/board")
    for _ in range(MAX_PAGES):
        if any(label.startswith(f"#{order_id} ") for label in await sam.labels()):
            return await sam.text()
        await sam.press("▶")
    raise AssertionError(f"order {order_id} is on no page")


async def bought_order(stack: BotStack) -> tuple[int, BotUser, BotUser]:
    """Insert an order whose food is bought."""
    order_id, mei, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2)
    assert await stack.status(order_id) is OrderStatus.PLACED
    return order_id, mei, ana


async def test_the_board_lists_open_orders_by_state_and_says_which_are_late(stack: BotStack) -> None:
    sam, (waiting, _) = await stack.add_admin(), await open_order(stack)
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    await stack.update_rows(orders, orders.c.id == waiting, created_at=long_ago)
    held, _, ana = await claimed_order(stack)
    text = await find_on_board(sam, waiting)
    assert "Looking for a runner" in text
    assert f"#{waiting} Koufu · Library, door · 10 min · ⚠ unclaimed since 10 min" in text
    text = await find_on_board(sam, held)
    assert f"#{held} Koufu · Ana · 0 min\n" in f"{text}\n", "a line without a warning, because it is in time"
    assert text.index("Taken") < text.index(f"#{held} ")
    await stack.update_rows(orders, orders.c.id == held, accepted_at=long_ago)
    async with stack.work() as work:
        await set_timer(
            work, await find_order(work, stack.campuses["north"], held), TimerKind.CHECK_IN_DEADLINE, work.now
        )
    assert (await sam.press("🔄"))["text"] == "This is how it is now."
    sam = await stack.add_admin()  # an admin with a fresh rate limit; late orders come first, perhaps on another page
    text = await find_on_board(sam, held)
    assert f"#{held} Koufu · Ana · 10 min · ⚠ the runner was asked and does not answer" in text
    before = len(await sam.messages())
    assert f"#{held}: taken" in await sam.screen_after(f"#{held} ")
    assert f"runner Ana ({ana.id})" in await sam.text()
    assert "Board" in await sam.screen_after("◀ Board")
    assert len(await sam.messages()) == before, "the same message is edited"


async def test_an_order_offers_an_admin_what_is_legal_now_and_nothing_else(stack: BotStack, sam: BotUser) -> None:
    offered = []
    for made in (open_order, claimed_order, bought_order, arrived_order):
        order_id = (await made(stack))[0]
        await sam.write(f"/order {order_id}")
        offered.append([label for label in await sam.labels() if label.endswith("…")])
    after = ["Finish…", "Close…"]
    assert offered == [["Cancel…"], ["Cancel…", "Give back…"], after, after]
    answer = await sam.tap(Tap.ADMIN_ACTION, order_id, 1)
    assert "not open for that" in answer["text"], "a button from before the purchase"


async def test_an_admin_finishes_after_a_screen_that_says_the_amounts_and_a_reason(stack: BotStack) -> None:
    sam, (order_id, _, _) = await stack.add_admin(), await bought_order(stack)
    await sam.write(f"/order {order_id}")
    text = await sam.screen_after("Finish…")
    assert "Mei is charged S$7.00, and Ana gets S$6.00" in text
    assert (await sam.labels())[0] == "Leave it as it is"
    await sam.press("Leave it")
    assert await stack.status(order_id) is OrderStatus.PLACED
    await sam.press("Finish…", "Yes, handed over", "Leave it")
    await sam.write("a line for nobody")
    assert await stack.status(order_id) is OrderStatus.PLACED, "after leaving the question, a line is no answer to it"
    await sam.write(f"/order {order_id}")
    assert "Type one line" in await sam.screen_after("Finish…", "Yes, handed over")
    assert "at most 200" in await sam.answer_to("x" * 201)
    await sam.write("both  say so by phone")
    assert await stack.status(order_id) is OrderStatus.DELIVERED
    (row,) = await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "finished_by_admin")
    assert (row["actor_id"], row["reason"], row["before"]) == (sam.id, "both say so by phone", "PLACED")
    assert "did not understand" in await sam.answer_to("and thanks"), "a reason is asked for once"


async def test_a_line_typed_an_hour_later_is_no_reason(stack: BotStack) -> None:
    sam, (order_id, _, _) = await stack.add_admin(), await bought_order(stack)
    await sam.tap(Tap.ADMIN_ACTION_SURE, order_id, 5)
    own_row = conversation_state.c.person_id == sam.id
    await stack.update_rows(conversation_state, own_row, asked_at=datetime.now(UTC) - timedelta(hours=1))
    await sam.write("good morning")
    assert await stack.status(order_id) is OrderStatus.PLACED
    assert "did not understand" in await sam.text()


@pytest.mark.parametrize(
    ("label", "bearer", "told"),
    [
        ("We pay S$6.00", Bearer.PLATFORM, "notification-closed-paid"),
        ("The runner bears it", Bearer.RUNNER, "notification-closed-unpaid"),
    ],
)
async def test_an_admin_closes_an_order_and_chooses_who_bears_it(
    stack: BotStack, label: str, bearer: Bearer, told: str
) -> None:
    sam, (order_id, mei, ana) = await stack.add_admin(), await bought_order(stack)
    await sam.write(f"/order {order_id}")
    assert "Mei pays nothing" in await sam.screen_after("Close…")
    assert (await sam.labels())[0] == "Leave it as it is"
    await sam.press(label)
    await sam.write("the bag fell into the river")
    row = await stack.order_row(order_id)
    assert (row["status"], row["end_reason"], row["borne_by"]) == ("CANCELLED", "closed", bearer)
    assert row["end_note"] == "the bag fell into the river"
    assert (await notifications_of(stack, order_id, "notification-closed", mei))[0]["args"][
        "reason"
    ] == "the bag fell into the river"
    assert len(await notifications_of(stack, order_id, told, ana)) == 1
    owed = await stack.rows(payable, payable.c.order_id == order_id)
    assert [(each["amount"], each["charge"]) for each in owed] == ([(600, None)] if bearer is Bearer.PLATFORM else [])


async def test_an_admin_gives_an_order_back_and_its_runner_reads_why(stack: BotStack) -> None:
    sam, (order_id, _, ana) = await stack.add_admin(), await claimed_order(stack)
    await sam.write(f"/order {order_id}")
    await sam.press("Give back…", "Yes, give back")
    await sam.write("the bike broke")
    assert await stack.status(order_id) is OrderStatus.CREATED
    (sent,) = await notifications_of(stack, order_id, "notification-released-by-admin", ana)
    assert sent["args"]["reason"] == "the bike broke"


async def test_an_admin_act_too_early_or_too_late_is_refused_and_changes_nothing(stack: BotStack) -> None:
    sam, (order_id, _, _) = await stack.add_admin(), await claimed_order(stack)
    for command in (f"/finish {order_id} now", f"/close {order_id} runner now"):
        assert "Nothing is bought for it yet" in await sam.answer_to(command), command
    assert await stack.status(order_id) is OrderStatus.ACCEPTED
    other, _, _ = await bought_order(stack)
    for command in (f"/cancel {other} now", f"/release {other} now"):
        assert "bought already" in await sam.answer_to(command), command
    for command in ("/close", f"/close {other} customer no"):
        assert "/close 12 platform" in await sam.answer_to(command), command
    for command in (f"/close {other} runner", f"/close {other} platform"):
        assert f"It completes {command}" in await sam.answer_to(command)
    assert await stack.status(other) is OrderStatus.PLACED


async def test_an_admin_ends_no_purchase_of_their_own(stack: BotStack) -> None:
    order_id, mei, ana = await bought_order(stack)
    await stack.add_admin("Kim")
    for one in (mei, ana):
        admin = await stack.add_admin()
        column = "customer_id" if one is mei else "runner_id"
        await stack.update_rows(orders, orders.c.id == order_id, **{column: admin.id})
        assert "Another admin has to do this" in await admin.answer_to(f"/close {order_id} platform pay me")
        await admin.write(f"/order {order_id}")
        assert "Close…" not in await admin.labels()
        await stack.update_rows(orders, orders.c.id == order_id, **{column: one.id})
    assert await stack.status(order_id) is OrderStatus.PLACED


async def test_in_the_admin_chat_the_reason_may_come_with_the_command(stack: BotStack, admin_chat: AdminChat) -> None:
    order_id, _, _ = await bought_order(stack)
    await admin_chat.write(f"/order {order_id}")
    await admin_chat.tap(Tap.ADMIN_ACTION, order_id, 3)
    said = await admin_chat.sam.last_message(admin_chat.chat)
    assert said["text"].endswith(f"It completes /finish {order_id}")
    assert "Board" in await admin_chat.answer_to("/board")
    assert (await admin_chat.tap(Tap.BOARD, 0, 1))["text"] == "This is how it is now."
    await admin_chat.write(f"/close {order_id} platform nobody there")
    assert "the runner gets S$6.00" in await admin_chat.text()
    assert await stack.status(order_id) is OrderStatus.CANCELLED


async def test_a_pause_stops_new_orders_with_the_admins_text_and_keeps_baskets(stack: BotStack) -> None:
    sam, mei, (order_id, _) = await stack.add_admin(), await stack.add_customer(), await open_order(stack)
    await mei.press("🍜", "Koufu", "Chicken rice")
    assert "Who wants to order reads:\nfire drill until two" in await sam.answer_to("/pause fire drill until two")
    await mei.tap(Tap.HOME, argument=1)
    assert "No new orders right now (fire drill until two)" in (await mei.press("🍜"))["text"]
    assert [row["items"] for row in await stack.rows(draft, draft.c.person_id == mei.id)] != [[]]
    assert "paused (fire drill until two)" in await sam.answer_to("/board")
    ana = await stack.add_runner()
    assert "is yours" in (await ana.tap(Tap.CLAIM, order_id, 1))["text"], "open orders go on"
    await sam.write("/pause")
    assert "Pause new orders?" in await sam.text()
    await sam.write("/board")
    assert "paused (fire drill until two)" in await sam.text(), "a command without a reason only asks"
    await sam.write("/pause")
    await sam.press("Yes, pause")
    assert "is told so" in await sam.text()
    assert "closed" in (await mei.press("🍜"))["text"]
    await sam.write("/resume")
    assert "nothing to resume" in await sam.answer_to("/resume")
    assert "Where to?" in await mei.screen_after("🍜"), "the customer continues at the same question"
    rows = await stack.rows(event_log, event_log.c.subject == "campus", event_log.c.actor_id == sam.id)
    assert [(row["event"], row["reason"]) for row in sorted(rows, key=lambda row: row["id"])] == [
        ("paused", "fire drill until two"),
        ("paused", None),
        ("resumed", None),
    ]


async def test_a_pay_out_for_lack_of_funds_is_sent_again_from_the_alert(stack: BotStack) -> None:
    sam, (order_id, _, _) = await stack.add_admin(), await bought_order(stack)
    await sam.write(f"/close {order_id} platform nobody there")
    assert [row["status"] for row in await stack.rows(payable, payable.c.order_id == order_id)] == ["open"]
    released = {"held_until": None, "held_for": None}  # the time for which it waits has passed
    await stack.update_rows(payable, payable.c.order_id == order_id, refusal="balance_insufficient", **released)
    assert f"order {order_id}: S$6.00" in await sam.answer_to("/stuck")
    assert "sent again" in (await sam.press(f"Send #{order_id} again"))["text"]
    assert f"order {order_id}: S$6.00" not in await sam.text()
    assert [row["status"] for row in await stack.rows(payable, payable.c.order_id == order_id)] == ["sending"]
    assert "out of date" in (await sam.tap(Tap.PAY_AGAIN, order_id))["text"]
    assert await stack.rows(
        notification, notification.c.order_id == order_id, notification.c.key == "notification-payout-waits"
    )
