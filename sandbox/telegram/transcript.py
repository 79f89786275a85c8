"""Records of Bot API calls and updates without tokens and secrets."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sandbox.server.call_log import CallLog
from sandbox.telegram.parameters import Upload
from sandbox.telegram.records import JsonObject

FILE_NAME: Final = "telegram.jsonl"
_SECRETS = frozenset({"secret_token"})


class Transcript(CallLog):
    """Records calls and updates."""

    def __init__(self, folder: Path | None) -> None:
        super().__init__(folder, FILE_NAME)

    def record_call(
        self, *, bot: str, method: str, sent: Mapping[str, object], status: int, answer: object, at: float
    ) -> None:
        """Record a Bot API call at Unix seconds `at`; status 0 means that the connection was cut."""
        params = {name: _shown(name, value) for name, value in sent.items()}
        self.add(at=at, bot=bot, method=method, params=params, status=status)
        self.write_line(bot=bot, method=method, params=params, status=status, answer=answer)

    def record_update(self, *, bot: str, update: JsonObject, status: int, answer: object) -> None:
        """Record an update sent to the bot; status is the webhook's answer, 200 for polling, 0 for no answer."""
        self.write_line(bot=bot, method="update", params=update, status=status, answer=answer)


def _shown(name: str, value: object) -> object:
    if isinstance(value, Upload):
        return f"file {value.name}, {len(value.content)} bytes"
    return "hidden" if name in _SECRETS else value
