"""Faults of the Bot API: which calls fail, and how."""

import asyncio
import math
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sandbox.server.ordered_faults import OrderedFaults
from sandbox.telegram.bot_api_refusals import BotApiRefusal
from sandbox.telegram.records import Bot

# "hang" waits before the effect of the call, "late_answer" after it. "garbage" is an answer that is no JSON.
# "flood" refuses every call with 429 until `seconds` are over, however often it is tried.
FAULT_KINDS: Final = ("status", "hang", "late_answer", "lost_answer", "reset", "garbage", "flood")
UNENDING: Final = 1_000_000_000  # so often that a test sees no end of it
_TITLES: Final = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
    429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class TelegramFault:
    """One ordered fault; `method` "*" means any method."""

    kind: str
    method: str
    bot_id: int | None = None
    chat: int | None = None
    status: int = 500
    description: str | None = None
    retry_after: int | None = None
    seconds: float = 0.0
    times: int = 1
    ends_at: float = 0.0  # of a flood, by the clock of the stand-in

    def flood_refusal(self, now: float) -> BotApiRefusal:
        """Return the answer of a "flood" fault, with the seconds that are left."""
        left = max(math.ceil(self.ends_at - now), 1)
        return BotApiRefusal(429, f"Too Many Requests: retry after {left}", {"retry_after": left})

    def refusal(self) -> BotApiRefusal:
        """Return the answer of a "status" fault."""
        title = _TITLES.get(self.status, "Error")
        sentence = self.description or title
        if self.retry_after is None:
            return BotApiRefusal(self.status, sentence)
        sentence = self.description or f"{title}: retry after {self.retry_after}"
        return BotApiRefusal(self.status, sentence, {"retry_after": self.retry_after})

    def is_match(self, bot: Bot, method: str, chat: object, now: float) -> bool:
        """Return whether this call fails."""
        return (
            not (self.kind == "flood" and self.ends_at <= now)
            and self.method.lower() in {"*", method.lower()}
            and self.bot_id in {None, bot.id}
            and (self.chat is None or str(self.chat) == str(chat))
        )


class TelegramFaults(OrderedFaults[TelegramFault]):
    """The faults of a Telegram sandbox; clearing them lets the calls go on that are held back."""

    def __init__(self) -> None:
        super().__init__()
        self._cleared = asyncio.Event()

    def clear(self) -> None:
        """Remove all faults, and let the calls go on that are held back."""
        super().clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def hold_back(self, fault: TelegramFault) -> None:
        """Wait for the seconds of a fault, or until the faults are cleared."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._cleared.wait(), fault.seconds)
