"""The commands Telegram offers: by what a person is on this campus, asked for again only when that changed."""

from bot.commands import COMMANDS
from domain.people import Role, RunnerStatus
from domain.store.schema import membership
from tests.bot.stage import Somebody, Stage


async def offered(one: Somebody, chat: int | None = None) -> list[str]:
    """What this person is offered in a chat."""
    found = await one.stage.sim("commands", "GET", chat=chat or one.chat, user=one.id)
    return [command["command"] for command in found if command["bot"] == one.bot[2]]


def named(*roles: Role) -> list[str]:
    """All commands of these roles."""
    return [name for role in roles for name in COMMANDS[role]]


async def test_each_is_offered_what_her_roles_add_up_to(stage: Stage) -> None:
    mei, ana, sam = await stage.somebody(), await stage.runner(), await stage.admin()
    for one in (mei, ana, sam):
        await one.write("/start")
    assert await offered(mei) == named(Role.CUSTOMER)
    assert await offered(ana) == named(Role.CUSTOMER, Role.RUNNER)
    assert await offered(sam) == named(Role.CUSTOMER, Role.ADMIN)


async def test_a_list_follows_a_new_role_and_is_not_sent_with_every_message(stage: Stage) -> None:
    mei = await stage.somebody()
    before = (await stage.sim("calls", "GET"))["last"]
    await mei.write("/orders")
    assert await stage.calls("setMyCommands", before) == []
    mine = membership.c.person_id == mei.id
    await stage.change(membership, mine, runner_status=RunnerStatus.APPROVED)
    for _ in range(2):
        await mei.write("/jobs")
    assert "You are a runner" in await mei.text()
    assert len(await stage.calls("setMyCommands", before)) == 1
    assert await offered(mei) == named(Role.CUSTOMER, Role.RUNNER)
    await stage.change(membership, mine, runner_status=RunnerStatus.SUSPENDED)
    await mei.write("/orders")
    assert await offered(mei) == named(Role.CUSTOMER)


async def test_a_bound_admin_chat_is_offered_what_admins_can_do(stage: Stage) -> None:
    sam = await stage.admin()
    made = await stage.sim("groups", title="Desk", members=[sam.id], bots=["north_bot"], admins=["north_bot"])
    await sam.write("/bind admin", made["id"])
    assert await offered(sam, made["id"]) == named(Role.ADMIN)


async def test_help_tells_how_it_works_and_to_runners_their_part(stage: Stage) -> None:
    mei, ana = await stage.somebody(), await stage.runner()
    for one in (mei, ana):
        await one.write("/help")
        assert "You never pay more than that" in await one.text()
        assert ("Delivering" in await one.text()) is (one is ana)
        assert any(label.startswith("🍜") for label in await one.labels())
