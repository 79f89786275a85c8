"""The page in a browser, and the bot behind it: what a test does and sees on either side."""

from dataclasses import dataclass

from tests.browser import BrowserTab
from tests.sandbox.telegram.telegram_client import USERNAME, Json, TelegramClient

BOT = f"@{USERNAME}"


def column_selector(person: int, chat: str | int = BOT) -> str:
    """Where a person's chat is on the page."""
    return f'.column[data-person="{person}"][data-chat="{chat}"]'


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWindow:
    """An open page."""

    tab: BrowserTab
    client: TelegramClient

    async def press(self, person: int, part: str, words: str = "", *, chat: str | int = BOT) -> None:
        """Press something in a person's chat."""
        await self.tab.press(f"{column_selector(person, chat)} {part}", words)

    async def wait_for_words(self, person: int, words: str, part: str = ".log", *, chat: str | int = BOT) -> None:
        """Wait until these words are seen in a person's chat."""
        seen = "(part, words) => document.querySelector(part)?.innerText.includes(words)"
        await self.tab.wait_for(seen, f"{column_selector(person, chat)} {part}", words)

    async def wait_until_gone(self, person: int, words: str, part: str = ".log") -> None:
        """Wait until these words are gone."""
        seen = "(part, words) => !document.querySelector(part)?.innerText.includes(words)"
        await self.tab.wait_for(seen, f"{column_selector(person)} {part}", words)

    async def texts_in(self, person: int, part: str) -> list[str]:
        """The texts of all such parts of a chat."""
        script = "(part) => [...document.querySelectorAll(part)].map((one) => one.textContent)"
        found: list[str] = await self.tab.evaluate(script, f"{column_selector(person)} {part}")
        return found

    async def wait_for_update(self, kind: str = "message") -> Json:
        """The newest thing of this kind the bot was told, once there is one; earlier ones are forgotten."""

        async def look() -> Json:
            updates = await self.client.get_updates(timeout=5)
            if updates:
                await self.client.get_updates(offset=updates[-1]["update_id"] + 1)
            return [update[kind] for update in updates if kind in update]

        return (await self.client.wait_until(look, bool))[-1]
