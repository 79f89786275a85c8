"""An admin: approving, looking, cancelling with a reason, waking what is stuck, binding groups."""

from domain.buttons import Tap
from domain.order import OrderStatus
from domain.people import RunnerStatus
from domain.store.schema import campus, event, membership, orders, push, saga
from tests.bot.jobs import stuck_saga
from tests.bot.stage import Json, Somebody, Stage


async def test_an_admin_approves_from_the_list(stage: Stage) -> None:
    sam, ben = await stage.admin(), await stage.somebody("Ben")
    await ben.tap(Tap.ASK_TO_RUN, version=1)
    await sam.write("/approve")
    assert "would like to" in await sam.text()
    assert "Approved" in (await sam.press(f"Approve Ben ({ben.id})"))["text"]
    assert await _runner_status(stage, ben) == RunnerStatus.APPROVED
    assert f"Approve Ben ({ben.id})" not in await sam.labels()
    assert [row["chat_id"] for row in await stage.rows(push, push.c.key == "push-approved", push.c.chat_id == ben.id)]


async def test_an_admin_approves_by_number_and_only_once(stage: Stage) -> None:
    sam, ben = await stage.admin(), await stage.somebody("Ben")
    await ben.tap(Tap.ASK_TO_RUN, version=1)
    await sam.write(f"/approve {ben.id}")
    assert "is a runner now" in await sam.text()
    assert "out of date" in (await sam.tap(Tap.APPROVE, ben.id))["text"]


async def test_an_order_is_shown_with_its_history(stage: Stage) -> None:
    sam, order_id = await stage.admin(), await _open_order(stage)
    await sam.write(f"/order {order_id}")
    text = await sam.text()
    assert f"#{order_id}: looking for a runner" in text
    mei = (await stage.order(order_id))["customer_id"]
    assert f"placed · Mei ({mei})" in text
    assert "open to runners" in text
    assert "timer" not in text, "details are folded"
    await sam.press("Every line")
    assert "order published: PENDING → CREATED" in await sam.text()
    assert "timer set" in await sam.text()
    await sam.press("🔄")
    assert "timer" not in await sam.text()
    await sam.write("/order")
    assert "/order 12" in await sam.text()
    await sam.write("/order 999999")
    assert "no such order" in await sam.text()


async def test_an_admin_cancels_only_with_a_reason(stage: Stage) -> None:
    sam, order_id = await stage.admin(), await _open_order(stage)
    await sam.write(f"/cancel {order_id}")
    assert "/cancel 12 The shop is on fire" in await sam.text()
    assert await stage.status(order_id) is OrderStatus.CREATED
    await sam.write(f"/cancel #{order_id} no rice  left")
    assert "no rice left" in await sam.text()
    assert await stage.status(order_id) is OrderStatus.CANCELLED
    rows = await stage.rows(event, event.c.order_id == order_id, event.c.event == "cancelled_by_admin")
    assert [(row["actor_role"], row["actor_id"], row["reason"]) for row in rows] == [("admin", sam.id, "no rice left")]


async def test_an_admin_does_not_end_an_order_of_her_own_over_the_runners_head(stage: Stage) -> None:
    sam, order_id = await stage.admin(), await _open_order(stage)
    await stage.change(orders, orders.c.id == order_id, customer_id=sam.id)
    await sam.write(f"/cancel {order_id} changed my mind")
    assert "not yours" in await sam.text()
    assert await stage.status(order_id) is OrderStatus.CREATED


async def test_what_is_stuck_is_listed_and_woken_once(stage: Stage) -> None:
    sam, number = await stage.admin(), await stuck_saga(stage)
    await sam.write("/stuck")
    assert "transfers_not_allowed <b>" in await sam.text()
    assert "trying again" in (await sam.press(f"Try {number} again"))["text"]
    (row,) = await stage.rows(saga, saga.c.number == number)
    assert (row["status"], row["attempt"]) == ("running", 2)
    assert "out of date" in (await sam.tap(Tap.RETRY, number))["text"]


async def test_an_admin_shows_no_order_to_the_runner_group(stage: Stage) -> None:
    sam, order_id, group = await stage.admin(), await _open_order(stage), stage.groups["north"]
    await sam.write(f"/order {order_id}", group)
    assert "not yours" in (await sam.last(group))["text"]


async def test_binding_a_group_makes_it_the_runner_group_with_a_link(stage: Stage) -> None:
    sam = await stage.admin()
    group = await _group(stage, sam, admin=True)
    await sam.write("/bind", group)
    bound = await _campus(stage)
    assert bound["runner_group"] == group
    assert bound["runner_invite"].startswith("https://")
    assert "runner group of North" in (await sam.last(group))["text"]


async def test_a_group_the_bot_may_not_invite_into_is_bound_and_says_what_is_missing(stage: Stage) -> None:
    sam = await stage.admin()
    group = await _group(stage, sam, admin=False)
    await sam.write("/bind", group)
    bound = await _campus(stage)
    assert (bound["runner_group"], bound["runner_invite"]) == (group, None)
    assert "administrator who may invite" in (await sam.last(group))["text"]


async def test_binding_the_admin_chat(stage: Stage) -> None:
    sam, order_id = await stage.admin(), await _open_order(stage)
    group = await _group(stage, sam, admin=True)
    await sam.write("/bind@north_bot admin", group)
    assert (await _campus(stage))["admin_chat"] == group
    await sam.write(f"/order {order_id}", group)
    assert f"#{order_id}: looking for a runner" in (await sam.last(group))["text"]
    before = await _campus(stage)
    await sam.write("/bind", group)
    assert "a group of their own" in (await sam.last(group))["text"]
    assert await _campus(stage) == before


async def test_only_an_admin_binds(stage: Stage) -> None:
    eve = await stage.runner("Eve")
    group = await _group(stage, eve, admin=True)
    before = await _campus(stage)
    await eve.write("/bind", group)
    assert await _campus(stage) == before
    await eve.write("/bind")
    assert "/bind admin" in await eve.text()


async def test_the_link_lets_runners_in_and_nobody_else(stage: Stage) -> None:
    sam = await stage.admin()
    group = await _group(stage, sam, admin=True)
    await sam.write("/bind", group)
    link = (await _campus(stage))["runner_invite"]
    ana, eve = await stage.runner("Ana"), await stage.somebody("Eve")
    for one in (ana, eve):
        await stage.sim("join", user=one.id, invite_link=link)
    await stage.quiet()
    (seen,) = [each for each in await stage.sim("groups", "GET") if each["id"] == group]
    assert seen["members"].get(str(ana.id)) == "member"
    assert seen["members"].get(str(eve.id)) != "member"


async def test_an_anonymous_administrator_gets_a_hint(stage: Stage) -> None:
    group, sam = stage.groups["north"], await stage.admin()
    chat = {"id": group, "type": "supergroup", "title": "Runners"}
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    message = {"message_id": 9, "date": 1, "chat": chat, "from": anonymous, "sender_chat": chat, "text": "/bind"}
    await stage.sim("updates", bot="north_bot", update={"message": message})
    await stage.quiet()
    assert "anonymous administrator" in (await sam.last(group))["text"]


async def _runner_status(stage: Stage, one: Somebody) -> str:
    here = membership.c.campus_id == stage.campuses["north"]
    (row,) = await stage.rows(membership, membership.c.person_id == one.id, here)
    return str(row["runner_status"])


async def _open_order(stage: Stage) -> int:
    order_id = await (await stage.customer()).order_food()
    await stage.publish(order_id)
    return order_id


async def _group(stage: Stage, one: Somebody, *, admin: bool) -> int:
    admins = ["north_bot"] if admin else []
    made = await stage.sim("groups", title="New", members=[one.id], bots=["north_bot"], admins=admins)
    return int(made["id"])


async def _campus(stage: Stage) -> Json:
    (row,) = await stage.rows(campus, campus.c.id == stage.campuses["north"])
    return row
