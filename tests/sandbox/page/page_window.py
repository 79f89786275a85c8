"""The page in a browser, and the bot behind it, as a test uses both."""

from dataclasses import dataclass

from sandbox.people.control_clients import Json
from tests.sandbox.telegram.telegram_client import USERNAME, TelegramClient
from tests.stack.browser import BrowserTab

BOT = f"@{USERNAME}"


def column_selector(person: int, chat: str | int = BOT) -> str:
    """Return the selector of a person's chat on the page."""
    return f'.column[data-person="{person}"][data-chat="{chat}"]'


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWindow:
    """An open page."""

    tab: BrowserTab
    client: TelegramClient

    async def press(self, person: int, part: str, words: str = "", *, chat: str | int = BOT) -> None:
        """Click an element in a person's chat."""
        await self.tab.press(f"{column_selector(person, chat)} {part}", words)

    async def wait_for_words(self, person: int, words: str, part: str = ".log", *, chat: str | int = BOT) -> None:
        """Wait until these words are visible in a person's chat."""
        seen = "(part, words) => document.querySelector(part)?.innerText.includes(words)"
        await self.tab.wait_for(seen, f"{column_selector(person, chat)} {part}", words)

    async def wait_until_gone(self, person: int, words: str, part: str = ".log") -> None:
        """Wait until these words are gone."""
        seen = "(part, words) => !document.querySelector(part)?.innerText.includes(words)"
        await self.tab.wait_for(seen, f"{column_selector(person)} {part}", words)

    async def texts_in(self, person: int, part: str) -> list[str]:
        """Return the texts of all matching elements of a chat."""
        script = "(part) => [...document.querySelectorAll(part)].map((one) => one.textContent)"
        found: list[str] = await self.tab.evaluate(script, f"{column_selector(person)} {part}")
        return found

    async def wait_for_update(self, kind: str = "message") -> Json:
        """Wait for an update of this kind, return the newest one, and confirm all of them."""

        async def look() -> Json:
            updates = await self.client.get_updates(timeout=5)
            if updates:
                await self.client.get_updates(offset=updates[-1]["update_id"] + 1)
            return [update[kind] for update in updates if kind in update]

        return (await self.client.wait_until(look, bool))[-1]
