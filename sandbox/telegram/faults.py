"""Failures on demand: which call fails, how, and how many more times."""

from dataclasses import dataclass, replace
from typing import Final

from .records import Bot, JsonObject
from .refusals import Mistake, Refusal

KINDS: Final = ("status", "hang", "lost_answer", "reset")
_TITLES: Final = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
    429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A failure that waits for its call; `method` "*" means any."""

    kind: str
    method: str
    bot_id: int | None = None
    chat: int | None = None
    status: int = 500
    description: str | None = None
    retry_after: int | None = None
    seconds: float = 0.0
    times: int = 1

    def refusal(self) -> Refusal:
        """The answer of a "status" fault."""
        title = _TITLES.get(self.status, "Error")
        sentence = self.description or title
        if self.retry_after is None:
            return Refusal(self.status, sentence)
        sentence = self.description or f"{title}: retry after {self.retry_after}"
        return Refusal(self.status, sentence, {"retry_after": self.retry_after})


class Faults:
    """The failures in waiting, oldest first; a call takes at most one."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let the next `times` matching calls fail; Mistake for a kind there is not."""
        if fault.kind not in KINDS:
            raise Mistake(f"There is no fault of kind {fault.kind!r}; there are {', '.join(KINDS)}.")
        self._faults.append(fault)

    def clear(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def take(self, bot: Bot, method: str, chat: object) -> Fault | None:
        """The fault this call meets, if any; it is used up by one."""
        for index, fault in enumerate(self._faults):
            if not _meets(fault, bot, method, chat):
                continue
            if fault.times > 1:
                self._faults[index] = replace(fault, times=fault.times - 1)
            else:
                del self._faults[index]
            return fault
        return None

    def waiting(self) -> list[JsonObject]:
        """The failures still to come."""
        return [{"kind": fault.kind, "method": fault.method, "times": fault.times} for fault in self._faults]


def _meets(fault: Fault, bot: Bot, method: str, chat: object) -> bool:
    return (
        fault.method.lower() in {"*", method.lower()}
        and fault.bot_id in {None, bot.id}
        and (fault.chat is None or str(fault.chat) == str(chat))
    )
