"""What phones and keyboards of the world send: digits, commands, names and labels, as a person reads them."""

import pytest

from domain.campuses.tables import person
from domain.messaging.buttons import Tap
from domain.orders.drafts.tables import draft
from domain.orders.states import OrderStatus
from domain.words import say_plain
from tests.stack.bot_stack import BASKET_PATH, BotStack, BotUser
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import arrived_order, claimed_order, post_update, raw_message_update

ZEROS = {"arabic": "٠", "devanagari": "०", "full width": "０"}


@pytest.mark.parametrize("zero", ZEROS.values(), ids=ZEROS)
async def test_a_pin_counts_in_the_digits_of_any_keyboard(stack: BotStack, zero: str) -> None:
    order_id, _, ana = await arrived_order(stack)
    pin = (await stack.order_row(order_id))["pin"]
    await ana.write("".join(chr(ord(zero) + int(digit)) for digit in pin))
    assert await stack.status(order_id) is OrderStatus.DELIVERED


async def test_a_pin_with_spaces_between_its_digits_counts(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    await ana.write(" ".join((await stack.order_row(order_id))["pin"]))
    assert await stack.status(order_id) is OrderStatus.DELIVERED


async def test_a_receipt_counts_as_people_write_it(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.write("٤٫٢٠ SGD")
    assert (await stack.order_row(order_id))["receipt"] == 420


@pytest.mark.parametrize("typed", ["/ORDERS", "/Orders.", "／orders", "\ufeff/orders ", "/orders@North_Bot"])
async def test_a_command_works_in_any_case(mei: BotUser, typed: str) -> None:
    expected = await mei.answer_to("/orders")
    await mei.write("/me")
    assert await mei.answer_to(typed) == expected


async def test_a_command_of_an_admin_works_in_any_case_and_one_for_another_bot_is_none(admin_chat: AdminChat) -> None:
    expected = await admin_chat.answer_to("/runners")
    assert await admin_chat.answer_to("/RUNNERS.") == expected
    assert "/board" in await admin_chat.sam.answer_to("/runners@other_bot", admin_chat.chat)


async def test_a_shop_is_found_in_any_composition_and_without_what_nobody_sees(stack: BotStack, mei: BotUser) -> None:
    await mei.write("/start")
    await mei.press("🍜")
    await mei.write("ＫＯＵ\u200bＦＵ")
    basket = await stack.row(draft, draft.c.person_id == mei.id)
    assert (basket["store_name"], basket["store_id"] is not None) == ("Koufu", True)


async def test_a_place_that_nobody_sees_is_no_place(stack: BotStack, mei: BotUser) -> None:
    await mei.write("/start")
    await mei.press(*BASKET_PATH)
    await mei.write("\u3164\u200b")
    assert (await stack.row(draft, draft.c.person_id == mei.id))["drop_point"] is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [("\u3164", None), ("\u202eeM", "eM"), ("Zoe\u0308\u200b", "Zo\u00eb"), ("👩\u200d🍳", "👩\u200d🍳")],
)
async def test_a_name_is_kept_as_people_see_it(stack: BotStack, name: str, shown: str | None) -> None:
    mei = await stack.add_customer()
    update = raw_message_update(mei, text="/start")
    update["message"]["from"]["first_name"] = name
    await post_update(stack, update)
    assert (await stack.row(person, person.c.id == mei.id))["first_name"] == (shown or str(mei.id))


def test_a_name_turns_nothing_in_a_label() -> None:
    assert say_plain("en", "bot-button-ask-customer", customer="\u202eieM") == "Ask ieM"
