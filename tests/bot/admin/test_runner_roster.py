"""Runners in an admin's chat: the roster, suspending with a reason, and reinstating."""

from sqlalchemy import insert

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import membership, person
from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.states import OrderStatus
from tests.cases import case
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.delivered_order_setup import open_admin_chat, send_reply
from tests.stack.order_setup import arrived_order, claimed_order, open_order


@case(45)
async def test_a_suspended_runner_reads_why_takes_nothing_new_and_finishes_open_orders(stack: BotStack) -> None:
    sam, (order_id, _, ana), (other, _) = await stack.add_admin(), await claimed_order(stack), await open_order(stack)
    await sam.write(f"/suspend {ana.id} two bags  opened")
    assert "Ana is suspended" in await sam.text()
    assert await _runner_status(stack, ana) == RunnerStatus.SUSPENDED
    (told,) = await stack.rows(
        notification, notification.c.key == "notification-suspended", notification.c.chat_id == ana.id
    )
    assert told["args"] == {"reason": "two bags opened"}
    (row,) = await stack.rows(event_log, event_log.c.subject_id == str(ana.id), event_log.c.after == "suspended")
    assert (row["actor_id"], row["reason"]) == (sam.id, "two bags opened")
    assert "can't take new jobs" in (await ana.tap(Tap.CLAIM, other, 1))["text"]
    for tap in (Tap.BOUGHT_AS_ESTIMATED, Tap.PICKED_UP, Tap.ARRIVED):
        await ana.tap(tap, order_id, 2)
    await ana.write(str((await stack.order_row(order_id))["pin"]))
    assert await stack.status(order_id) is OrderStatus.DELIVERED
    assert "link" in (await ana.tap(Tap.SET_UP_PAYOUT, 0))["text"]
    await sam.write(f"/unsuspend {ana.id}")
    assert "may take jobs again" in await sam.text()
    assert "is yours" in (await ana.tap(Tap.CLAIM, other, 1))["text"]
    await sam.write(f"/unsuspend {ana.id}")
    assert "out of date" in await sam.text()


async def test_the_roster_says_how_each_runner_does_and_suspends_after_a_question(stack: BotStack) -> None:
    sam, (_, _, ana) = await stack.add_admin(), await claimed_order(stack)
    zoe, abe = f"Zoe{ana.id}", f"Abe{ana.id}"  # names that no other test uses
    await stack.update_rows(person, person.c.id == ana.id, first_name=zoe)
    ben = await stack.add_person(abe)
    await ben.tap(Tap.ASK_TO_RUN, argument=1)
    await sam.write("/runners")
    assert f"{abe} ({ben.id}) · asks to join · 0 now · 0 done · no pay-out yet" in await sam.text()
    await sam.press(f"Approve {abe}")
    assert await _runner_status(stack, ben) == RunnerStatus.APPROVED
    await _find_runner(sam, zoe)
    assert f"{zoe} ({ana.id}) · approved · 1 now · 0 done" in await sam.text()
    await sam.press(f"Suspend {zoe}")
    assert f"Suspend {zoe} ({ana.id})?" in await sam.text()
    assert await sam.labels() == ["Leave it as it is", "Yes, suspend"]
    await sam.press("Yes, suspend")
    await sam.write("never answers")
    assert await _runner_status(stack, ana) == RunnerStatus.SUSPENDED
    await _find_runner(sam, zoe, f"Let {zoe} back")
    assert "told" in (await sam.press(f"Let {zoe} back"))["text"]
    assert await _runner_status(stack, ana) == RunnerStatus.APPROVED


async def _find_runner(sam: BotUser, name: str, label: str | None = None) -> None:
    await sam.write("/runners")
    while not any((label or f"Suspend {name}") in each for each in await sam.labels()):
        await sam.press("▶")


async def test_a_runner_is_suspended_in_reply_to_a_message_about_their_order(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    async with open_admin_chat(stack) as admin_chat:
        await admin_chat.sam.write("/board", admin_chat.chat)
        number = (await admin_chat.sam.last_message(admin_chat.chat))["message_id"]
        row = {
            "campus_id": stack.campuses["north"],
            "name": f"alert {order_id}",
            "chat_id": admin_chat.chat,
            "key": "notification-stuck",
        }
        async with stack.work() as work:
            await work.connection.execute(
                insert(notification).values(**row, order_id=order_id, message_id=number, status="sent")
            )
        await send_reply(admin_chat.sam, number, f"/suspend {admin_chat.sam.id}", admin_chat.chat)
        assert await _runner_status(stack, ana) == RunnerStatus.APPROVED, "a number alone is no reason"
        await send_reply(admin_chat.sam, number, "/suspend shouts", admin_chat.chat)
        assert "is suspended" in (await admin_chat.sam.last_message(admin_chat.chat))["text"]
    assert await _runner_status(stack, ana) == RunnerStatus.SUSPENDED


async def test_no_admin_suspends_or_reinstates_themselves(stack: BotStack) -> None:
    sam = await stack.add_person("Sam", is_admin=True, runner_status=RunnerStatus.SUSPENDED)
    for command in (f"/suspend {sam.id} why not", f"/unsuspend {sam.id}"):
        await sam.write(command)
        assert "not yours" in await sam.text(), command
    assert await _runner_status(stack, sam) == RunnerStatus.SUSPENDED


async def _runner_status(stack: BotStack, one: BotUser) -> str:
    here = membership.c.campus_id == stack.campuses["north"]
    (row,) = await stack.rows(membership, membership.c.person_id == one.id, here)
    return str(row["runner_status"])
