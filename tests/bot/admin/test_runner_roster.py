"""Runners in an admin's chat: the roster, suspending with a reason, and reinstating."""

import pytest
from sqlalchemy import insert

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import person
from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.states import OrderStatus
from tests.cases import case
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import arrived_order, claimed_order, open_order

pytestmark = pytest.mark.drill


@case(45)
async def test_a_suspended_runner_reads_why_takes_nothing_new_and_finishes_open_orders(stack: BotStack) -> None:
    sam, (order_id, _, ana), (other, _) = await stack.add_admin(), await claimed_order(stack), await open_order(stack)
    assert "Ana is suspended" in await sam.answer_to(f"/suspend {ana.id} two bags  opened")
    assert await stack.runner_status(ana) == RunnerStatus.SUSPENDED
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
    assert "may take jobs again" in await sam.answer_to(f"/unsuspend {ana.id}")
    assert "is yours" in (await ana.tap(Tap.CLAIM, other, 1))["text"]
    assert "nothing to do for that" in await sam.answer_to(f"/unsuspend {ana.id}")


async def test_the_roster_says_how_each_runner_does_and_suspends_after_a_question(stack: BotStack) -> None:
    sam, (_, _, ana) = await stack.add_admin(), await claimed_order(stack)
    zoe, abe = f"Zoe{ana.id}", f"Abe{ana.id}"  # names that no other test uses
    await stack.update_rows(person, person.c.id == ana.id, first_name=zoe)
    ben = await stack.add_person(abe)
    await ben.tap(Tap.ASK_TO_RUN, argument=1)
    assert f"{abe} ({ben.id}) · asks to join · 0 now · 0 done · no pay-out yet" in await sam.answer_to("/runners")
    await sam.press(f"Approve {abe}")
    assert await stack.runner_status(ben) == RunnerStatus.APPROVED
    await _find_runner(sam, zoe)
    assert f"{zoe} ({ana.id}) · approved · 1 now · 0 done" in await sam.text()
    assert f"Suspend {zoe} ({ana.id})?" in await sam.screen_after(f"Suspend {zoe}")
    assert await sam.labels() == ["Leave it as it is", "Yes, suspend"]
    await sam.press("Yes, suspend")
    await sam.write("never answers")
    assert await stack.runner_status(ana) == RunnerStatus.SUSPENDED
    await _find_runner(sam, zoe, f"Let {zoe} back")
    assert "told" in (await sam.press(f"Let {zoe} back"))["text"]
    assert await stack.runner_status(ana) == RunnerStatus.APPROVED


async def _find_runner(sam: BotUser, name: str, label: str | None = None) -> None:
    await sam.write("/runners")
    while not any((label or f"Suspend {name}") in each for each in await sam.labels()):
        await sam.press("▶")


async def test_a_runner_is_suspended_in_reply_to_a_message_about_their_order(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    order_id, _, ana = await arrived_order(stack)
    await admin_chat.write("/board")
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
    await admin_chat.write(f"/suspend {admin_chat.sam.id}", reply_to=number)
    assert await stack.runner_status(ana) == RunnerStatus.APPROVED, "a number alone is no reason"
    await admin_chat.write("/suspend shouts", reply_to=number)
    assert "is suspended" in await admin_chat.text()
    assert await stack.runner_status(ana) == RunnerStatus.SUSPENDED


async def test_no_admin_suspends_or_reinstates_themselves(stack: BotStack) -> None:
    sam = await stack.add_person("Sam", is_admin=True, runner_status=RunnerStatus.SUSPENDED)
    await stack.add_admin("Kim")
    for command in (f"/suspend {sam.id} why not", f"/unsuspend {sam.id}"):
        assert "Another admin has to do this" in await sam.answer_to(command), command
    assert await stack.runner_status(sam) == RunnerStatus.SUSPENDED


async def test_a_command_about_nobody_is_not_answered_as_a_button(stack: BotStack, sam: BotUser) -> None:
    said = await sam.answer_to("/approve 999999")
    assert "button" not in said
    assert "/approve" not in said
    assert "nothing to do for that" in said or "no member" in said.lower() or "knows nobody" in said.lower()
