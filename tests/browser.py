"""A real browser, driven over its own debugging protocol: it opens pages, looks, presses and types as people do."""

import asyncio
import base64
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import aiohttp
import pytest

Json: TypeAlias = Any  # what the protocol answers; each use says what it expects of it

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--disable-default-apps",
    "--disable-dev-shm-usage", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
    "--hide-scrollbars", "--mute-audio", "--remote-debugging-port=0",
    # with a mouse, as on a desk
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
)  # fmt: skip
START_WITHIN = 30.0  # seconds
PATIENCE = 20.0  # seconds; people would have given up, and machines under test are slow
PRESSES = 5  # of something that moves, before one gives up
KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "ArrowUp": (38, ""), "ArrowDown": (40, "")}  # the code, and what it types
LOOK_EVERY = 0.04  # seconds between two looks at a page

# Gives the middle of the last element that shows these words: in sight, at rest, with nothing lying over it.
FIND = """async (selector, words) => {
  const fits = (one) => one.textContent.includes(words) && !one.disabled;
  const found = [...document.querySelectorAll(selector)].filter(fits).at(-1);
  if (!found) return null;
  found.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
  const middle = () => {
    const { x, y, width, height } = found.getBoundingClientRect();
    return [Math.round(x + width / 2), Math.round(y + height / 2)];
  };
  const before = middle();
  await new Promise((done) => setTimeout(done, 40));
  const above = document.elementFromPoint(...before);
  const still = String(before) === String(middle()) && above && (found.contains(above) || above.contains(found));
  Object.assign(window, { pressed: found, touched: null });
  addEventListener('click', (event) => { window.touched = event.target; }, { capture: true, once: true });
  return still ? before : null;
}"""
# Whether the click went elsewhere, because something moved just then; a page that is gone took it.
MISSED = "() => Boolean(window.pressed) && !window.pressed.contains(window.touched)"


def chromium() -> str | None:
    """The Chromium to use: what CHROMIUM names, else one on the path; None when there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@dataclass(slots=True)
class Browser:
    """A running browser; `asked` are the addresses that any of its pages asked for."""

    socket: aiohttp.ClientWebSocketResponse
    tabs: dict[str, "Tab"] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[int, "asyncio.Future[Json]"] = field(default_factory=dict)

    async def listen(self) -> None:
        """Take what the browser says, for as long as it lives."""
        async for said in self.socket:
            message = said.json()
            if "id" in message:
                answer = self._waiting.pop(message["id"])
                if not answer.done():  # nobody waits any more
                    answer.set_result(message)
            else:
                self._heard(message["method"], message["params"], message.get("sessionId"))

    def _heard(self, method: str, told: Json, session: str | None) -> None:
        match method:
            case "Target.attachedToTarget" if told["targetInfo"]["type"] == "page":
                self.tabs[told["sessionId"]] = Tab(browser=self, session=told["sessionId"])
            case "Target.detachedFromTarget":
                self.tabs.pop(told["sessionId"], None)
            case "Network.requestWillBeSent":
                self.asked.append(told["request"]["url"])
            case "Runtime.exceptionThrown" if session in self.tabs:
                self.tabs[session].mistakes.append(str(told["exceptionDetails"]))

    async def tell(self, method: str, session: str | None = None, **parameters: Json) -> Json:
        """Give an order and return its result; AssertionError when the browser refuses."""
        number = next(self._numbers)
        order = {"id": number, "method": method, "params": parameters}
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json(order if session is None else {**order, "sessionId": session})
        async with asyncio.timeout(PATIENCE):
            result = await answer
        assert "error" not in result, f"{method} {parameters}: {result['error']}"
        return result["result"]

    async def open(self, url: str, *, width: int, height: int, phone: bool = False) -> "Tab":
        """A new tab with a screen of this size, in which the page has been loaded."""
        target = await self.tell("Target.createTarget", url="about:blank")
        tab = await self._tab_of(target["targetId"])
        await tab.tell(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )
        await tab.tell("Page.navigate", url=url)
        return tab

    async def _tab_of(self, target: str) -> "Tab":
        session = (await self.tell("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        tab = self.tabs[session]
        await tab.attend()
        return tab

    async def tab_at(self, path: str) -> "Tab":
        """The tab, opened by a page, that shows an address with this in it."""

        async def look() -> str | None:
            infos = (await self.tell("Target.getTargets"))["targetInfos"]
            return next((one["targetId"] for one in infos if one["type"] == "page" and path in one["url"]), None)

        async with asyncio.timeout(PATIENCE):
            return await self._tab_of(await found_by(look))

    async def is_alone(self, tab: "Tab") -> None:
        """Wait until no other tab that was attended to is open."""

        async def look() -> bool:
            return list(self.tabs) == [tab.session]

        async with asyncio.timeout(PATIENCE):
            await found_by(look)


@dataclass(slots=True)
class Tab:
    """One page of the browser, as somebody sees and touches it."""

    browser: Browser
    session: str
    mistakes: list[str] = field(default_factory=list)

    async def tell(self, method: str, **parameters: Json) -> Json:
        """Give an order for this tab."""
        return await self.browser.tell(method, self.session, **parameters)

    async def attend(self) -> None:
        """Hear of this tab's requests and of what goes wrong in its scripts."""
        for domain in ("Page", "Runtime", "Network"):
            await self.tell(f"{domain}.enable")

    async def look(self, function: str, *arguments: Json) -> Json:
        """What a JavaScript function gives inside the page; None while the page is changing."""
        words = ", ".join(json.dumps(one) for one in arguments)
        try:
            answer = await self.tell(
                "Runtime.evaluate", expression=f"({function})({words})", returnByValue=True, awaitPromise=True
            )
        except AssertionError:
            return None  # the page under it went away
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, function: str, *arguments: Json, within: float = PATIENCE) -> Json:
        """Wait until a function gives something true inside the page, and return it."""
        try:
            async with asyncio.timeout(within):
                return await found_by(lambda: self.look(function, *arguments))
        except TimeoutError:
            shown = await self.look("() => document.body.innerText")
            raise AssertionError(
                f"Not within {within:.0f} s: {function} {arguments}. The page shows:\n{shown}"
            ) from None

    async def press(self, selector: str, words: str = "") -> None:
        """Press the last element of a selector that shows these words, once it is there and nothing covers it."""
        await self.tell("Page.bringToFront")
        for _ in range(PRESSES):
            x, y = await self.until(FIND, selector, words)
            for kind in ("mousePressed", "mouseReleased"):
                await self.tell("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
            if not await self.look(MISSED):
                return
        raise AssertionError(f"{selector} {words!r} could not be hit in {PRESSES} presses")

    async def write(self, selector: str, text: str, *, enter: bool = False) -> None:
        """Press into a field, type a text, and perhaps Enter."""
        await self.press(selector)
        await self.tell("Input.insertText", text=text)
        if enter:
            await self.key("Enter")

    async def key(self, name: str, *, shift: bool = False) -> None:
        """Press one of KEYS, perhaps with Shift."""
        code, text = KEYS[name]
        key = {"key": name, "code": name, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        await self.tell("Page.bringToFront")
        for kind in ("keyDown", "keyUp"):
            await self.tell("Input.dispatchKeyEvent", type=kind, **key, **({"text": text} if text else {}))

    async def photograph(self, file: Path) -> None:
        """Keep what is on the screen as a PNG."""
        await self.tell("Page.bringToFront")
        shot = await self.tell("Page.captureScreenshot", format="png")
        keep(file, base64.b64decode(shot["data"]))


def needs_browser() -> str:
    """The Chromium to use; where there is none the test is left out, and the summary says so."""
    program = chromium()
    if program is None:
        pytest.skip("no Chromium was found, so the browser tests were left out; install one, or name it in CHROMIUM")
    return program


@asynccontextmanager
async def browsing(program: str) -> AsyncIterator[Browser]:
    """A fresh browser without any memory, for the length of a `with` block."""
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program, *FLAGS, f"--user-data-dir={profile}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(await _address(Path(profile)), max_msg_size=0) as socket,
            ):
                browser = Browser(socket)
                listening = asyncio.create_task(browser.listen())
                yield browser
                listening.cancel()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _address(profile: Path) -> str:
    """Where the browser listens, once it has written that down."""
    noted = profile / "DevToolsActivePort"

    async def look() -> list[str] | None:
        words = noted.read_text().split() if noted.exists() else []
        return words if len(words) == 2 else None  # the port and a path

    async with asyncio.timeout(START_WITHIN):
        port, path = await found_by(look)
    return f"ws://127.0.0.1:{port}{path}"


async def found_by(look: Callable[[], Awaitable[Json]]) -> Json:
    """Look again and again until there is something."""
    while True:
        if found := await look():
            return found
        await asyncio.sleep(LOOK_EVERY)


def keep(file: Path, content: bytes) -> None:
    """Write a file, and its folder when that is missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
