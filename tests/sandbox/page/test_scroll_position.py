"""Tests of scrolling: nothing covers text, the newest message stays visible, changes out of view are announced."""

import pytest

from sandbox.people.control_clients import Json
from tests.sandbox.page.page_window import PageWindow, column_selector
from tests.sandbox.telegram.telegram_client import ANA, BEN, button_row

pytestmark = pytest.mark.drill

LINES = "\n".join(f"line {number}" for number in range(12))
NARROW_SCREEN = {"height": 700, "deviceScaleFactor": 1, "mobile": False}

# Whether a log is at its end, and how far it can be shifted sideways in pixels.
DISTANCE_TO_END_SCRIPT = """(log) => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector(log);
  return scrollHeight - scrollTop - clientHeight < 2;
}"""
OVERFLOWING_SCRIPT = "() => [...document.querySelectorAll('.log')].map((log) => log.scrollWidth - log.clientWidth)"
# How many reply signs cover the text of their bubble, or lie outside of their log.
MISPLACED_SCRIPT = """(part) => {
  const box = (one) => one.getBoundingClientRect();
  return [...document.querySelectorAll(`${part} .reply`)].filter((sign) => {
    const [own, bubble, log] = [box(sign), box(sign.parentElement.querySelector('.bubble')), box(sign.closest('.log'))];
    return (own.left < bubble.right && own.right > bubble.left) || own.left < log.left || own.right > log.right;
  }).length;
}"""
FOCUSED_SCRIPT = "() => document.activeElement.textContent"


async def send_tall_messages(window: PageWindow, count: int) -> list[Json]:
    """Send `count` tall messages with a button each to Ana's chat."""
    ways = {"chat_id": ANA, "text": LINES}
    sent = [
        await window.client.bot_result("sendMessage", **ways, reply_markup=button_row(f"Act {at}"))
        for at in range(count)
    ]
    await window.wait_for_words(ANA, f"Act {count - 1}")
    return sent


async def test_the_reply_sign_is_beside_the_text_and_shifts_nothing(window: PageWindow) -> None:
    await send_tall_messages(window, 2)
    await window.client.send_text(ANA, "many words " * 20)
    await window.wait_for_words(ANA, "many words")
    assert await window.tab.evaluate(MISPLACED_SCRIPT, column_selector(ANA)) == 0
    await window.tab.evaluate("(sign) => document.querySelector(sign).focus()", f"{column_selector(ANA)} .own .reply")
    assert await window.tab.evaluate(OVERFLOWING_SCRIPT) == [0, 0]


async def test_a_log_scrolled_to_its_end_stays_there_when_a_message_grows_or_the_page_narrows(
    window: PageWindow,
) -> None:
    log = f"{column_selector(ANA)} .log"
    sent = await send_tall_messages(window, 4)
    await window.tab.wait_for(DISTANCE_TO_END_SCRIPT, log)
    target = {"chat_id": ANA, "message_id": sent[-1]["message_id"]}
    await window.client.bot_result("editMessageText", **target, text=f"{LINES}\n{LINES}\nlonger now")
    await window.wait_for_words(ANA, "longer now")
    await window.tab.wait_for(DISTANCE_TO_END_SCRIPT, log)
    await window.tab.send_command("Emulation.setDeviceMetricsOverride", width=620, **NARROW_SCREEN)
    await window.tab.wait_for("() => innerWidth === 620")
    await window.tab.wait_for(DISTANCE_TO_END_SCRIPT, log)
    assert await window.tab.evaluate("(down) => document.querySelector(down).hidden", f"{column_selector(ANA)} .down")


async def test_a_message_that_changes_out_of_view_is_announced_and_found(window: PageWindow) -> None:
    sent = await send_tall_messages(window, 4)
    target = {"chat_id": ANA, "message_id": sent[0]["message_id"]}
    await window.client.bot_result("editMessageText", **target, text=f"quite new\n{LINES}")
    await window.press(ANA, ".up", "Changed above")
    seen = "(first) => document.querySelector(first).getBoundingClientRect().bottom > 160"
    await window.tab.wait_for(seen, f'{column_selector(ANA)} [data-message="{sent[0]["message_id"]}"]')
    await window.tab.wait_for("(up) => document.querySelector(up).hidden", f"{column_selector(ANA)} .up")
    await window.press(ANA, ".down", "Newest")
    await window.tab.wait_for(DISTANCE_TO_END_SCRIPT, f"{column_selector(ANA)} .log")


async def test_tab_moves_to_the_newest_buttons_and_arrows_to_older_ones(window: PageWindow) -> None:
    await send_tall_messages(window, 3)
    await window.tab.evaluate("(log) => document.querySelector(log).focus()", f"{column_selector(ANA)} .log")
    await window.tab.press_key("Tab")
    assert await window.tab.evaluate(FOCUSED_SCRIPT) == "Act 2"
    await window.tab.press_key("ArrowUp")
    assert await window.tab.evaluate(FOCUSED_SCRIPT) == "Act 1"
    await window.tab.evaluate("(box) => document.querySelector(box).focus()", f"{column_selector(ANA)} textarea")
    passed: list[str] = []
    while not passed or passed[-1] in ("", "↩"):  # the paper clip, and with a mouse the reply sign
        await window.tab.press_key("Tab", shift=True)
        passed.append(await window.tab.evaluate(FOCUSED_SCRIPT))
    assert passed[-1] == "Act 2"


async def test_an_empty_group_offers_what_can_be_asked_there(window: PageWindow) -> None:
    group = await window.client.add_group(people=(ANA, BEN), admin=True)
    commands = [{"command": name, "description": f"Show the {name}"} for name in ("cancel", "board")]
    await window.client.bot_result("setMyCommands", commands=commands, scope={"type": "chat", "chat_id": group})
    await window.tab.evaluate(
        "(person, chat) => localStorage.setItem('campusg.views', JSON.stringify([{ person, chat }]))", ANA, group
    )
    await window.tab.send_command("Page.reload")
    await window.wait_for_words(ANA, "Try /board", chat=group)
    await window.wait_for_words(ANA, "Runners, as Ana sees it", ".owner", chat=group)
    await window.press(ANA, ".chip", "/board", chat=group)
    assert (await window.wait_for_update())["text"].startswith("/board@")
