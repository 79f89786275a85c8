"""Whom a command about people means: a name of several people and a message about two are asked about first."""

import pytest

from bot.conversation.relay.offer import checksum_text
from domain.campuses.people import RunnerStatus
from domain.campuses.tables import person
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.tables import conversation_state
from domain.restrictions.tables import restriction
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import arrived_order, open_order

pytestmark = pytest.mark.drill


async def add_namesakes(stack: BotStack, name: str, **membership_columns: Json) -> tuple[BotUser, BotUser]:
    """Two people who have this @name for the bot: the first gave it up, and the second took it."""
    both = await stack.add_person("Lee", **membership_columns), await stack.add_person("Kit", **membership_columns)
    for one in both:
        await stack.update_rows(person, person.c.id == one.id, username=name)
    return both


async def message_about(admin_chat: AdminChat, order_id: int | None, *about: int) -> int:
    """Put a message about an order, and perhaps about these people, into the admin chat; return its number."""
    await admin_chat.write("/board")
    number = int((await admin_chat.sam.last_message(admin_chat.chat))["message_id"])
    where = {"campus_id": admin_chat.stack.campuses["north"], "chat_id": admin_chat.chat, "message_id": number}
    what = {"name": f"alert {number} of {admin_chat.chat}", "key": "notification-stuck", "status": "sent"}
    await admin_chat.stack.insert(notification, **where, **what, order_id=order_id, about=list(about))
    return number


async def test_a_name_of_several_people_is_asked_about_and_changes_nothing(stack: BotStack, sam: BotUser) -> None:
    lee, kit = await add_namesakes(stack, "two_have_it")
    asked = await sam.answer_to("/bar @Two_Have_It 7d money two disputed payments")
    assert "2 people may be meant. Nothing has happened yet." in asked
    assert f"Lee ({lee.id}) · no order yet" in asked
    assert f"Kit ({kit.id}) · no order yet" in asked
    assert await stack.rows(restriction, restriction.c.person_id.in_((lee.id, kit.id))) == []
    assert f"Bar Lee ({lee.id}) from ordering and delivering" in await sam.screen_after("Lee · no order yet")
    assert "two disputed payments" in await sam.text()
    await sam.press("Yes, bar")
    (bar,) = await stack.rows(restriction, restriction.c.person_id.in_((lee.id, kit.id)))
    assert (bar["person_id"], bar["status"]) == (lee.id, "active")


async def test_a_button_of_a_former_question_is_out_of_date(stack: BotStack, sam: BotUser) -> None:
    _, kit = await add_namesakes(stack, "asked_twice")
    former = Tap.ADDRESSEE, kit.id, checksum_text("bar 7d money first")
    await sam.write("/bar @asked_twice 7d money first")
    await sam.write("/bar @asked_twice 7d money second")
    assert "out of date" in (await sam.tap(*former))["text"]
    await sam.write("/bar @asked_twice 7d money first")
    await sam.write("/restrictions")
    assert "out of date" in (await sam.tap(*former))["text"]
    assert await stack.rows(restriction, restriction.c.person_id == kit.id) == []


@pytest.mark.parametrize(
    ("command", "before", "after"),
    [
        ("suspend @{} late twice", RunnerStatus.APPROVED, RunnerStatus.SUSPENDED),
        ("unsuspend @{}", RunnerStatus.SUSPENDED, RunnerStatus.APPROVED),
        ("approve @{}", RunnerStatus.ASKED, RunnerStatus.APPROVED),
    ],
)
async def test_the_commands_of_the_roster_ask_too(
    stack: BotStack, sam: BotUser, command: str, before: RunnerStatus, after: RunnerStatus
) -> None:
    name = f"roster_{before}"
    lee, kit = await add_namesakes(stack, name, runner_status=before)
    assert "2 people may be meant" in await sam.answer_to(f"/{command.format(name)}")
    assert await stack.runner_status(lee) == await stack.runner_status(kit) == before
    await sam.press("Kit · no order yet")
    assert (await stack.runner_status(lee), await stack.runner_status(kit)) == (before, after)


async def test_a_name_is_told_apart_by_the_last_order_and_lifts_too(stack: BotStack, sam: BotUser) -> None:
    order_id, mei = await open_order(stack)
    kit = await stack.add_person("Kit")
    for one in (mei, kit):
        await stack.update_rows(person, person.c.id == one.id, username="ordered_once")
        await sam.write(f"/bar {one.id} 7d conduct shouts")
        await sam.press("Yes, bar")
    await sam.write("/unbar @ordered_once it was somebody else")
    assert f"last order #{order_id}, " in await sam.text()
    await sam.press(f"Mei · #{order_id}, ")
    rows = await stack.rows(restriction, restriction.c.person_id.in_((mei.id, kit.id)))
    assert {row["person_id"]: row["status"] for row in rows} == {mei.id: "lifted", kit.id: "active"}


async def test_a_reply_means_the_person_the_message_is_about(stack: BotStack, admin_chat: AdminChat) -> None:
    order_id, mei, ana = await arrived_order(stack)
    for one in (ana, mei):
        number = await message_about(admin_chat, order_id, one.id)
        assert f"({one.id}) from ordering" in await admin_chat.answer_to("/bar 7d money why", reply_to=number)
    number = await message_about(admin_chat, None, ana.id)
    assert f"({ana.id}) from ordering" in await admin_chat.answer_to("/bar 7d money why", reply_to=number)


async def test_a_reply_to_a_message_about_two_is_asked_about_unless_only_one_can_be_meant(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    order_id, mei, ana = await arrived_order(stack)
    number = await message_about(admin_chat, order_id)
    asked = await admin_chat.answer_to("/limit 7d money 1open why", reply_to=number)
    assert "2 people may be meant" in asked
    assert f"({mei.id})" in asked
    assert f"({ana.id})" in asked
    assert "is suspended" in await admin_chat.answer_to("/suspend shouts", reply_to=number)
    assert await stack.runner_status(ana) == RunnerStatus.SUSPENDED, "the customer is no runner"


async def test_the_number_of_an_order_means_its_runner_to_the_roster_and_its_customer_to_a_bar(
    stack: BotStack, sam: BotUser
) -> None:
    order_id, mei, ana = await arrived_order(stack)
    assert f"({mei.id}) from ordering" in await sam.answer_to(f"/bar #{order_id} 7d money why")
    assert "is suspended" in await sam.answer_to(f"/suspend #{order_id} shouts")
    assert await stack.runner_status(ana) == RunnerStatus.SUSPENDED
    unclaimed, _ = await open_order(stack)
    assert "Nobody here has this number or name" in await sam.answer_to(f"/suspend #{unclaimed} shouts")


@pytest.mark.parametrize("command", ["unbar 1 why", "suspend 1 why", "unsuspend 1", "approve", "bar", "runners"])
async def test_a_command_about_people_ends_a_question_that_waits(stack: BotStack, sam: BotUser, command: str) -> None:
    waits = {"pending_input": PendingInput.ADMIN_REASON, "subject": 1, "detail": "cancel"}
    await stack.insert(conversation_state, campus_id=stack.campuses["north"], person_id=sam.id, **waits)
    await sam.write(f"/{command}")
    kept = await stack.rows(conversation_state, conversation_state.c.person_id == sam.id)
    assert [row["pending_input"] for row in kept if row["pending_input"] == PendingInput.ADMIN_REASON] == []


async def test_a_forged_button_of_a_person_does_nothing(stack: BotStack, sam: BotUser, mei: BotUser) -> None:
    assert "out of date" in (await sam.tap(Tap.ADDRESSEE, mei.id, 1))["text"]
    assert await stack.rows(restriction, restriction.c.person_id == mei.id) == []
