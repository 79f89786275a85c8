"""Tests of buttons: what each may do, and how much data it may carry."""

import pytest

from sandbox.people.control_clients import Json
from tests.sandbox.telegram.telegram_client import ANA, TelegramClient


async def refusal_of(client: TelegramClient, button: Json) -> str:
    return await client.bot_refusal("sendMessage", chat_id=ANA, text="x", reply_markup={"inline_keyboard": [[button]]})


@pytest.mark.parametrize("data", ["", "é" * 33, "x" * 65])
async def test_callback_data_has_one_to_sixty_four_bytes(client: TelegramClient, data: str) -> None:
    assert await refusal_of(client, {"text": "Go", "callback_data": data}) == "Bad Request: BUTTON_DATA_INVALID"


@pytest.mark.parametrize("data", ["x", "é" * 32])
async def test_callback_data_of_sixty_four_bytes_is_fine(client: TelegramClient, data: str) -> None:
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": data}]]}
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="x", reply_markup=markup)
    assert sent["reply_markup"] == markup


async def test_a_button_needs_exactly_one_action(client: TelegramClient) -> None:
    assert "Text buttons are unallowed" in await refusal_of(client, {"text": "Go"})
    both = {"text": "Go", "callback_data": "x", "url": "https://a.org"}
    assert "exactly one action" in await refusal_of(client, both)


async def test_all_kinds_of_buttons_the_product_uses_are_accepted(client: TelegramClient) -> None:
    row = [
        {"text": "Go", "callback_data": "x", "style": "success"},
        {"text": "Pay", "url": "http://127.0.0.1:8080/pay"},
        {"text": "PIN", "copy_text": {"text": "4711"}},
        {"text": "Taken", "disabled": {}},
    ]
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="x", reply_markup={"inline_keyboard": [row]})
    assert sent["reply_markup"]["inline_keyboard"] == [row]


@pytest.mark.parametrize(
    ("button", "trouble"),
    [
        ({"text": "Go", "callback_data": "x", "style": "loud"}, "invalid button style"),
        ({"text": "Go", "callback_data": "x", "colour": "red"}, '[sandbox] unknown field "colour"'),
        ({"text": "Go", "url": "not a url"}, "inline keyboard button URL 'not a url' is invalid: Wrong HTTP URL"),
        ({"text": "Go", "url": "http://localhost:5678/x"}, "'http://localhost:5678/x' is invalid: Wrong HTTP URL"),
        ({"text": "Go", "url": "http://food/x"}, "is invalid: Wrong HTTP URL"),
        ({"text": "Go", "url": "http://a..org/x"}, "BUTTON_URL_INVALID"),
        ({"text": "Go", "url": "food://order/1"}, "'food://order/1' is invalid: Unsupported URL protocol"),
        ({"text": "Go", "login_url": {"url": "https://food.example.org"}}, "BOT_DOMAIN_INVALID"),
        ({"text": "Go", "login_url": {"url": "http://localhost:3000"}}, "Wrong HTTP URL"),
        ({"text": "Go", "switch_inline_query": "order"}, "BUTTON_TYPE_INVALID"),
        ({"text": "Go", "switch_inline_query_current_chat": ""}, "BUTTON_TYPE_INVALID"),
        ({"text": "Go", "switch_inline_query_chosen_chat": {"query": "order"}}, "BUTTON_TYPE_INVALID"),
        ({"text": "Go", "pay": True}, "BUTTON_TYPE_INVALID"),
        ({"text": "Go", "copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"callback_data": "x"}, 'Can\'t find field "text"'),
        ({"text": " ", "callback_data": "x"}, "[sandbox] a button needs a text"),
    ],
)
async def test_a_wrong_button_is_refused_with_its_reason(client: TelegramClient, button: Json, trouble: str) -> None:
    assert trouble in await refusal_of(client, button)


async def test_a_reply_keyboard_is_stored_but_cannot_be_set_by_an_edit(client: TelegramClient) -> None:
    keyboard = {"keyboard": [[{"text": "Share", "request_location": True}, "Later"]], "resize_keyboard": True}
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="x", reply_markup=keyboard)
    assert "reply_markup" not in sent
    assert (await client.messages_of(ANA))[-1]["keyboard"] == [["Share", "Later"]]
    again = {"chat_id": ANA, "message_id": sent["message_id"], "reply_markup": keyboard}
    assert await client.bot_refusal("editMessageReplyMarkup", **again) == "Bad Request: inline keyboard expected"


async def test_too_many_buttons_are_refused(client: TelegramClient) -> None:
    rows = [[{"text": "Go", "callback_data": "x"}]] * 101
    refused = await client.bot_refusal("sendMessage", chat_id=ANA, text="x", reply_markup={"inline_keyboard": rows})
    assert refused == "Bad Request: reply markup is too long"
