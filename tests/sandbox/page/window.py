"""The page in a browser, and the bot behind it: what a test does and sees on either side."""

from dataclasses import dataclass

from tests.browser import Tab
from tests.sandbox.telegram.desk import USERNAME, Desk, Json

BOT = f"@{USERNAME}"


def column(person: int, chat: str | int = BOT) -> str:
    """Where a person's chat is on the page."""
    return f'.column[data-person="{person}"][data-chat="{chat}"]'


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """An open page."""

    tab: Tab
    desk: Desk

    async def press(self, person: int, part: str, words: str = "", *, chat: str | int = BOT) -> None:
        """Press something in a person's chat."""
        await self.tab.press(f"{column(person, chat)} {part}", words)

    async def shows(self, person: int, words: str, part: str = ".log", *, chat: str | int = BOT) -> None:
        """Wait until these words are seen in a person's chat."""
        seen = "(part, words) => document.querySelector(part)?.innerText.includes(words)"
        await self.tab.until(seen, f"{column(person, chat)} {part}", words)

    async def lacks(self, person: int, words: str, part: str = ".log") -> None:
        """Wait until these words are gone."""
        seen = "(part, words) => !document.querySelector(part)?.innerText.includes(words)"
        await self.tab.until(seen, f"{column(person)} {part}", words)

    async def inside(self, person: int, part: str) -> list[str]:
        """The texts of all such parts of a chat."""
        script = "(part) => [...document.querySelectorAll(part)].map((one) => one.textContent)"
        found: list[str] = await self.tab.look(script, f"{column(person)} {part}")
        return found

    async def heard(self, kind: str = "message") -> Json:
        """The newest thing of this kind the bot was told, once there is one; earlier ones are forgotten."""

        async def look() -> Json:
            updates = await self.desk.updates(timeout=5)
            if updates:
                await self.desk.updates(offset=updates[-1]["update_id"] + 1)
            return [update[kind] for update in updates if kind in update]

        return (await self.desk.until(look, bool))[-1]
