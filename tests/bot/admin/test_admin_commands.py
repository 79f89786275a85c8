"""An admin approves runners, looks at orders, cancels with a reason, retries stuck sagas and binds groups."""

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import campus, membership
from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.states import OrderStatus
from domain.orders.tables import orders
from domain.saga.tables import saga
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.order_setup import make_stuck_saga


async def test_an_admin_approves_from_the_list(stack: BotStack) -> None:
    sam, ben = await stack.add_admin(), await stack.add_person("Ben")
    await ben.tap(Tap.ASK_TO_RUN, argument=1)
    await sam.write("/approve")
    assert "would like to" in await sam.text()
    assert "Approved" in (await sam.press(f"Approve Ben ({ben.id})"))["text"]
    assert await _runner_status(stack, ben) == RunnerStatus.APPROVED
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
    await sam.write(f"/approve {ben.id}")
    assert "is a runner now" in await sam.text()
    assert "out of date" in (await sam.tap(Tap.APPROVE, ben.id))["text"]


async def test_an_order_is_shown_with_its_history(stack: BotStack) -> None:
    sam, order_id = await stack.add_admin(), await _open_order(stack)
    await sam.write(f"/order {order_id}")
    text = await sam.text()
    assert f"#{order_id}: looking for a runner" in text
    mei = (await stack.order_row(order_id))["customer_id"]
    assert f"placed · Mei ({mei})" in text
    assert "open to runners" in text
    assert "timer" not in text, "the details are folded"
    await sam.press("Every line")
    assert "order published: PENDING → CREATED" in await sam.text()
    assert "timer set" in await sam.text()
    await sam.press("🔄")
    assert "timer" not in await sam.text()
    await sam.write("/order")
    assert "/order 12" in await sam.text()
    await sam.write("/order 999999")
    assert "no such order" in await sam.text()


async def test_an_admin_cancels_only_with_a_reason(stack: BotStack) -> None:
    sam, order_id = await stack.add_admin(), await _open_order(stack)
    await sam.write(f"/cancel {order_id}")
    assert "/cancel 12 The shop is on fire" in await sam.text()
    assert await stack.status(order_id) is OrderStatus.CREATED
    await sam.write(f"/cancel #{order_id} no rice  left")
    assert "no rice left" in await sam.text()
    assert await stack.status(order_id) is OrderStatus.CANCELLED
    rows = await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "cancelled_by_admin")
    assert [(row["actor_role"], row["actor_id"], row["reason"]) for row in rows] == [("admin", sam.id, "no rice left")]


async def test_an_admin_cannot_cancel_their_own_order_as_an_admin(stack: BotStack) -> None:
    sam, order_id = await stack.add_admin(), await _open_order(stack)
    await stack.update_rows(orders, orders.c.id == order_id, customer_id=sam.id)
    await sam.write(f"/cancel {order_id} changed my mind")
    assert "not yours" in await sam.text()
    assert await stack.status(order_id) is OrderStatus.CREATED


async def test_what_is_stuck_is_listed_and_retried_once(stack: BotStack) -> None:
    sam, number = await stack.add_admin(), await make_stuck_saga(stack)
    await sam.write("/stuck")
    assert "transfers_not_allowed <b>" in await sam.text()
    assert "trying again" in (await sam.press(f"Try {number} again"))["text"]
    (row,) = await stack.rows(saga, saga.c.number == number)
    assert (row["status"], row["attempt"]) == ("running", 2)
    assert "out of date" in (await sam.tap(Tap.RETRY, number))["text"]


async def test_an_admin_shows_no_order_to_the_runner_group(stack: BotStack) -> None:
    sam, order_id, group = await stack.add_admin(), await _open_order(stack), stack.groups["north"]
    await sam.write(f"/order {order_id}", group)
    assert "not yours" in (await sam.last_message(group))["text"]


async def test_binding_a_group_makes_it_the_runner_group_with_a_link(stack: BotStack) -> None:
    sam = await stack.add_admin()
    group = await _make_group(stack, sam, admin=True)
    await sam.write("/bind", group)
    bound = await _campus_row(stack)
    assert bound["runner_group"] == group
    assert bound["runner_invite"].startswith("https://")
    assert "runner group of North" in (await sam.last_message(group))["text"]


async def test_a_group_the_bot_may_not_invite_into_is_bound_and_says_what_is_missing(stack: BotStack) -> None:
    sam = await stack.add_admin()
    group = await _make_group(stack, sam, admin=False)
    await sam.write("/bind", group)
    bound = await _campus_row(stack)
    assert (bound["runner_group"], bound["runner_invite"]) == (group, None)
    assert "administrator who may invite" in (await sam.last_message(group))["text"]


async def test_binding_the_admin_chat(stack: BotStack) -> None:
    sam, order_id = await stack.add_admin(), await _open_order(stack)
    group = await _make_group(stack, sam, admin=True)
    await sam.write("/bind@north_bot admin", group)
    assert (await _campus_row(stack))["admin_chat"] == group
    await sam.write(f"/order {order_id}", group)
    assert f"#{order_id}: looking for a runner" in (await sam.last_message(group))["text"]
    before = await _campus_row(stack)
    await sam.write("/bind", group)
    assert "a group of their own" in (await sam.last_message(group))["text"]
    assert await _campus_row(stack) == before


async def test_only_an_admin_binds(stack: BotStack) -> None:
    eve = await stack.add_runner("Eve")
    group = await _make_group(stack, eve, admin=True)
    before = await _campus_row(stack)
    await eve.write("/bind", group)
    assert await _campus_row(stack) == before
    await eve.write("/bind")
    assert "/bind admin" in await eve.text()


async def test_the_link_lets_runners_in_and_nobody_else(stack: BotStack) -> None:
    sam = await stack.add_admin()
    group = await _make_group(stack, sam, admin=True)
    await sam.write("/bind", group)
    link = (await _campus_row(stack))["runner_invite"]
    ana, eve = await stack.add_runner("Ana"), await stack.add_person("Eve")
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
    assert "anonymous administrator" in (await sam.last_message(group))["text"]


async def _runner_status(stack: BotStack, one: BotUser) -> str:
    here = membership.c.campus_id == stack.campuses["north"]
    (row,) = await stack.rows(membership, membership.c.person_id == one.id, here)
    return str(row["runner_status"])


async def _open_order(stack: BotStack) -> int:
    order_id = await (await stack.add_customer()).order_food()
    await stack.publish_order(order_id)
    return order_id


async def _make_group(stack: BotStack, one: BotUser, *, admin: bool) -> int:
    admins = ["north_bot"] if admin else []
    made = await stack.control_telegram("groups", title="New", members=[one.id], bots=["north_bot"], admins=admins)
    return int(made["id"])


async def _campus_row(stack: BotStack) -> Json:
    (row,) = await stack.rows(campus, campus.c.id == stack.campuses["north"])
    return row
