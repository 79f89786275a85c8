"""Waiting for Telegram's answer to a send: the message's lease is kept meanwhile, and a late answer is listened to."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.telegram.outcomes import SendOutcome, SendOutcomeUnknown

log = get_logger(__name__)

KeepLease = Callable[[], Awaitable[None]]
RecordLate = Callable[[SendOutcome], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWaits:
    """How long a worker waits, in seconds, and the tasks that listen to late answers."""

    answer_seconds: float = Timeout.TELEGRAM_ANSWER.seconds
    late_seconds: float = Timeout.TELEGRAM_LATE_ANSWER.seconds
    renewal_seconds: float = Timeout.SEND_LEASE_RENEWAL.seconds
    listening: set[asyncio.Task[None]] = field(default_factory=set)

    def listen(self, following: Coroutine[Any, Any, None]) -> None:
        """Await it in a task of its own, so that no send waits for it; a failure is logged."""
        task = asyncio.create_task(_try(following))
        self.listening.add(task)
        task.add_done_callback(self.listening.discard)

    async def close(self) -> None:
        """Listen no more: what is unknown stays unknown."""
        for each in self.listening:
            each.cancel()
        await asyncio.gather(*self.listening, return_exceptions=True)


async def await_answer(
    waits: AnswerWaits, call: Coroutine[Any, Any, SendOutcome], *, keep_lease: KeepLease, record_late: RecordLate
) -> SendOutcome:
    """Make the call and return its outcome, which is unknown when there is no answer in time.

    `keep_lease` is called while the answer takes long. An answer that comes after all is given to `record_late`.
    """
    sending = asyncio.create_task(call)
    gives_up_at = _now() + waits.answer_seconds
    try:
        while not sending.done() and (left := gives_up_at - _now()) > 0:
            await asyncio.wait({sending}, timeout=min(left, waits.renewal_seconds))
            if not sending.done():
                await _try(keep_lease())
    except asyncio.CancelledError:
        sending.cancel()
        raise
    if sending.done():
        return sending.result()
    listening_seconds = waits.late_seconds - waits.answer_seconds
    waits.listen(_listen(sending, listening_seconds, record_late))
    return SendOutcomeUnknown(f"no answer within {waits.answer_seconds:g} s", listening_seconds=listening_seconds)


async def _listen(sending: asyncio.Task[SendOutcome], seconds: float, record_late: RecordLate) -> None:
    try:
        async with asyncio.timeout(seconds):
            outcome = await sending
    except TimeoutError:
        return
    await record_late(outcome)


async def _try(recording: Awaitable[None]) -> None:
    """Await it; a failure is logged, because the send goes on, and what it would record is found in other ways."""
    try:
        await recording
    except Exception:
        log.exception("send_not_followed")


def _now() -> float:
    return asyncio.get_running_loop().time()
