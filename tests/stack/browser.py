"""A real browser, driven over its debugging protocol: it opens pages, reads, clicks and types as people do."""

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

Json: TypeAlias = Any  # what the protocol answers; each caller checks what it expects

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--disable-default-apps",
    "--disable-dev-shm-usage", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
    "--hide-scrollbars", "--mute-audio", "--remote-debugging-port=0",
    # as with a mouse
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
)  # fmt: skip
START_TIMEOUT_SECONDS = 30.0
WAIT_TIMEOUT_SECONDS = 20.0  # longer than a person would wait, because machines under test are slow
MAX_PRESS_ATTEMPTS = 5  # on an element that moves
KEYS = {
    "Enter": (13, "\r"),
    "Tab": (9, ""),
    "ArrowUp": (38, ""),
    "ArrowDown": (40, ""),
}  # the code, and the character it types
POLL_INTERVAL_SECONDS = 0.04  # seconds between two polls of a page

# Returns the middle of the last element that shows this text: inside the viewport, not moving, not covered.
FIND_ELEMENT_SCRIPT = """async (selector, words) => {
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
# Whether the click went to another element, because something moved; a page that is gone received it.
MISSED_PRESS_SCRIPT = "() => Boolean(window.pressed) && !window.pressed.contains(window.touched)"


def chromium() -> str | None:
    """The path of Chromium: what CHROMIUM names, else the one on PATH; None when there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSER_NAMES)), None)


@dataclass(slots=True)
class Browser:
    """A running browser; `asked` are the addresses that any of its pages requested."""

    socket: aiohttp.ClientWebSocketResponse
    tabs: dict[str, "BrowserTab"] = field(default_factory=dict)
    requested_urls: list[str] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _pending_replies: dict[int, "asyncio.Future[Json]"] = field(default_factory=dict)

    async def receive_events(self) -> None:
        """Receive the browser's events until the connection closes."""
        async for said in self.socket:
            message = said.json()
            if "id" in message:
                answer = self._pending_replies.pop(message["id"])
                if not answer.done():  # the caller may have been cancelled
                    answer.set_result(message)
            else:
                self._handle_event(message["method"], message["params"], message.get("sessionId"))

    def _handle_event(self, method: str, told: Json, session: str | None) -> None:
        match method:
            case "Target.attachedToTarget" if told["targetInfo"]["type"] == "page":
                self.tabs[told["sessionId"]] = BrowserTab(browser=self, session=told["sessionId"])
            case "Target.detachedFromTarget":
                self.tabs.pop(told["sessionId"], None)
            case "Network.requestWillBeSent":
                self.requested_urls.append(told["request"]["url"])
            case "Runtime.exceptionThrown" if session in self.tabs:
                self.tabs[session].script_errors.append(str(told["exceptionDetails"]))

    async def send_command(self, method: str, session: str | None = None, **parameters: Json) -> Json:
        """Send a command and return its result; raise AssertionError when the browser refuses it."""
        number = next(self._numbers)
        order = {"id": number, "method": method, "params": parameters}
        answer = self._pending_replies[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json(order if session is None else {**order, "sessionId": session})
        async with asyncio.timeout(WAIT_TIMEOUT_SECONDS):
            result = await answer
        assert "error" not in result, f"{method} {parameters}: {result['error']}"
        return result["result"]

    async def open(self, url: str, *, width: int, height: int, phone: bool = False) -> "BrowserTab":
        """Open a tab with a viewport of this size, and wait until it has loaded the page."""
        target = await self.send_command("Target.createTarget", url="about:blank")
        tab = await self._tab_of(target["targetId"])
        await tab.send_command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )
        await tab.send_command("Page.navigate", url=url)
        return tab

    async def _tab_of(self, target: str) -> "BrowserTab":
        session = (await self.send_command("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        tab = self.tabs[session]
        await tab.enable_events()
        return tab

    async def wait_for_tab(self, path: str) -> "BrowserTab":
        """Wait for a tab, opened by a page, whose address contains this."""

        async def look() -> str | None:
            infos = (await self.send_command("Target.getTargets"))["targetInfos"]
            return next((one["targetId"] for one in infos if one["type"] == "page" and path in one["url"]), None)

        async with asyncio.timeout(WAIT_TIMEOUT_SECONDS):
            return await self._tab_of(await poll_until_found(look))

    async def wait_for_single_tab(self, tab: "BrowserTab") -> None:
        """Wait until no other attached tab is open."""

        async def look() -> bool:
            return list(self.tabs) == [tab.session]

        async with asyncio.timeout(WAIT_TIMEOUT_SECONDS):
            await poll_until_found(look)


@dataclass(slots=True)
class BrowserTab:
    """One page of the browser, as a person sees and touches it."""

    browser: Browser
    session: str
    script_errors: list[str] = field(default_factory=list)

    async def send_command(self, method: str, **parameters: Json) -> Json:
        """Send a command for this tab."""
        return await self.browser.send_command(method, self.session, **parameters)

    async def enable_events(self) -> None:
        """Subscribe to this tab's requests and script errors."""
        for domain in ("Page", "Runtime", "Network"):
            await self.send_command(f"{domain}.enable")

    async def evaluate(self, function: str, *arguments: Json) -> Json:
        """Return what a JavaScript function returns inside the page; None while the page is changing."""
        words = ", ".join(json.dumps(one) for one in arguments)
        try:
            answer = await self.send_command(
                "Runtime.evaluate", expression=f"({function})({words})", returnByValue=True, awaitPromise=True
            )
        except AssertionError:
            return None  # the page was replaced during the call
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def wait_for(self, function: str, *arguments: Json, within: float = WAIT_TIMEOUT_SECONDS) -> Json:
        """Wait until a function returns something true inside the page, and return that."""
        try:
            async with asyncio.timeout(within):
                return await poll_until_found(lambda: self.evaluate(function, *arguments))
        except TimeoutError:
            shown = await self.evaluate("() => document.body.innerText")
            raise AssertionError(
                f"Not within {within:.0f} s: {function} {arguments}. The page shows:\n{shown}"
            ) from None

    async def press(self, selector: str, words: str = "") -> None:
        """Click the last element of a selector that shows this text, once it is there and nothing covers it."""
        await self.send_command("Page.bringToFront")
        for _ in range(MAX_PRESS_ATTEMPTS):
            x, y = await self.wait_for(FIND_ELEMENT_SCRIPT, selector, words)
            for kind in ("mousePressed", "mouseReleased"):
                await self.send_command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
            if not await self.evaluate(MISSED_PRESS_SCRIPT):
                return
        raise AssertionError(f"{selector} {words!r} could not be hit in {MAX_PRESS_ATTEMPTS} presses")

    async def type_text(self, selector: str, text: str, *, enter: bool = False) -> None:
        """Click into a field, type a text, and perhaps press Enter."""
        await self.press(selector)
        await self.send_command("Input.insertText", text=text)
        if enter:
            await self.press_key("Enter")

    async def press_key(self, name: str, *, shift: bool = False) -> None:
        """Press one of KEYS, perhaps with Shift."""
        code, text = KEYS[name]
        key = {"key": name, "code": name, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        await self.send_command("Page.bringToFront")
        for kind in ("keyDown", "keyUp"):
            await self.send_command("Input.dispatchKeyEvent", type=kind, **key, **({"text": text} if text else {}))

    async def save_screenshot(self, file: Path) -> None:
        """Save a PNG of what the viewport shows."""
        await self.send_command("Page.bringToFront")
        shot = await self.send_command("Page.captureScreenshot", format="png")
        write_file(file, base64.b64decode(shot["data"]))


def require_browser() -> str:
    """Return the path of Chromium; without one the test is skipped, and the summary says so."""
    program = chromium()
    if program is None:
        pytest.skip("no Chromium was found, so the browser tests were left out; install one, or name it in CHROMIUM")
    return program


@asynccontextmanager
async def running_browser(program: str) -> AsyncIterator[Browser]:
    """Run a browser with an empty profile for the length of a `with` block."""
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program, *BROWSER_FLAGS, f"--user-data-dir={profile}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(await _debugger_address(Path(profile)), max_msg_size=0) as socket,
            ):
                browser = Browser(socket)
                listening = asyncio.create_task(browser.receive_events())
                yield browser
                listening.cancel()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _debugger_address(profile: Path) -> str:
    """Return the address of the debugging protocol, once the browser has written it down."""
    noted = profile / "DevToolsActivePort"

    async def look() -> list[str] | None:
        words = noted.read_text().split() if noted.exists() else []
        return words if len(words) == 2 else None  # the port and a path

    async with asyncio.timeout(START_TIMEOUT_SECONDS):
        port, path = await poll_until_found(look)
    return f"ws://127.0.0.1:{port}{path}"


async def poll_until_found(look: Callable[[], Awaitable[Json]]) -> Json:
    """Poll a probe until it returns something, and return that."""
    while True:
        if found := await look():
            return found
        await asyncio.sleep(POLL_INTERVAL_SECONDS)


def write_file(file: Path, content: bytes) -> None:
    """Write a file, and create its folder when that is missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
