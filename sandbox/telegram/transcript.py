"""Records of Bot API calls: a bounded list in memory, and a file of JSON lines when there is a folder."""

import json
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from sandbox.telegram.parameters import Upload
from sandbox.telegram.records import JsonObject

MAX_KEPT_CALLS: Final = 20_000
FILE_NAME: Final = "telegram.jsonl"
_SECRETS = frozenset({"secret_token"})


class Transcript:
    """Records calls and updates without tokens and secrets."""

    def __init__(self, folder: Path | None) -> None:
        self._calls: deque[JsonObject] = deque(maxlen=MAX_KEPT_CALLS)
        self._file: TextIO | None = None
        self.last = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / FILE_NAME).open("a", encoding="utf-8")

    def record_call(
        self, *, bot: str, method: str, sent: Mapping[str, object], status: int, answer: object, at: float
    ) -> None:
        """Record a Bot API call at Unix seconds `at`; status 0 means that the connection was cut."""
        params = {name: _shown(name, value) for name, value in sent.items()}
        self.last += 1
        self._calls.append(
            {"seq": self.last, "at": at, "bot": bot, "method": method, "params": params, "status": status}
        )
        self._write(bot, method, params, status, answer)

    def record_update(self, *, bot: str, update: JsonObject, status: int, answer: object) -> None:
        """Record an update sent to the bot; status is the webhook's answer, 200 for polling, 0 for no answer."""
        self._write(bot, "update", update, status, answer)

    def calls_after(self, sequence: int) -> list[JsonObject]:
        """Return the kept calls with a higher number, oldest first."""
        return [call for call in self._calls if int(str(call["seq"])) > sequence]

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, bot: str, method: str, params: JsonObject, status: int, answer: object) -> None:
        if self._file is None:
            return
        # Real time, not the sandbox's clock, because lines of several transcripts are merged by time.
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"at": moment, "bot": bot, "method": method, "params": params, "status": status, "answer": answer}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()


def _shown(name: str, value: object) -> object:
    if isinstance(value, Upload):
        return f"file {value.name}, {len(value.content)} bytes"
    return "hidden" if name in _SECRETS else value
