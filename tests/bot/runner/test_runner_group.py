"""The runner group: who may take no jobs leaves it, is not heard in it, and reads the way back."""

import time
from datetime import timedelta

import pytest

from bot.transport.group_care.removal_refusals import RemovalRefusal, read_refusal
from domain.campuses.people import RunnerStatus
from domain.campuses.tables import campus, membership
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.restrictions.tables import group_removal
from tests.stack.bot_stack import NORTH, BotStack, BotUser, Json, wait_until
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import open_order

pytestmark = pytest.mark.drill

INVITE = "https://t.me/+north"


async def status_in_group(stack: BotStack, one: BotUser) -> str:
    """The status of a person in the runner group of north."""
    groups = await stack.control_telegram("groups", "GET")
    (seen,) = [each for each in groups if each["id"] == stack.groups["north"]]
    return str(seen["members"].get(str(one.id), "left"))


async def removal_of(stack: BotStack, one: BotUser) -> Json:
    return (await stack.rows(group_removal, group_removal.c.person_id == one.id))[-1]


async def wait_until_ended(stack: BotStack, one: BotUser, status: str) -> None:
    async def has_ended() -> bool:
        rows = await stack.rows(group_removal, group_removal.c.person_id == one.id)
        return {row["status"] for row in rows} == {status}

    await wait_until(has_ended)


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("Bad Request: USER_NOT_PARTICIPANT", RemovalRefusal.ABSENT),
        ("Bad Request: PARTICIPANT_ID_INVALID", RemovalRefusal.ABSENT),
        ("Bad Request: can't remove chat owner", RemovalRefusal.PROTECTED),
        ("Bad Request: user is an administrator of the chat", RemovalRefusal.PROTECTED),
        ("Bad Request: not enough rights to restrict/unrestrict chat member", RemovalRefusal.FORBIDDEN),
        ("Forbidden: bot was kicked from the supergroup chat", RemovalRefusal.FORBIDDEN),
        ("Bad Request: something new", RemovalRefusal.FORBIDDEN),
    ],
)
def test_each_refusal_of_telegram_has_a_meaning(words: str, meaning: RemovalRefusal) -> None:
    assert read_refusal(words) is meaning


async def test_a_suspended_runner_leaves_the_group_is_not_heard_there_and_gets_the_link_later(
    stack: BotStack, sam: BotUser, ana: BotUser
) -> None:
    group = stack.groups["north"]
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], runner_invite=INVITE)
    (order_id, _), ben = await open_order(stack), await stack.add_runner("Ben")
    before = len(await ben.messages(group))
    await sam.write(f"/suspend {ana.id} two bags opened")
    await ana.write("/jobs@north_bot", group)
    await wait_until_ended(stack, ana, "done")
    assert await status_in_group(stack, ana) == "left"
    calls = (await stack.control_telegram("calls", "GET"))["calls"]
    bans = [each["params"] for each in calls if each["method"] == "banChatMember"]
    (until,) = [int(ban["until_date"]) for ban in bans if int(ban["user_id"]) == ana.id]
    assert 30 < until - time.time() <= 301, "a ban that the bot could not lift ends by itself"
    said = [each["text"] for each in (await ben.messages(group))[before:] if each["from"]["is_bot"] and each["text"]]
    assert said == [], "nothing is said to a suspended runner in the group"
    assert "can't take new jobs" in (await ana.tap(Tap.CLAIM, order_id, 1))["text"]
    await sam.write(f"/unsuspend {ana.id}")
    way_back = await stack.row(
        notification, notification.c.key == "notification-unsuspended", notification.c.chat_id == ana.id
    )
    assert [button["url"] for button in way_back["buttons"]] == [INVITE]


async def test_a_barred_runner_leaves_the_groups_where_the_bar_holds_and_an_admin_stays(
    stack: BotStack, sam: BotUser, ana: BotUser
) -> None:
    kim = await stack.add_person("Kim", is_admin=True, runner_status=RunnerStatus.APPROVED)
    south = {"campus_id": stack.campuses["south"], "runner_status": RunnerStatus.APPROVED}
    await stack.insert(membership, person_id=ana.id, **south)
    for one in (kim, ana):
        await sam.write(f"/bar {one.id} 7d money two disputed payments")
        await sam.press("Yes, bar")
    await wait_until_ended(stack, kim, "void")
    await wait_until_ended(stack, ana, "done")
    rows = await stack.rows(group_removal, group_removal.c.person_id == ana.id)
    assert [row["campus_id"] for row in rows] == [stack.campuses["north"], stack.campuses["south"]]
    assert (await status_in_group(stack, ana), await status_in_group(stack, kim)) == ("left", "member")


async def test_without_the_right_the_admins_are_told_once_and_it_is_tried_again(
    stack: BotStack, ana: BotUser, admin_chat: AdminChat
) -> None:
    sam = admin_chat.sam
    plain: dict[str, Json] = {"title": "Plain", "members": [ana.id, sam.id], "bots": [NORTH[2]]}
    group = (await stack.control_telegram("groups", **plain))["id"]
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], runner_group=group)
    await sam.write(f"/suspend {ana.id} shouts")

    async def is_told() -> bool:
        return (await removal_of(stack, ana))["told_at"] is not None

    await wait_until(is_told)
    tried = await removal_of(stack, ana)
    assert tried["status"] == "due"
    assert tried["due_at"] - tried["told_at"] > timedelta(minutes=50)
    await stack.control_telegram("groups", id=group, **plain, admins=[NORTH[2]], owner=ana.id)
    await stack.update_rows(group_removal, group_removal.c.id == tried["id"], due_at=tried["told_at"])
    await wait_until_ended(stack, ana, "refused")  # the owner of a group stays
    failed = await stack.rows(notification, notification.c.name == f"group_removal:{tried['id']}")
    assert [row["args"]["error"].partition(": ")[2] for row in failed] == [
        "not enough rights to restrict/unrestrict chat member"
    ]


async def test_one_who_is_let_back_before_the_bot_came_stays(stack: BotStack, ana: BotUser) -> None:
    await stack.insert(group_removal, campus_id=stack.campuses["north"], person_id=ana.id)
    await wait_until_ended(stack, ana, "void")
    assert await status_in_group(stack, ana) == "member"
