"""How the page keeps one's place: nothing covers words, the newest stays in sight, and a change elsewhere is told."""

from tests.sandbox.page.window import Window, column
from tests.sandbox.telegram.desk import ANA, BEN, Json, buttons

LINES = "\n".join(f"line {number}" for number in range(12))
NARROW = {"height": 700, "deviceScaleFactor": 1, "mobile": False}

# How far a log is from its end, and how far it could be shifted sideways; in pixels.
REST = """(log) => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector(log);
  return scrollHeight - scrollTop - clientHeight < 2;
}"""
WIDER = "() => [...document.querySelectorAll('.log')].map((log) => log.scrollWidth - log.clientWidth)"
# Whether the sign to reply lies over the words of its bubble, or beyond its log.
MISPLACED = """(part) => {
  const box = (one) => one.getBoundingClientRect();
  return [...document.querySelectorAll(`${part} .reply`)].filter((sign) => {
    const [own, bubble, log] = [box(sign), box(sign.parentElement.querySelector('.bubble')), box(sign.closest('.log'))];
    return (own.left < bubble.right && own.right > bubble.left) || own.left < log.left || own.right > log.right;
  }).length;
}"""
FOCUSED = "() => document.activeElement.textContent"


async def cards(window: Window, count: int) -> list[Json]:
    """So many tall messages with a button each in Ana's chat."""
    ways = {"chat_id": ANA, "text": LINES}
    sent = [await window.desk.done("sendMessage", **ways, reply_markup=buttons(f"Act {at}")) for at in range(count)]
    await window.shows(ANA, f"Act {count - 1}")
    return sent


async def test_the_sign_to_reply_stands_beside_the_words_and_shifts_nothing(window: Window) -> None:
    await cards(window, 2)
    await window.desk.write(ANA, "many words " * 20)
    await window.shows(ANA, "many words")
    assert await window.tab.look(MISPLACED, column(ANA)) == 0
    await window.tab.look("(sign) => document.querySelector(sign).focus()", f"{column(ANA)} .own .reply")
    assert await window.tab.look(WIDER) == [0, 0]


async def test_who_stood_at_the_end_stays_there_when_a_card_grows_or_the_page_narrows(window: Window) -> None:
    log = f"{column(ANA)} .log"
    sent = await cards(window, 4)
    await window.tab.until(REST, log)
    target = {"chat_id": ANA, "message_id": sent[-1]["message_id"]}
    await window.desk.done("editMessageText", **target, text=f"{LINES}\n{LINES}\nlonger now")
    await window.shows(ANA, "longer now")
    await window.tab.until(REST, log)
    await window.tab.tell("Emulation.setDeviceMetricsOverride", width=620, **NARROW)
    await window.tab.until("() => innerWidth === 620")
    await window.tab.until(REST, log)
    assert await window.tab.look("(down) => document.querySelector(down).hidden", f"{column(ANA)} .down")


async def test_a_message_that_changes_out_of_sight_is_told_and_found(window: Window) -> None:
    sent = await cards(window, 4)
    target = {"chat_id": ANA, "message_id": sent[0]["message_id"]}
    await window.desk.done("editMessageText", **target, text=f"quite new\n{LINES}")
    await window.press(ANA, ".up", "Changed above")
    seen = "(first) => document.querySelector(first).getBoundingClientRect().bottom > 160"
    await window.tab.until(seen, f'{column(ANA)} [data-message="{sent[0]["message_id"]}"]')
    await window.tab.until("(up) => document.querySelector(up).hidden", f"{column(ANA)} .up")
    await window.press(ANA, ".down", "Newest")
    await window.tab.until(REST, f"{column(ANA)} .log")


async def test_tab_comes_to_the_newest_buttons_and_arrows_to_older_ones(window: Window) -> None:
    await cards(window, 3)
    await window.tab.look("(log) => document.querySelector(log).focus()", f"{column(ANA)} .log")
    await window.tab.key("Tab")
    assert await window.tab.look(FOCUSED) == "Act 2"
    await window.tab.key("ArrowUp")
    assert await window.tab.look(FOCUSED) == "Act 1"
    await window.tab.look("(box) => document.querySelector(box).focus()", f"{column(ANA)} textarea")
    passed: list[str] = []
    while not passed or passed[-1] in ("", "↩"):  # the paper clip, and with a mouse the sign to reply
        await window.tab.key("Tab", shift=True)
        passed.append(await window.tab.look(FOCUSED))
    assert passed[-1] == "Act 2"


async def test_an_empty_group_offers_what_can_be_asked_there(window: Window) -> None:
    group = await window.desk.group(people=(ANA, BEN), admin=True)
    commands = [{"command": name, "description": f"Show the {name}"} for name in ("cancel", "board")]
    await window.desk.done("setMyCommands", commands=commands, scope={"type": "chat", "chat_id": group})
    await window.tab.look(
        "(person, chat) => localStorage.setItem('campusg.views', JSON.stringify([{ person, chat }]))", ANA, group
    )
    await window.tab.tell("Page.reload")
    await window.shows(ANA, "Try /board", chat=group)
    await window.shows(ANA, "Runners, as Ana sees it", ".owner", chat=group)
    await window.press(ANA, ".chip", "/board", chat=group)
    assert (await window.heard())["text"].startswith("/board@")
