"""Records of the calls to a stand-in: the newest in memory, and all of them in a file of JSON lines if there is one."""

import json
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

MAX_KEPT_CALLS = 20_000


class CallLog:
    """Calls in the order in which they were answered."""

    def __init__(self, folder: Path | None, file_name: str) -> None:
        """Append to the file of this name in the folder, if there is one."""
        self._calls: deque[dict[str, object]] = deque(maxlen=MAX_KEPT_CALLS)
        self._file: TextIO | None = None
        self.last = 0  # the number of the newest call
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / file_name).open("a", encoding="utf-8", buffering=1)

    @property
    def has_file(self) -> bool:
        """Whether lines are written."""
        return self._file is not None

    def add(self, **call: object) -> None:
        """Keep a call in memory, with the next number as `seq`."""
        self.last += 1
        self._calls.append({"seq": self.last, **call})

    def after(self, seq: int) -> list[dict[str, object]]:
        """Return the kept calls with a higher number, oldest first."""
        return [call for call in self._calls if int(str(call["seq"])) > seq]

    def write_line(self, **line: object) -> None:
        """Write a line with the real time, because lines of several files are merged by time."""
        if self._file is not None:
            moment = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._file.write(json.dumps({"at": moment, **line}, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
