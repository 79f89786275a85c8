"""The command menu Telegram shows: chosen by a person's roles on this campus, and set again only when they change."""

import json

from bot.conversation.commands import COMMANDS
from domain.campuses.people import RunnerStatus
from domain.campuses.tables import membership
from domain.database.actors import Role
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.order_setup import bind_group


async def offered_commands(one: BotUser, chat: int | None = None) -> list[str]:
    """The commands this person is offered in a chat."""
    found = await one.stack.control_telegram("commands", "GET", chat=chat or one.chat, user=one.id)
    return [command["command"] for command in found if command["bot"] == one.bot[2]]


async def lists_sent_after(one: BotUser, last_call: int) -> int:
    """How many lists of commands the bot has sent for this person's chat since a call."""
    calls = await one.stack.calls("setMyCommands", after=last_call)
    return [json.loads(call["params"]["scope"]).get("chat_id") for call in calls].count(one.id)


def command_names(*roles: Role) -> list[str]:
    """The names of all commands of these roles."""
    return [name for role in roles for name in COMMANDS[role]]


async def test_each_person_is_offered_what_their_roles_add_up_to(stack: BotStack) -> None:
    mei, ana, sam = await stack.add_person(), await stack.add_runner(), await stack.add_admin()
    for one in (mei, ana, sam):
        await one.write("/start")
    assert await offered_commands(mei) == command_names(Role.CUSTOMER)
    assert await offered_commands(ana) == command_names(Role.CUSTOMER, Role.RUNNER)
    assert await offered_commands(sam) == command_names(Role.CUSTOMER, Role.ADMIN)


async def test_a_list_follows_a_new_role_and_is_not_sent_with_every_message(stack: BotStack) -> None:
    mei = await stack.add_person()
    before = (await stack.control_telegram("calls", "GET"))["last"]
    await mei.write("/orders")
    assert await lists_sent_after(mei, before) == 0
    mine = membership.c.person_id == mei.id
    await stack.update_rows(membership, mine, runner_status=RunnerStatus.APPROVED)
    for _ in range(2):
        await mei.write("/jobs")
    assert "You are a runner" in await mei.text()
    assert await lists_sent_after(mei, before) == 1
    assert await offered_commands(mei) == command_names(Role.CUSTOMER, Role.RUNNER)
    await stack.update_rows(membership, mine, runner_status=RunnerStatus.SUSPENDED)
    await mei.write("/orders")
    assert await offered_commands(mei) == command_names(Role.CUSTOMER)


async def test_a_bound_admin_chat_is_offered_what_admins_can_do(stack: BotStack, sam: BotUser) -> None:
    made = await stack.control_telegram(
        "groups", title="Desk", members=[sam.id], bots=["north_bot"], admins=["north_bot"]
    )
    await bind_group(sam, made["id"], admins=True)
    assert await offered_commands(sam, made["id"]) == command_names(Role.ADMIN)


async def test_help_tells_how_it_works_and_to_runners_their_part(stack: BotStack) -> None:
    mei, ana = await stack.add_person(), await stack.add_runner()
    for one in (mei, ana):
        assert "You never pay more than that" in await one.answer_to("/help")
        assert ("Delivering" in await one.text()) is (one is ana)
        assert any(label.startswith("🍜") for label in await one.labels())
