"""Buttons of menus and forms that stay in a chat after they were used: each is answered in words, and acts no more."""

from collections.abc import AsyncIterator, Sequence

import pytest

from domain.messaging.buttons import Tap
from sandbox.telegram.telegram_server import running_telegram
from tests.bot.admin.test_admin_discrepancies import insert_discrepancy
from tests.bot.admin.test_admin_refunds import paid_order
from tests.bot.conversation.leftover_presses import LeftoverPress, press_leftovers
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.campus_setup import running_bot_stack
from tests.stack.order_setup import arrived_order, claimed_order, make_stuck_saga

pytestmark = pytest.mark.drill

LEFT = "left to press"


def faults_of(presses: Sequence[LeftoverPress]) -> list[LeftoverPress]:
    """Return the presses that nobody saw, or that did something."""
    return [press for press in presses if press.is_silent or press.acted]


async def test_the_steps_of_a_basket_that_was_typed(mei: BotUser) -> None:
    await mei.write("/start")
    await mei.press("🍜")
    for typed in ("Koufu", "rice 4.50", "tea 1.20"):
        await mei.write(typed)
    await mei.press("That's all")
    await mei.write("Lab 4")
    await mei.press("✏️ Fee")
    for typed in ("2.50", "no chili please"):
        await mei.write(typed)
    presses = await press_leftovers(mei)
    assert len(presses) > 3, LEFT
    assert faults_of(presses) == []


async def test_the_steps_of_a_basket_that_became_an_order(mei: BotUser) -> None:
    await mei.write("/start")
    await mei.press("🍜")
    for typed in ("Koufu", "rice 4.50"):
        await mei.write(typed)
    await mei.press("That's all")
    await mei.write("Lab 4")
    await mei.press("Place order")
    await mei.write("/orders")
    presses = await press_leftovers(mei)
    assert len(presses) > 3, LEFT
    assert faults_of(presses) == []


async def test_the_questions_about_oneself(mei: BotUser) -> None:
    await mei.screen_after_tap(Tap.ME, 0, 1)
    await mei.press("Choose my place")
    await mei.write("Lab 9")
    await mei.write("/me")
    await mei.press("Remove card")
    await mei.write("/me")
    await mei.write("/help")
    presses = await press_leftovers(mei)
    assert len(presses) > 3, LEFT
    assert faults_of(presses) == []


async def test_the_forms_of_a_runner(stack: BotStack) -> None:
    order_id, _mei, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.write("4.20")
    await ana.press("Picked up")
    await ana.tap(Tap.ARRIVED, order_id, 2)
    for wrong_pin in ("1111", "2222"):
        await ana.write(wrong_pin)
    await ana.write("/me")
    presses = await press_leftovers(ana)
    assert len(presses) > 3, LEFT
    assert faults_of(presses) == []


async def test_a_question_whether_words_are_sent_on_that_newer_words_replaced(stack: BotStack) -> None:
    _order_id, mei, _ana = await claimed_order(stack)
    await mei.write("are you there?")
    first = await mei.last_message()
    await mei.write("I am at the gate")
    newest = await mei.last_message()
    (yes, no), (yes_to_both, _) = first["buttons"][0], newest["buttons"][0]
    for old in (yes, no):
        said = (await mei.forge_tap(old["data"], message_id=first["message_id"]))["text"]
        assert "out of date" in said, "they wait in the newer question"
    await mei.forge_tap(yes_to_both["data"], message_id=newest["message_id"])
    assert "Sent to Ana" in await mei.text()
    await mei.forge_tap(no["data"], message_id=first["message_id"])
    (shown,) = [each["text"] for each in await mei.messages() if each["message_id"] == first["message_id"]]
    assert "Nothing of yours waits" in shown, "they were sent: nobody may read that they were not"


async def test_the_form_of_a_problem(stack: BotStack) -> None:
    order_id, mei, ana = await arrived_order(stack)
    await mei.tap(Tap.PROBLEM, order_id, 2)
    await mei.write("/me")
    await ana.write("/me")
    for one in (mei, ana):
        assert faults_of(await press_leftovers(one)) == []


@pytest.fixture
async def own_stack(database_url: str, redis_url: str) -> AsyncIterator[BotStack]:
    """A campus for one test: nothing that another test left stands on its lists, to be decided by a press."""
    async with (
        running_telegram() as telegram_url,
        running_bot_stack(database_url, redis_url, telegram_url, webhooks=True, names=("north",)) as ready,
    ):
        yield ready


async def test_the_lists_and_questions_of_an_admin(own_stack: BotStack) -> None:
    stack = own_stack
    sam, number = await stack.add_admin(), await make_stuck_saga(stack)
    found = await insert_discrepancy(stack)
    await sam.write("/stuck")
    await sam.tap(Tap.RESOLVE, number)
    await sam.write("settled elsewhere")
    await sam.write("/differences")
    await sam.tap(Tap.SETTLE_DISCREPANCY, found)
    await sam.write("nobody, reversed by hand")
    for command in ("/board", "/runners", "/held", "/parked", "/cases", "/restrictions", "/help"):
        await sam.write(command)
    presses = await press_leftovers(sam)
    assert len(presses) > 3, LEFT
    assert faults_of(presses) == []


async def test_the_questions_about_an_order_and_its_runner(stack: BotStack) -> None:
    sam, (order_id, _mei, ana) = await stack.add_admin(), await claimed_order(stack)
    await sam.write(f"/order {order_id}")
    await sam.write(f"/cancel {order_id}")
    await sam.write("no rice left")
    await sam.write(f"/suspend {ana.id}")
    await sam.write("did not come")
    await sam.write("/help")
    presses = await press_leftovers(sam)
    assert len(presses) > 3, LEFT
    assert faults_of(presses) == []


async def test_the_form_of_a_refund(stack: BotStack) -> None:
    sam, (_, _ana, order_id) = await stack.add_admin(), await paid_order(stack)
    await sam.write(f"/order {order_id}")
    await sam.press("Refund")
    await sam.press(next(label for label in await sam.labels() if "bear" in label))
    await sam.write("1.00 no sauce")
    await sam.write("/help")
    presses = await press_leftovers(sam)
    assert presses != [], LEFT
    assert faults_of(presses) == []
