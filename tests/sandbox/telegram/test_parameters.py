"""Tests of requests: the encodings they may have, and that nothing unknown is accepted."""

import pytest

from sandbox.people.control_clients import Json
from tests.sandbox.telegram.telegram_client import ANA, TelegramClient


async def test_an_unknown_method_is_not_found(client: TelegramClient) -> None:
    answer = await client.bot("sendMasage", chat_id=ANA)
    assert (answer["error_code"], answer["ok"]) == (404, False)


async def test_an_unknown_token_is_unauthorized(client: TelegramClient) -> None:
    async with client.session.post(f"{client.url}/bot4711:wrong/getMe") as response:
        assert response.status == 401
        assert await response.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_an_unknown_path_is_not_found(client: TelegramClient) -> None:
    async with client.session.get(f"{client.url}/bot{client.token}") as response:
        assert await response.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_an_unknown_parameter_is_refused_in_our_name(client: TelegramClient) -> None:
    refused = await client.bot_refusal("sendMessage", chat_id=ANA, text="x", colour="red")
    assert refused == 'Bad Request: [sandbox] unknown parameter "colour"'


async def test_an_unknown_field_inside_a_parameter_is_refused_in_our_name(client: TelegramClient) -> None:
    refused = await client.bot_refusal("sendMessage", chat_id=ANA, text="x", link_preview_options={"is_off": True})
    assert refused == 'Bad Request: [sandbox] unknown field "is_off" in link_preview_options'


@pytest.mark.parametrize("text", ["[1]", '{"a": 1}', "12", "true", "null"])
async def test_a_text_that_looks_like_json_stays_a_text(client: TelegramClient, text: str) -> None:
    assert (await client.bot_result("sendMessage", chat_id=ANA, text=text))["text"] == text


@pytest.mark.parametrize(
    ("parameters", "trouble"),
    [
        ({"text": "x"}, "Bad Request: chat_id is empty"),
        ({"chat_id": ANA}, "Bad Request: message text is empty"),
        ({"chat_id": "nobody", "text": "x"}, "Bad Request: chat not found"),
        ({"chat_id": 5, "text": "x"}, "Bad Request: chat not found"),
        ({"chat_id": ANA, "text": "x", "protect_content": "perhaps"}, "must be true or false"),
        ({"chat_id": ANA, "text": "x", "message_thread_id": "1.5"}, "must be an integer"),
        ({"chat_id": ANA, "text": "x", "reply_markup": "{"}, "can't parse reply markup JSON object"),
    ],
)
async def test_a_wrong_or_missing_value_is_refused(client: TelegramClient, parameters: Json, trouble: str) -> None:
    assert trouble in await client.bot_refusal("sendMessage", **parameters)


async def test_a_call_may_come_as_json_query_or_multipart(client: TelegramClient) -> None:
    address = f"{client.url}/bot{client.token}/sendMessage"
    async with client.session.post(address, json={"chat_id": ANA, "text": "json", "protect_content": True}) as response:
        assert (await response.json())["result"]["has_protected_content"] is True
    async with client.session.get(address, params={"chat_id": ANA, "text": "query"}) as response:
        assert (await response.json())["result"]["text"] == "query"
    async with client.session.post(
        f"{client.url}/bot{client.token}/SENDMESSAGE", json={"chat_id": ANA, "text": "loud"}
    ) as it:
        assert (await it.json())["ok"] is True
    async with client.session.post(address, json={"chat_id": ANA, "text": 5}) as response:
        assert "[sandbox]" in (await response.json())["description"]


async def test_commands_are_kept_by_scope_and_language(client: TelegramClient) -> None:
    german = {"commands": [{"command": "orders", "description": "Bestellungen"}], "language_code": "de"}
    await client.bot_result("setMyCommands", **german)
    assert await client.bot_result("getMyCommands") == []
    assert await client.bot_result("getMyCommands", language_code="de") == german["commands"]
    bad = [{"command": "Orders!", "description": "x"}]
    assert await client.bot_refusal("setMyCommands", commands=bad) == "Bad Request: BOT_COMMAND_INVALID"
