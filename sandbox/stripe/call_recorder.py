"""Records of the calls: the latest in memory, and all of them in a transcript file when there is a folder."""

import json
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

MAX_REMEMBERED_CALLS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """One call and the status of its answer."""

    seq: int
    at: str
    verb: str
    path: str
    params: object
    account: str | None
    idempotency_key: str | None
    status: int  # 0 when no answer was sent
    replayed: bool


class CallRecorder:
    """Records calls in the order in which they were answered."""

    def __init__(self, transcript_folder: Path | None) -> None:
        """Append each call as one line to `stripe.jsonl` in the folder, if there is one."""
        self._calls: deque[RecordedCall] = deque(maxlen=MAX_REMEMBERED_CALLS)
        self._seq = 0
        self._transcript: TextIO | None = None
        if transcript_folder is not None:
            transcript_folder.mkdir(parents=True, exist_ok=True)
            self._transcript = (transcript_folder / "stripe.jsonl").open("a", encoding="utf-8", buffering=1)

    def add(
        self,
        *,
        verb: str,
        path: str,
        params: object,
        account: str | None,
        key: str | None,
        status: int,
        body: str,
        replayed: bool,
    ) -> None:
        """Record a call and its answer."""
        self._seq += 1
        at = datetime.now(UTC).isoformat()
        self._calls.append(
            RecordedCall(
                seq=self._seq,
                at=at,
                verb=verb,
                path=path,
                params=params,
                account=account,
                idempotency_key=key,
                status=status,
                replayed=replayed,
            )
        )
        if self._transcript is not None:
            line = {
                "at": at,
                "method": f"{verb} {path}",
                "params": params,
                "status": status,
                "answer": _parse_body(body),
            }
            self._transcript.write(json.dumps(line) + "\n")

    def after(self, seq: int) -> list[dict[str, object]]:
        """Return the calls in memory with a sequence number greater than `seq`."""
        return [asdict(call) for call in self._calls if call.seq > seq]

    def close(self) -> None:
        if self._transcript is not None:
            self._transcript.close()


def _parse_body(body: str) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return body
