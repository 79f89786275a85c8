"""Tests that the stand-in has buttons of Web Apps in private chats only, and signs who opens one as Telegram does."""

import hashlib
import hmac
import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from sandbox.people.control_clients import Json
from sandbox.telegram.web_app import sign_web_app
from tests.sandbox.telegram.telegram_client import ANA, TOKEN, USERNAME, TelegramClient

PAGE = "https://food.example.org/console/north/"


def keyboard(url: str) -> Json:
    return {"inline_keyboard": [[{"text": "Open", "web_app": {"url": url}}]]}


async def test_who_presses_the_button_is_signed_with_the_token_of_the_bot(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="x", reply_markup=keyboard(PAGE))
    assert sent["reply_markup"] == keyboard(PAGE)
    pressed = {"from_": ANA, "chat": f"@{USERNAME}", "message_id": sent["message_id"], "label": "Open"}
    opened = urlsplit((await client.post("web_apps", **pressed))["url"])
    assert opened._replace(fragment="").geturl() == PAGE
    fields = dict(parse_qsl(dict(parse_qsl(opened.fragment))["tgWebAppData"]))
    given = fields.pop("hash")
    assert json.loads(fields["user"])["id"] == ANA
    # as core.telegram.org/bots/webapps says it is to be checked
    lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    key = hmac.new(b"WebAppData", TOKEN.encode(), hashlib.sha256).digest()
    assert hmac.new(key, lines.encode(), hashlib.sha256).hexdigest() == given


async def test_no_group_has_such_a_button(client: TelegramClient) -> None:
    group = await client.add_group()
    refusal = await client.bot_refusal("sendMessage", chat_id=group, text="x", reply_markup=keyboard(PAGE))
    assert refusal == "Bad Request: BUTTON_TYPE_INVALID"


@pytest.mark.parametrize("url", ["http://food.example.org/", "ftp://food.example.org/", "food.example.org"])
async def test_no_app_opens_a_page_without_https(client: TelegramClient, url: str) -> None:
    refusal = await client.bot_refusal("sendMessage", chat_id=ANA, text="x", reply_markup=keyboard(url))
    assert refusal.endswith("is invalid: Only HTTPS links are allowed")


async def test_a_page_of_this_machine_is_opened_as_a_webhook_is(client: TelegramClient) -> None:
    page = keyboard("http://127.0.0.1:8090/console/north/")
    await client.bot_result("sendMessage", chat_id=ANA, text="x", reply_markup=page)


def test_another_token_signs_otherwise() -> None:
    assert sign_web_app("1:a", {"id": ANA}) != sign_web_app("1:b", {"id": ANA})


async def test_a_page_is_opened_from_the_profile_of_a_bot_too(client: TelegramClient) -> None:
    asked = {"from_": ANA, "bot": f"@{USERNAME}", "url": PAGE}
    opened = urlsplit((await client.post("web_apps", **asked))["url"])
    assert opened._replace(fragment="").geturl() == PAGE
    assert "tgWebAppData" in opened.fragment
