"""What a person sees and does on the page, in a real browser."""

from tests.sandbox.page.window import BOT, Window, column
from tests.sandbox.telegram.desk import ANA, BEN, buttons

RICH = (
    "<b>bold</b> <i>slanted</i> <code>1234</code> <tg-spoiler>secret</tg-spoiler> "
    '<tg-time unix="1700000000" format="D">then</tg-time> '
    "<blockquote expandable>one\ntwo\nthree\nfour\nfive</blockquote>"
)


async def test_a_message_is_drawn_as_it_was_meant(window: Window) -> None:
    await window.desk.done("sendMessage", chat_id=ANA, text=RICH, parse_mode="HTML")
    await window.shows(ANA, "bold")
    drawn = [(await window.inside(ANA, f".words {part}"))[-1] for part in ("b", "i", "code", ".spoiler", "time")]
    assert [*drawn[:4], "2023" in drawn[4]] == ["bold", "slanted", "1234", "secret", True]
    await window.press(ANA, ".fold", "Show more")
    await window.shows(ANA, "Show less")
    await window.desk.write(ANA, "<img src=x onerror=alert(1)> https://[[x /help")
    await window.shows(ANA, "<img src=x onerror=alert(1)>")
    await window.heard()
    await window.press(ANA, ".words .link", "/help")
    assert (await window.heard())["text"] == "/help"


async def test_a_tap_is_answered_and_its_message_changes_in_place(window: Window) -> None:
    sent = await window.desk.done("sendMessage", chat_id=ANA, text="Take it?", reply_markup=buttons("Claim", "Later"))
    await window.press(ANA, ".key", "Claim")
    tap = await window.heard("callback_query")
    assert (tap["data"], tap["from"]["id"]) == ("claim", ANA)
    await window.desk.done("answerCallbackQuery", callback_query_id=tap["id"], text="It is yours.")
    await window.shows(ANA, "It is yours.", ".toast")
    await window.press(ANA, ".key", "Later")
    tap = await window.heard("callback_query")
    await window.desk.done("answerCallbackQuery", callback_query_id=tap["id"], text="Read this.", show_alert=True)
    await window.tab.press("dialog.alert button", "OK")
    target = {"chat_id": ANA, "message_id": sent["message_id"]}
    await window.desk.done("editMessageText", **target, text="Taken.")
    await window.shows(ANA, "edited")
    assert await window.inside(ANA, ".key") == []
    await window.desk.done("deleteMessage", **target)
    await window.lacks(ANA, "Taken.")


async def test_words_answers_and_photos_reach_the_bot(window: Window) -> None:
    await window.desk.done("sendMessage", chat_id=ANA, text="Show me the receipt")
    await window.press(ANA, ".words", "Show me the receipt")
    await window.shows(ANA, "Reply to Campus", ".about")
    await window.press(ANA, '.icon[aria-label="Send a photo"]')
    await window.press(ANA, ".menu button", "receipt")
    await window.tab.until("(image) => Boolean(document.querySelector(image))", f"{column(ANA)} .about img")
    await window.tab.write(f"{column(ANA)} textarea", "here it is", enter=True)
    message = await window.heard()
    assert (message["caption"], message["reply_to_message"]["text"]) == ("here it is", "Show me the receipt")
    assert message["photo"][-1]["file_size"] > 500
    await window.tab.until("(image) => document.querySelector(image)?.naturalWidth > 100", f"{column(ANA)} .photo img")


async def test_commands_are_offered_and_sent(window: Window) -> None:
    await window.desk.done("setMyCommands", commands=[{"command": "orders", "description": "My orders"}])
    await window.tab.tell("Page.reload")
    await window.press(ANA, ".slash")
    await window.press(ANA, ".menu button", "My orders")
    assert (await window.heard())["text"] == "/orders"


async def test_who_came_by_a_link_starts_with_its_code(window: Window) -> None:
    await window.press(BEN, ".foot-big", "Start")
    assert (await window.heard())["text"] == "/start poster"
    await window.shows(BEN, "/start poster")


async def test_links_to_chats_act_here_as_the_person_who_presses_them(window: Window) -> None:
    group = await window.desk.group(people=(BEN,), admin=True)
    invitation = (await window.desk.done("createChatInviteLink", chat_id=group))["invite_link"]
    keys = [[{"text": "Come in", "url": invitation}], [{"text": "Shop", "url": f"https://t.me/{BOT[1:]}?start=shop_7"}]]
    await window.desk.done("sendMessage", chat_id=ANA, text="Links", reply_markup={"inline_keyboard": keys})
    await window.press(ANA, ".key", "Shop")
    await window.shows(ANA, "/start shop_7")
    await window.press(ANA, ".key", "Come in")
    await window.shows(ANA, "Ana joined the group", chat=group)
    assert (await window.desk.look("groups"))[0]["members"][str(ANA)] == "member"


async def test_a_group_that_lets_in_later_is_shown_then(window: Window) -> None:
    group = await window.desk.group(people=(BEN,), admin=True)
    link = (await window.desk.done("createChatInviteLink", chat_id=group, creates_join_request=True))["invite_link"]
    await window.desk.done("sendMessage", chat_id=ANA, text=f"Ask at {link}")
    await window.press(ANA, ".words .link", link)
    await window.shows(ANA, "You asked to join Runners.", ".toast")
    await window.heard("chat_join_request")
    await window.desk.done("approveChatJoinRequest", chat_id=group, user_id=ANA)
    await window.shows(ANA, "Ana joined the group", chat=group)


async def test_a_blocked_bot_can_be_let_in_again(window: Window) -> None:
    await window.press(ANA, '.head .icon[aria-haspopup="menu"]')
    await window.press(ANA, ".menu button", "Block the bot")
    await window.press(ANA, ".foot-big", "Unblock")
    await window.tab.until("(line) => document.querySelector(line)?.checkVisibility()", f"{column(ANA)} .foot-line")
    await window.desk.done("sendMessage", chat_id=ANA, text="welcome back")
    await window.shows(ANA, "welcome back")


async def test_somebody_new_comes_by_the_link_the_others_came_by(window: Window) -> None:
    await window.tab.press("#add")
    await window.tab.look("() => { const who = document.querySelector('dialog select'); who.value = 'new';"
                          " who.dispatchEvent(new Event('change')); }")  # fmt: skip
    await window.tab.write("dialog input[maxlength]", "Lin")
    await window.tab.press("dialog .chosen")
    said = await window.heard()
    assert (said["from"]["first_name"], said["text"]) == ("Lin", "/start poster")
    await window.shows(said["from"]["id"], "/start poster")
