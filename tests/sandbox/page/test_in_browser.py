"""Tests of what a person sees and does on the page, in a real browser."""

import pytest

from tests.sandbox.page.page_window import BOT, PageWindow, column_selector
from tests.sandbox.telegram.telegram_client import ANA, BEN, button_row

pytestmark = pytest.mark.drill

FORMATTED_HTML = (
    "<b>bold</b> <i>slanted</i> <code>1234</code> <tg-spoiler>secret</tg-spoiler> "
    '<tg-time unix="1700000000" format="D">then</tg-time> '
    "<blockquote expandable>one\ntwo\nthree\nfour\nfive</blockquote>"
)


async def test_a_message_is_rendered_as_it_was_meant(window: PageWindow) -> None:
    await window.client.bot_result("sendMessage", chat_id=ANA, text=FORMATTED_HTML, parse_mode="HTML")
    await window.wait_for_words(ANA, "bold")
    drawn = [(await window.texts_in(ANA, f".words {part}"))[-1] for part in ("b", "i", "code", ".spoiler", "time")]
    assert [*drawn[:4], "2023" in drawn[4]] == ["bold", "slanted", "1234", "secret", True]
    await window.press(ANA, ".fold", "Show more")
    await window.wait_for_words(ANA, "Show less")
    await window.client.send_text(ANA, "<img src=x onerror=alert(1)> https://[[x /help")
    await window.wait_for_words(ANA, "<img src=x onerror=alert(1)>")
    await window.wait_for_update()
    await window.press(ANA, ".words .link", "/help")
    assert (await window.wait_for_update())["text"] == "/help"


async def test_a_tap_is_answered_and_its_message_changes_in_place(window: PageWindow) -> None:
    sent = await window.client.bot_result(
        "sendMessage", chat_id=ANA, text="Take it?", reply_markup=button_row("Claim", "Later")
    )
    await window.press(ANA, ".key", "Claim")
    tap = await window.wait_for_update("callback_query")
    assert (tap["data"], tap["from"]["id"]) == ("claim", ANA)
    await window.client.bot_result("answerCallbackQuery", callback_query_id=tap["id"], text="It is yours.")
    await window.wait_for_words(ANA, "It is yours.", ".toast")
    await window.press(ANA, ".key", "Later")
    tap = await window.wait_for_update("callback_query")
    await window.client.bot_result(
        "answerCallbackQuery", callback_query_id=tap["id"], text="Read this.", show_alert=True
    )
    await window.tab.press("dialog.alert button", "OK")
    target = {"chat_id": ANA, "message_id": sent["message_id"]}
    await window.client.bot_result("editMessageText", **target, text="Taken.")
    await window.wait_for_words(ANA, "edited")
    assert await window.texts_in(ANA, ".key") == []
    await window.client.bot_result("deleteMessage", **target)
    await window.wait_until_gone(ANA, "Taken.")


async def test_words_answers_and_photos_reach_the_bot(window: PageWindow) -> None:
    await window.client.bot_result("sendMessage", chat_id=ANA, text="Show me the receipt")
    await window.press(ANA, ".words", "Show me the receipt")
    await window.wait_for_words(ANA, "Reply to Campus", ".about")
    await window.press(ANA, '.icon[aria-label="Send a photo"]')
    await window.press(ANA, ".menu button", "receipt")
    await window.tab.wait_for("(image) => Boolean(document.querySelector(image))", f"{column_selector(ANA)} .about img")
    await window.tab.type_text(f"{column_selector(ANA)} textarea", "here it is", enter=True)
    message = await window.wait_for_update()
    assert (message["caption"], message["reply_to_message"]["text"]) == ("here it is", "Show me the receipt")
    assert message["photo"][-1]["file_size"] > 500
    await window.tab.wait_for(
        "(image) => document.querySelector(image)?.naturalWidth > 100", f"{column_selector(ANA)} .photo img"
    )


async def test_commands_are_offered_and_sent(window: PageWindow) -> None:
    await window.client.bot_result("setMyCommands", commands=[{"command": "orders", "description": "My orders"}])
    await window.tab.send_command("Page.reload")
    await window.press(ANA, ".slash")
    await window.press(ANA, ".menu button", "My orders")
    assert (await window.wait_for_update())["text"] == "/orders"


async def test_a_person_with_an_invite_link_starts_with_its_code(window: PageWindow) -> None:
    await window.press(BEN, ".foot-big", "Start")
    assert (await window.wait_for_update())["text"] == "/start poster"
    await window.wait_for_words(BEN, "/start poster")


async def test_links_to_chats_act_as_the_person_who_clicks_them(window: PageWindow) -> None:
    group = await window.client.add_group(people=(BEN,), admin=True)
    invitation = (await window.client.bot_result("createChatInviteLink", chat_id=group))["invite_link"]
    keys = [[{"text": "Come in", "url": invitation}], [{"text": "Shop", "url": f"https://t.me/{BOT[1:]}?start=shop_7"}]]
    await window.client.bot_result("sendMessage", chat_id=ANA, text="Links", reply_markup={"inline_keyboard": keys})
    await window.press(ANA, ".key", "Shop")
    await window.wait_for_words(ANA, "/start shop_7")
    await window.press(ANA, ".key", "Come in")
    await window.wait_for_words(ANA, "Ana joined the group", chat=group)
    assert (await window.client.get("groups"))[0]["members"][str(ANA)] == "member"


async def test_a_group_with_join_requests_is_shown_after_the_approval(window: PageWindow) -> None:
    group = await window.client.add_group(people=(BEN,), admin=True)
    link = (await window.client.bot_result("createChatInviteLink", chat_id=group, creates_join_request=True))[
        "invite_link"
    ]
    await window.client.bot_result("sendMessage", chat_id=ANA, text=f"Ask at {link}")
    await window.press(ANA, ".words .link", link)
    await window.wait_for_words(ANA, "You asked to join Runners.", ".toast")
    await window.wait_for_update("chat_join_request")
    await window.client.bot_result("approveChatJoinRequest", chat_id=group, user_id=ANA)
    await window.wait_for_words(ANA, "Ana joined the group", chat=group)


async def test_a_blocked_bot_can_be_unblocked(window: PageWindow) -> None:
    await window.press(ANA, '.head .icon[aria-haspopup="menu"]')
    await window.press(ANA, ".menu button", "Block the bot")
    await window.press(ANA, ".foot-big", "Unblock")
    await window.tab.wait_for(
        "(line) => document.querySelector(line)?.checkVisibility()", f"{column_selector(ANA)} .foot-line"
    )
    await window.client.bot_result("sendMessage", chat_id=ANA, text="welcome back")
    await window.wait_for_words(ANA, "welcome back")


async def test_a_new_person_gets_the_link_of_the_others(window: PageWindow) -> None:
    await window.tab.press("#add")
    await window.tab.evaluate("() => { const who = document.querySelector('dialog select'); who.value = 'new';"
                          " who.dispatchEvent(new Event('change')); }")  # fmt: skip
    await window.tab.type_text("dialog input[maxlength]", "Lin")
    await window.tab.press("dialog .chosen")
    said = await window.wait_for_update()
    assert (said["from"]["first_name"], said["text"]) == ("Lin", "/start poster")
    await window.wait_for_words(said["from"]["id"], "/start poster")
