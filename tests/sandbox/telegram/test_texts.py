"""Tests of texts: their length, their HTML, and their entities."""

import pytest

from tests.sandbox.telegram.telegram_client import ANA, TelegramClient

ALL_TAGS = (
    "<b>bold</b> <i>it <u>under</u></i> <s>gone</s> <code>x &lt; y</code> "
    '<pre>block</pre> <a href="https://a.org/">a</a> <tg-spoiler>psst</tg-spoiler> <blockquote>said</blockquote> '
    "<blockquote expandable>and more</blockquote> "
    '<tg-time unix="1700000000" format="r">then</tg-time>'
)


async def test_html_comes_back_as_the_same_html(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text=ALL_TAGS, parse_mode="HTML")
    assert sent["text"] == "bold it under gone x < y block a psst said and more then"
    assert " ".join(entity["type"] for entity in sent["entities"]) == (
        "bold italic underline strikethrough code pre text_link spoiler blockquote expandable_blockquote date_time"
    )
    assert (await client.messages_of(ANA))[-1]["html"] == ALL_TAGS


async def test_offsets_count_utf16_units(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="🍕🍕 <b>two</b>", parse_mode="HTML")
    assert sent["entities"] == [{"type": "bold", "offset": 5, "length": 3}]


async def test_a_time_keeps_its_moment_and_format(client: TelegramClient) -> None:
    html = '<tg-time unix="1700000000" format="wDT">then</tg-time>'
    sent = await client.bot_result("sendMessage", chat_id=ANA, text=html, parse_mode="HTML")
    expected = {"type": "date_time", "offset": 0, "length": 4, "unix_time": 1700000000, "date_time_format": "wDT"}
    assert sent["entities"] == [expected]


@pytest.mark.parametrize(
    ("html", "trouble"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<h1>big</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("é 1 < 2", 'Unsupported start tag "" at byte offset 5'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("a <b", "Unclosed start tag at byte offset 2"),
    ],
)
async def test_broken_html_is_refused_with_its_place(client: TelegramClient, html: str, trouble: str) -> None:
    refused = await client.bot_refusal("sendMessage", chat_id=ANA, text=html, parse_mode="HTML")
    assert refused == f"Bad Request: can't parse entities: {trouble}"


async def test_without_parse_mode_nothing_is_parsed(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="<b>1 < 2</b> &amp;")
    assert sent["text"] == "<b>1 < 2</b> &amp;"
    assert (await client.messages_of(ANA))[-1]["html"] == "&lt;b&gt;1 &lt; 2&lt;/b&gt; &amp;amp;"


async def test_the_limit_counts_after_parsing_and_in_utf16(client: TelegramClient) -> None:
    await client.bot_result("sendMessage", chat_id=ANA, text="<b>" + "🍕" * 2048 + "</b>", parse_mode="HTML")
    refused = await client.bot_refusal("sendMessage", chat_id=ANA, text="🍕" * 2049)
    assert refused == "Bad Request: message is too long"


@pytest.mark.parametrize("empty", ["", "  \n ", "<b> </b>"])
async def test_an_empty_text_is_refused(client: TelegramClient, empty: str) -> None:
    refused = await client.bot_refusal("sendMessage", chat_id=ANA, text=empty, parse_mode="HTML")
    assert refused == "Bad Request: message text is empty"


async def test_spaces_around_a_text_are_removed_and_entities_shifted(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="\n  <b>hot</b> soup \n", parse_mode="HTML")
    assert sent["text"] == "hot soup"
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 3}]


async def test_commands_mentions_and_links_are_recognised_outside_of_code(client: TelegramClient) -> None:
    html = "/orders by @campus_bot https://a.org/x. <code>/not</code>"
    sent = await client.bot_result("sendMessage", chat_id=ANA, text=html, parse_mode="HTML")
    found = [(entity["type"], entity["offset"], entity["length"]) for entity in sent["entities"]]
    assert found == [("bot_command", 0, 7), ("mention", 11, 11), ("url", 23, 15), ("code", 40, 4)]


async def test_unknown_parse_modes_are_refused(client: TelegramClient) -> None:
    assert await client.bot_refusal("sendMessage", chat_id=ANA, text="x", parse_mode="BBCode") == (
        "Bad Request: unsupported parse_mode"
    )
    assert "[sandbox]" in await client.bot_refusal("sendMessage", chat_id=ANA, text="x", parse_mode="MarkdownV2")


async def test_an_entity_outside_of_the_text_is_refused(client: TelegramClient) -> None:
    misplaced = [{"type": "bold", "offset": 0, "length": 5}]
    assert "outside of the text" in await client.bot_refusal(
        "sendMessage", chat_id=ANA, text="four", entities=misplaced
    )
