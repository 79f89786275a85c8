"""An admin approves runners, looks at orders, cancels with a reason, retries stuck sagas and binds groups."""

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import campus
from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.states import OrderStatus
from domain.orders.tables import orders
from domain.saga.tables import saga
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.decided_rows import decided_rows
from tests.stack.order_setup import bind_group, make_stuck_saga


async def test_an_admin_approves_from_the_list(stack: BotStack) -> None:
    sam, ben = await stack.add_admin(), await stack.add_person("Ben")
    await ben.tap(Tap.ASK_TO_RUN, argument=1)
    assert "would like to" in await sam.answer_to("/approve")
    assert "Approved" in (await sam.press(f"Approve Ben ({ben.id})"))["text"]
    assert await stack.runner_status(ben) == RunnerStatus.APPROVED
    assert f"Approve Ben ({ben.id})" not in await sam.labels()
    assert [
        row["chat_id"]
        for row in await stack.rows(
            notification, notification.c.key == "notification-approved", notification.c.chat_id == ben.id
        )
    ]


async def test_an_admin_approves_by_number_and_only_once(stack: BotStack) -> None:
    sam, ben = await stack.add_admin(), await stack.add_person("Ben")
    await ben.tap(Tap.ASK_TO_RUN, argument=1)
    assert "is a runner now" in await sam.answer_to(f"/approve {ben.id}")
    assert "out of date" in (await sam.tap(Tap.APPROVE, ben.id))["text"]


async def test_an_order_is_shown_with_its_history(stack: BotStack) -> None:
    sam, order_id = await stack.add_admin(), await (await stack.add_customer()).open_order()
    text = await sam.answer_to(f"/order {order_id}")
    assert f"#{order_id}: looking for a runner" in text
    mei = (await stack.order_row(order_id))["customer_id"]
    assert f"placed · Mei ({mei})" in text
    assert "open to runners" in text
    assert "timer" not in text, "the details are folded"
    assert "order published: PENDING → CREATED" in await sam.screen_after("Every line")
    assert "timer set" in await sam.text()
    assert "timer" not in await sam.screen_after("🔄")
    assert "/order 12" in await sam.answer_to("/order")
    assert "no such order" in await sam.answer_to("/order 999999")


async def test_an_admin_cancels_only_with_a_reason(stack: BotStack) -> None:
    sam, order_id = await stack.add_admin(), await (await stack.add_customer()).open_order()
    assert f"It completes /cancel {order_id}" in await sam.answer_to(f"/cancel {order_id}")
    assert await stack.status(order_id) is OrderStatus.CREATED
    assert "no rice left" in await sam.answer_to(f"/cancel #{order_id} no rice  left")
    assert await stack.status(order_id) is OrderStatus.CANCELLED
    rows = await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "cancelled_by_admin")
    assert [(row["actor_role"], row["actor_id"], row["reason"]) for row in rows] == [("admin", sam.id, "no rice left")]


async def test_an_admin_cannot_cancel_their_own_order_as_an_admin(stack: BotStack) -> None:
    sam, order_id = await stack.add_admin(), await (await stack.add_customer()).open_order()
    await stack.add_admin("Kim")
    await stack.update_rows(orders, orders.c.id == order_id, customer_id=sam.id)
    assert "Another admin has to do this: it is your own order" in await sam.answer_to(
        f"/cancel {order_id} changed my mind"
    )
    assert await stack.status(order_id) is OrderStatus.CREATED


async def test_what_is_stuck_is_listed_and_retried_once(stack: BotStack) -> None:
    sam, number = await stack.add_admin(), await make_stuck_saga(stack)
    assert "transfers_not_allowed <b>" in await sam.answer_to("/stuck")
    assert "trying again" in (await sam.press(f"Try {number} again"))["text"]
    (row,) = await stack.rows(saga, saga.c.number == number)
    assert (row["status"], row["attempt"]) == ("running", 2)
    assert "out of date" in (await sam.tap(Tap.RETRY, number))["text"]


async def test_an_admin_shows_no_order_to_the_runner_group(stack: BotStack, sam: BotUser) -> None:
    sam, order_id, group = (
        await stack.add_admin(),
        await (await stack.add_customer()).open_order(),
        stack.groups["north"],
    )
    assert "not yours" in await sam.answer_to(f"/order {order_id}", group)


async def test_binding_a_group_makes_it_the_runner_group_with_a_link(stack: BotStack, sam: BotUser) -> None:
    group = await _make_group(stack, sam, admin=True)
    await bind_group(sam, group)
    bound = await _campus_row(stack)
    assert bound["runner_group"] == group
    assert bound["runner_invite"].startswith("https://")
    assert "runner group of North" in await sam.text(group)


async def test_a_group_the_bot_may_not_invite_into_is_bound_and_says_what_is_missing(stack: BotStack) -> None:
    sam = await stack.add_admin()
    group = await _make_group(stack, sam, admin=False)
    await bind_group(sam, group)
    bound = await _campus_row(stack)
    assert (bound["runner_group"], bound["runner_invite"]) == (group, None)
    assert "administrator who may invite" in await sam.text(group)


async def test_binding_the_admin_chat(stack: BotStack) -> None:
    sam, order_id = await stack.add_admin(), await (await stack.add_customer()).open_order()
    group = await _make_group(stack, sam, admin=True)
    await sam.write("/bind@north_bot admin", group)
    await sam.tap(Tap.BIND, argument=2, chat=group)
    assert (await _campus_row(stack))["admin_chat"] == group
    assert f"#{order_id}: looking for a runner" in await sam.answer_to(f"/order {order_id}", group)
    before = await _campus_row(stack)
    assert "a group of their own" in await sam.answer_to("/bind", group)
    assert await _campus_row(stack) == before


async def test_only_an_admin_binds(stack: BotStack) -> None:
    eve = await stack.add_runner("Eve")
    group = await _make_group(stack, eve, admin=True)
    before = await _campus_row(stack)
    await eve.write("/bind", group)
    assert await _campus_row(stack) == before
    assert "/bind admin" in await eve.answer_to("/bind")


async def test_the_link_lets_runners_in_and_nobody_else(stack: BotStack, sam: BotUser, ana: BotUser) -> None:
    group = await _make_group(stack, sam, admin=True)
    await bind_group(sam, group)
    link = (await _campus_row(stack))["runner_invite"]
    eve = await stack.add_person("Eve")
    for one in (ana, eve):
        await stack.control_telegram("join", user=one.id, invite_link=link)
    await stack.wait_until_idle()
    (seen,) = [each for each in await stack.control_telegram("groups", "GET") if each["id"] == group]
    assert seen["members"].get(str(ana.id)) == "member"
    assert seen["members"].get(str(eve.id)) != "member"


async def test_an_anonymous_administrator_is_told_what_to_do(stack: BotStack) -> None:
    group, sam = stack.groups["north"], await stack.add_admin()
    chat = {"id": group, "type": "supergroup", "title": "Runners"}
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    message = {"message_id": 9, "date": 1, "chat": chat, "from": anonymous, "sender_chat": chat, "text": "/bind"}
    await stack.control_telegram("updates", bot="north_bot", update={"message": message})
    await stack.wait_until_idle()
    assert "anonymous administrator" in await sam.text(group)


async def _make_group(stack: BotStack, one: BotUser, *, admin: bool) -> int:
    admins = ["north_bot"] if admin else []
    made = await stack.control_telegram("groups", title="New", members=[one.id], bots=["north_bot"], admins=admins)
    return int(made["id"])


async def _campus_row(stack: BotStack) -> Json:
    (row,) = await decided_rows(stack, campus, campus.c.id == stack.campuses["north"])
    return row
