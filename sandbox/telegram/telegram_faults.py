"""Faults that tests order: which calls fail, how, and how many more times."""

from dataclasses import dataclass, replace
from typing import Final

from sandbox.telegram.bot_api_refusals import BotApiRefusal, ControlRequestError
from sandbox.telegram.records import Bot, JsonObject

FAULT_KINDS: Final = ("status", "hang", "lost_answer", "reset")
_TITLES: Final = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
    429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def refusal(self) -> BotApiRefusal:
        """Return the answer of a "status" fault."""
        title = _TITLES.get(self.status, "Error")
        sentence = self.description or title
        if self.retry_after is None:
            return BotApiRefusal(self.status, sentence)
        sentence = self.description or f"{title}: retry after {self.retry_after}"
        return BotApiRefusal(self.status, sentence, {"retry_after": self.retry_after})


class TelegramFaults:
    """The ordered faults, oldest first; a call takes at most one."""

    def __init__(self) -> None:
        self._faults: list[TelegramFault] = []

    def add(self, fault: TelegramFault) -> None:
        """Let the next `times` matching calls fail; raise ControlRequestError for an unknown kind."""
        if fault.kind not in FAULT_KINDS:
            raise ControlRequestError(f"There is no fault of kind {fault.kind!r}; there are {', '.join(FAULT_KINDS)}.")
        self._faults.append(fault)

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def take_matching(self, bot: Bot, method: str, chat: object) -> TelegramFault | None:
        """Return the first fault that matches this call and count it down, or None."""
        for index, fault in enumerate(self._faults):
            if not _matches(fault, bot, method, chat):
                continue
            if fault.times > 1:
                self._faults[index] = replace(fault, times=fault.times - 1)
            else:
                del self._faults[index]
            return fault
        return None

    def pending(self) -> list[JsonObject]:
        """Return the faults that have not happened as often as ordered."""
        return [{"kind": fault.kind, "method": fault.method, "times": fault.times} for fault in self._faults]


def _matches(fault: TelegramFault, bot: Bot, method: str, chat: object) -> bool:
    return (
        fault.method.lower() in {"*", method.lower()}
        and fault.bot_id in {None, bot.id}
        and (fault.chat is None or str(fault.chat) == str(chat))
    )
