"""Tests of the page's server: its files, the control API, and nothing from another machine."""

import re
import struct
from argparse import ArgumentTypeError

import aiohttp
import pytest

from sandbox.page.chat_views import ChatView, WebAppLink, parse_chat_view, parse_web_app_link
from sandbox.page.page_server import STATIC, running_page
from sandbox.page.sample_pictures import PICTURES, paint_picture
from tests.conventions.size_and_name_rules import MAX_FILE_LINES
from tests.sandbox.telegram.telegram_client import ANA, TelegramClient

UNUSED_ADDRESS = "http://127.0.0.1:9"  # the port of the "discard" service, where no server listens


async def test_the_page_may_load_from_its_own_address_alone(client: TelegramClient, page: str) -> None:
    async with client.session.get(page) as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "CampusG" in await answer.text()
    async with client.session.get(f"{page}/static/main.js") as answer:
        assert (answer.status, answer.content_type.endswith("javascript")) == (200, True)


async def test_a_first_visitor_is_told_which_chats_and_pictures_there_are(client: TelegramClient, page: str) -> None:
    async with client.session.get(f"{page}/setup") as answer:
        setup = await answer.json()
    assert setup["views"][0] == {"person": ANA, "chat": "@campus_bot", "role": "orders", "start": ""}
    assert setup["pictures"] == ["receipt", "delivery"]
    assert setup["web_app"] is None


async def test_the_control_api_is_passed_on_with_its_refusals(client: TelegramClient, page: str) -> None:
    async with client.session.post(
        f"{page}/sim/messages", json={"from": ANA, "chat": "@campus_bot", "text": "hi"}
    ) as it:
        assert (await it.json())["message"]["text"] == "hi"
    async with client.session.get(f"{page}/sim/messages", params={"chat": "@campus_bot", "user": ANA}) as answer:
        assert [message["text"] for message in await answer.json()] == ["/start", "hi"]
    async with client.session.post(f"{page}/sim/messages", json={"from": 5}) as answer:
        assert (answer.status, (await answer.json())["error"][:16]) == (400, "There is no user")


async def test_a_stopped_stand_in_is_reported_in_a_sentence() -> None:
    async with (
        running_page(UNUSED_ADDRESS) as url,
        aiohttp.ClientSession() as session,
        session.get(f"{url}/sim/users") as answer,
    ):
        assert (answer.status, await answer.json()) == (502, {"error": "The Telegram stand-in does not answer."})


def test_no_file_of_the_page_names_another_machine_and_all_are_small() -> None:
    texts = {path.name: path.read_text() for path in STATIC.iterdir()}
    named = {
        name: set(re.findall(r"https?://([\w.-]+)", text)) - {"t.me", "www.w3.org"} for name, text in texts.items()
    }
    assert {name: hosts for name, hosts in named.items() if hosts} == {}
    assert [name for name, text in texts.items() if len(text.splitlines()) > MAX_FILE_LINES] == []


@pytest.mark.parametrize("name", sorted(PICTURES))
async def test_the_ready_made_pictures_are_small_pngs(client: TelegramClient, page: str, name: str) -> None:
    assert len({len(row) for row in PICTURES[name]}) == 1
    async with client.session.get(f"{page}/pictures/{name}.png") as answer:
        content = await answer.read()
    assert content == paint_picture(name)
    width, height = struct.unpack(">II", content[16:24])
    assert (min(width, height) >= 200, len(content) < 10_000) == (True, True)


def test_a_view_is_parsed_from_words() -> None:
    assert parse_chat_view("1001:@some_bot:orders food:code") == ChatView(
        person=1001, chat="@some_bot", role="orders food", start="code"
    )
    assert parse_chat_view("2001:-1001000000001") == ChatView(person=2001, chat=-1001000000001)
    for nonsense in ("", "1001", "1001:", "1001:@", "mei:@some_bot", "1001:somewhere"):
        with pytest.raises(ArgumentTypeError):
            parse_chat_view(nonsense)


def test_the_web_app_of_the_head_is_one_word_of_the_command_line() -> None:
    words = "3001:@some_bot:Console, as Sam:http://127.0.0.1:8090/console/north/"
    assert parse_web_app_link(words) == WebAppLink(
        person=3001, bot="@some_bot", label="Console, as Sam", url="http://127.0.0.1:8090/console/north/"
    )
    for wrong in ("", "3001:@some_bot", "sam:@some_bot:x:http://a/", "3001:some_bot:x:http://a/", "3001:@b:x:a"):
        with pytest.raises(ArgumentTypeError):
            parse_web_app_link(wrong)
