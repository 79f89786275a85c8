"""Strangers in a private chat: they read how to get in, and then rarely, while their taps are always answered."""

import pytest
from sqlalchemy import func

from bot.transport.user_rate_limit import MAX_BURST
from domain.campuses.tables import campus, membership, stranger_reply
from domain.messaging.buttons import Tap
from tests.bot.conversation.test_groups import add_stranger
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.order_setup import post_update, raw_message_update

CODE = "north-2026"
WAY_IN = "scan the CampusG poster"


@pytest.fixture(autouse=True)
async def invitation_only_campus(stack: BotStack) -> None:
    """Close the campus to people without an invitation, for the length of a test."""
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], open_to_all=False, invite_code=CODE)


async def bot_texts(one: BotUser) -> list[str]:
    """What the bot wrote to this person."""
    return [each["text"] for each in await one.messages() if each["from"]["is_bot"]]


async def let_an_hour_pass(stack: BotStack, one: BotUser) -> None:
    earlier = func.now() - func.make_interval(0, 0, 0, 0, 1, 1)
    await stack.update_rows(stranger_reply, stranger_reply.c.person_id == one.id, told_at=earlier)


@pytest.mark.parametrize("first", ["/start", "hello", "/orders", "/board", "/me", "/bind", "/nonsense"])
async def test_whatever_a_stranger_writes_first_they_read_how_to_get_in_and_then_nothing_for_an_hour(
    stack: BotStack, first: str
) -> None:
    eve = await add_stranger(stack)
    await eve.write(first)
    (said,) = await bot_texts(eve)
    assert WAY_IN in said
    for line in ("/start", "let me in", "/board", "/orders", "/me"):
        await eve.write(line)
    assert await bot_texts(eve) == [said]
    await let_an_hour_pass(stack, eve)
    for line in ("/board", "please"):
        await eve.write(line)
    assert await bot_texts(eve) == [said, said]


async def test_a_wrong_link_is_told_beside_the_way_in_and_then_rarely(stack: BotStack) -> None:
    eve = await add_stranger(stack)
    for line in ("/start", "/start north-2025", "/start north-2024"):
        await eve.write(line)
    assert [("does not work any more" in said, WAY_IN in said) for said in await bot_texts(eve)] == [
        (False, True),
        (True, True),
    ]


async def test_the_right_code_is_taken_however_often_a_stranger_wrote_before(stack: BotStack) -> None:
    eve = await add_stranger(stack)
    for line in ("/start", "hello", "/start wrong", f"/start {CODE}"):
        await eve.write(line)
    assert "You are in" in await eve.text()
    before = len(await bot_texts(eve))
    for _ in range(2):
        await eve.write("/orders")
    assert len(await bot_texts(eve)) == before + 2


async def test_the_taps_of_a_stranger_are_answered(stack: BotStack) -> None:
    eve = await add_stranger(stack)
    await eve.write("/start")
    for _ in range(2):
        assert (await eve.tap(Tap.ORDER_FOOD))["text"].startswith("Ordering needs an invitation")


async def test_what_a_stranger_forwards_is_answered_as_rarely(stack: BotStack) -> None:
    eve = await add_stranger(stack)
    await eve.write("/start")
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Somebody"}
    for _ in range(3):
        await post_update(stack, raw_message_update(eve, text="/board", forward_origin=origin))
    (said,) = await bot_texts(eve)
    assert WAY_IN in said


async def test_a_stranger_who_floods_is_not_told_that_it_is_too_fast(stack: BotStack) -> None:
    eve = await add_stranger(stack)
    await eve.write("/start")
    for _ in range(MAX_BURST + 2):
        await post_update(stack, raw_message_update(eve, text="hello"))
    assert len(await bot_texts(eve)) == 1


async def test_a_person_with_an_order_is_no_stranger_when_the_campus_closes(stack: BotStack) -> None:
    north = campus.c.id == stack.campuses["north"]
    await stack.update_rows(campus, north, open_to_all=True)
    mei = await stack.add_customer()
    await mei.order_food()
    await stack.update_rows(campus, north, open_to_all=False)
    before = len(await bot_texts(mei))
    for _ in range(2):
        await mei.write("/orders")
    assert len(await bot_texts(mei)) == before + 2
    (row,) = await stack.rows(membership, membership.c.person_id == mei.id)
    assert not row["admitted"]
