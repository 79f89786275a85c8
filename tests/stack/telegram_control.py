"""Control of a Telegram stand-in in tests: its people and groups, its faults, and the calls it received."""

from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(slots=True, kw_only=True)
class TelegramControl:
    """A Telegram stand-in, as a test controls it."""

    telegram_url: str
    http: aiohttp.ClientSession

    async def control_telegram(self, path: str, verb: str = "POST", **body: Any) -> Any:
        """Send a control request to the stand-in; a trailing underscore separates `from_` from the keyword."""
        named = {name.rstrip("_"): value for name, value in body.items()}
        async with self.http.request(verb, f"{self.telegram_url}/sim/{path}", json=named) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def clear_telegram_faults(self) -> None:
        """Remove all faults, and let the calls go on that are held back."""
        await self.control_telegram("faults", "DELETE")

    async def call_telegram(self, token: str, method: str, **form: Any) -> Any:
        """Call a method of the Bot API as this bot, and return the result."""
        async with self.http.post(f"{self.telegram_url}/bot{token}/{method}", json=form) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer["result"]

    async def calls(self, method: str, chat: int | None = None, *, after: int = 0) -> list[Any]:
        """The recorded Bot API calls of one method, all or to one chat, oldest first."""
        recorded = (await self.control_telegram("calls", "GET", after=after))["calls"]
        found = [call for call in recorded if call["method"] == method]
        return [call for call in found if chat is None or int(call["params"]["chat_id"]) == chat]

    async def read_file(self, file_id: str) -> bytes:
        """The content of an uploaded file."""
        async with self.http.get(f"{self.telegram_url}/sim/files/{file_id}") as response:
            assert response.status == 200
            return await response.read()
