"""Groups: the bot is silent where it has no part, and leaves a group that nobody binds, with a word first."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func

from bot.transport.user_rate_limit import MAX_BURST
from domain.campuses.group_repository import lease_groups_to_leave
from domain.campuses.people import RunnerStatus
from domain.campuses.tables import campus, membership, person, unbound_group
from domain.messaging.buttons import Tap
from tests.stack.bot_stack import NORTH, PERSON_IDS, BotStack, BotUser, Json, wait_until
from tests.stack.order_setup import bind_group, post_update
from tests.stack.raw_updates import UPDATE_IDS

pytestmark = pytest.mark.drill

DAY = timedelta(hours=24)


async def add_stranger(stack: BotStack) -> BotUser:
    """Add a person who never wrote to the bot."""
    one = BotUser(id=next(PERSON_IDS), stack=stack)
    await stack.control_telegram("users", id=one.id, first_name="Eve", language_code="en")
    return one


async def make_group(stack: BotStack, owner: BotUser, **more: Json) -> int:
    """Let this person add the bot to a group of theirs."""
    made = await stack.control_telegram("groups", title="Elsewhere", members=[owner.id], bots=[NORTH[2]], **more)
    await stack.wait_until_idle()
    return int(made["id"])


async def bot_texts(one: BotUser, group: int) -> list[str]:
    """What the bot said in a group, as this member reads it."""
    return [each["text"] for each in await one.messages(group) if each["from"]["is_bot"] and each["text"]]


async def row_of(stack: BotStack, group: int) -> Json | None:
    """The row of an unbound group."""
    rows = await stack.rows(unbound_group, unbound_group.c.chat_id == group)
    return rows[0] if rows else None


async def is_member(stack: BotStack, group: int) -> bool:
    """Whether the bot is in the group."""
    (seen,) = [each for each in await stack.control_telegram("groups", "GET") if each["id"] == group]
    return bool(seen["members"][NORTH[1].partition(":")[0]] in ("member", "administrator"))


async def let_time_pass(stack: BotStack, group: int, *, added: timedelta) -> None:
    """Let a group's time be over, as if the bot had been added so long ago."""
    here = unbound_group.c.chat_id == group
    await stack.update_rows(unbound_group, here, added_at=func.now() - added, leave_at=func.now())


async def wait_until_left(stack: BotStack, group: int) -> None:
    async def has_left() -> bool:
        return not await is_member(stack, group) and await row_of(stack, group) is None

    await wait_until(has_left)


@pytest.fixture
async def foreign_group(stack: BotStack) -> AsyncIterator[tuple[int, BotUser]]:
    """A group of no campus that an admin added the bot to, and a stranger in it."""
    sam, eve = await stack.add_admin(), await add_stranger(stack)
    group = await make_group(stack, sam)
    await stack.control_telegram("groups", id=group, title="Elsewhere", members=[eve.id], bots=[NORTH[2]])
    yield group, eve
    await stack.control_telegram("leave", chat=group, bot=NORTH[2])


async def test_a_stranger_in_a_group_of_no_campus_reads_nothing_and_gets_no_row(
    stack: BotStack, foreign_group: tuple[int, BotUser]
) -> None:
    group, eve = foreign_group
    before = await bot_texts(eve, group)
    for line in ("/board", "/start", "/help@north_bot", "/bind", "/bind admin", "/nonsense"):
        await eve.write(line, group)
    assert await bot_texts(eve, group) == before
    assert await stack.rows(person, person.c.id == eve.id) == []
    assert await stack.rows(membership, membership.c.person_id == eve.id) == []


async def test_a_flood_in_a_group_is_answered_by_nothing(stack: BotStack, foreign_group: tuple[int, BotUser]) -> None:
    group, eve = foreign_group
    before = [await stack.calls("sendMessage", one) for one in (group, eve.id)]
    chat = {"id": group, "type": "supergroup", "title": "Elsewhere"}
    sender = {"id": eve.id, "is_bot": False, "first_name": "Eve", "language_code": "en"}
    for _ in range(MAX_BURST + 5):
        message = {"message_id": next(UPDATE_IDS), "date": 1, "chat": chat, "from": sender, "text": "/board"}
        await post_update(stack, {"update_id": next(UPDATE_IDS), "message": message})
    assert [await stack.calls("sendMessage", one) for one in (group, eve.id)] == before


async def test_neither_anonymous_administrators_nor_channels_are_answered_in_a_group_of_no_campus(
    stack: BotStack, foreign_group: tuple[int, BotUser]
) -> None:
    group, eve = foreign_group
    before = await bot_texts(eve, group)
    chat = {"id": group, "type": "supergroup", "title": "Elsewhere"}
    channel = {"id": -1009, "type": "channel", "title": "News"}
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    in_its_name = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
    for sender, sender_chat in ((anonymous, chat), (in_its_name, channel)):
        message = {"message_id": 9, "date": 1, "chat": chat, "from": sender, "sender_chat": sender_chat}
        await stack.control_telegram("updates", bot=NORTH[2], update={"message": message | {"text": "/bind"}})
    await stack.wait_until_idle()
    assert await bot_texts(eve, group) == before


async def test_a_strangers_tap_in_a_group_of_no_campus_gets_its_toast_and_no_row(
    stack: BotStack, foreign_group: tuple[int, BotUser]
) -> None:
    group, eve = foreign_group
    answer = await eve.tap(Tap.CLAIM, 1, 1, chat=group)
    assert "not yours" in answer["text"]
    assert await stack.rows(membership, membership.c.person_id == eve.id) == []


async def test_in_the_runner_group_runners_are_heard_and_others_are_not(stack: BotStack) -> None:
    group, mei, ana = stack.groups["north"], await stack.add_person(), await stack.add_runner()
    zoe = await stack.add_person("Zoe", runner_status=RunnerStatus.SUSPENDED)
    for one, is_answered in ((mei, False), (ana, True), (zoe, False)):
        before = len(await bot_texts(one, group))
        await one.write("/board", group)
        assert len(await bot_texts(one, group)) == before + is_answered, one


async def test_no_runner_floods_the_runner_group_through_the_bot(stack: BotStack) -> None:
    group, zoe = stack.groups["north"], await stack.add_runner("Zoe")
    before = len(await bot_texts(zoe, group))
    for line in ("/board", "/me", "/nonsense", "/start", "/help@north_bot", "/bind") * 2:
        await zoe.write(line, group)
    (said,) = (await bot_texts(zoe, group))[before:]
    assert "private chat" in said
    sam = await stack.add_admin()
    await sam.write("/board", group)
    assert len(await bot_texts(sam, group)) == before + 2, "an admin is answered there"


async def test_an_admin_is_told_how_to_bind_a_group_and_can(stack: BotStack) -> None:
    sam = await stack.add_admin()
    group = await make_group(stack, sam, admins=[NORTH[2]])
    assert "Write /bind here" in (await sam.last_message(group))["text"]
    found = await row_of(stack, group)
    assert found is not None and (found["added_by"], found["leave_at"] - found["added_at"]) == (sam.id, DAY)
    await sam.write("/board", group)
    assert "Write /bind here" in (await sam.last_message(group))["text"]
    await bind_group(sam, group)
    assert "runner group of North" in (await sam.last_message(group))["text"]
    assert await row_of(stack, group) is None
    former = await row_of(stack, stack.groups["north"])
    assert former is not None and former["added_by"] is None, "the former runner group is left after a day"


async def test_a_group_that_a_stranger_adds_the_bot_to_is_left_with_a_word(stack: BotStack) -> None:
    eve = await add_stranger(stack)
    group = await make_group(stack, eve)
    found = await row_of(stack, group)
    assert found is not None and found["leave_at"] - found["added_at"] < timedelta(minutes=1)
    assert await bot_texts(eve, group) == []
    await let_time_pass(stack, group, added=timedelta(seconds=20))
    await wait_until_left(stack, group)
    assert len(said := await bot_texts(eve, group)) == 1
    assert "so I leave this one" in said[0]


async def test_an_admin_of_another_campus_may_add_the_bot(stack: BotStack) -> None:
    kim = await stack.add_person("Kim")
    here = {"campus_id": stack.campuses["west"], "person_id": kim.id, "is_admin": True}
    async with stack.work() as work:
        await work.connection.execute(membership.insert().values(here))
    group = await make_group(stack, kim)
    found = await row_of(stack, group)
    assert found is not None and found["leave_at"] - found["added_at"] == DAY


async def test_a_group_that_nobody_binds_for_a_day_is_left_with_a_word_once(stack: BotStack) -> None:
    sam = await stack.add_admin()
    group = await make_group(stack, sam)
    before = len(await bot_texts(sam, group))
    await stack.control_telegram("faults", kind="status", method="leaveChat", status=500)
    await let_time_pass(stack, group, added=DAY)

    async def is_told() -> bool:
        found = await row_of(stack, group)
        return found is not None and found["told_at"] is not None

    await wait_until(is_told)
    assert await is_member(stack, group)
    await let_time_pass(stack, group, added=DAY)
    await wait_until_left(stack, group)
    assert len(said := (await bot_texts(sam, group))[before:]) == 1
    assert "Nobody bound this group" in said[0]


async def test_a_group_that_takes_no_messages_is_left_without_a_word_and_one_that_is_flooded_later(
    stack: BotStack,
) -> None:
    sam = await stack.add_admin()
    closed, flooded = await make_group(stack, sam), await make_group(stack, sam)
    no_rights = "Bad Request: not enough rights to send text messages to the chat"
    await stack.control_telegram(
        "faults", kind="status", method="sendMessage", status=400, description=no_rights, chat=closed
    )
    await stack.control_telegram("faults", kind="status", method="sendMessage", retry_after=1000, chat=flooded)
    for group in (flooded, closed):
        await let_time_pass(stack, group, added=DAY)
    await wait_until_left(stack, closed)

    async def is_postponed() -> bool:
        found = await row_of(stack, flooded)
        assert found is not None
        async with stack.work() as work:
            return bool(timedelta(seconds=700) < found["leave_at"] - work.now < timedelta(seconds=1001))

    await wait_until(is_postponed)
    assert await is_member(stack, flooded)
    await stack.control_telegram("leave", chat=flooded, bot=NORTH[2])
    await stack.wait_until_idle()
    assert await row_of(stack, flooded) is None, "the bot was removed"


async def test_one_process_at_a_time_leaves_a_group_and_none_leaves_a_bound_one(stack: BotStack) -> None:
    west = stack.campuses["west"]  # no running bot leaves its groups
    due = {"campus_id": west, "leave_at": func.now()}
    async with stack.work() as work:
        await work.connection.execute(unbound_group.insert().values(due | {"chat_id": -901}))
        await work.connection.execute(unbound_group.insert().values(due | {"chat_id": -902}))
    await stack.update_rows(campus, campus.c.id == west, admin_chat=-902)
    async with stack.work() as first, stack.work() as second:
        leased = [await lease_groups_to_leave(work, [west]) for work in (first, second)]
        assert [[group.chat_id for group in groups] for groups in leased] == [[-901], []]
    async with stack.work() as third:
        assert await lease_groups_to_leave(third, [west]) == []


async def test_a_group_from_before_this_release_is_noticed_when_somebody_writes_there(stack: BotStack) -> None:
    sam, eve = await stack.add_admin(), await add_stranger(stack)
    group = await make_group(stack, sam)
    async with stack.work() as work:
        await work.connection.execute(unbound_group.delete().where(unbound_group.c.chat_id == group))
    await stack.control_telegram("groups", id=group, title="Elsewhere", members=[eve.id], bots=[NORTH[2]])
    for _ in range(2):
        await eve.write("/board", group)
    found = await row_of(stack, group)
    assert found is not None and (found["added_by"], found["leave_at"] - found["added_at"]) == (None, DAY)


async def test_a_bound_group_that_becomes_a_supergroup_is_not_left(stack: BotStack) -> None:
    """Telegram may tell of the bot in the new group, in the name of nobody known, before it tells of the move."""
    sam = await stack.add_admin()
    group = await make_group(stack, sam, type="group")
    await bind_group(sam, group, admins=True)
    new_id = -1_009_000_000_001
    user = {"id": int(NORTH[1].partition(":")[0]), "is_bot": True, "first_name": "North", "username": NORTH[2]}
    changed = {
        "chat": {"id": new_id, "type": "supergroup", "title": "Elsewhere"},
        "from": {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"},
        "date": 1,
        "old_chat_member": {"status": "left", "user": user},
        "new_chat_member": {"status": "member", "user": user},
    }
    await post_update(stack, {"update_id": next(UPDATE_IDS), "my_chat_member": changed})
    assert await row_of(stack, new_id) is not None
    moved = {"message_id": 9, "date": 1, "chat": {"id": group, "type": "group", "title": "Elsewhere"}}
    moved |= {"from": {"id": sam.id, "is_bot": False, "first_name": "Sam"}, "migrate_to_chat_id": new_id}
    await post_update(stack, {"update_id": next(UPDATE_IDS), "message": moved})
    assert await row_of(stack, new_id) is None
    (north,) = await stack.rows(campus, campus.c.id == stack.campuses["north"])
    assert north["admin_chat"] == new_id


async def test_who_adds_the_bot_to_many_groups_is_not_too_fast_to_be_noticed(stack: BotStack) -> None:
    eve, sam = await add_stranger(stack), await stack.add_admin()
    group = await make_group(stack, sam)
    user = {"id": int(NORTH[1].partition(":")[0]), "is_bot": True, "first_name": "North", "username": NORTH[2]}
    sender = {"id": eve.id, "is_bot": False, "first_name": "Eve"}
    present, absent = ({"status": status, "user": user} for status in ("member", "left"))
    chats = [-1_008_000_000_000 - number for number in range(MAX_BURST + 3)]
    for chat_id in chats:
        changed = {"chat": {"id": chat_id, "type": "supergroup", "title": "x"}, "from": sender, "date": 1}
        changed |= {"old_chat_member": absent, "new_chat_member": present}
        await post_update(stack, {"update_id": next(UPDATE_IDS), "my_chat_member": changed})
    rows = await stack.rows(unbound_group, unbound_group.c.chat_id.in_(chats))
    assert len(rows) == len(chats)
    async with stack.work() as work:
        await work.connection.execute(unbound_group.delete().where(unbound_group.c.chat_id.in_(chats)))
    assert await is_member(stack, group)
