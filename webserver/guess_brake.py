"""A brake on guesses of secrets: wrong ones beyond a rate are answered late, and more of them not at all.

The right secret is compared first and never meets the brake, so nobody can use it against Telegram or Stripe. It counts
all senders together: behind a proxy they have one address. Its state is one number and the guesses that wait.
"""

import asyncio
import time
from dataclasses import dataclass, field
from enum import Enum

from domain.settings.timeouts import Timeout

GUESSES_PER_SECOND = 10.0
MAX_GUESS_BURST = 100.0
LATE_ANSWER_DELAY_SECONDS = Timeout.HTTP_GUESS_DELAY.seconds
MAX_WAITING_GUESSES = 64


class GuessVerdict(Enum):
    """What a wrong secret gets."""

    ANSWER = "answer"
    ANSWER_LATE = "answer late"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessBucket:
    """The guesses that may be answered at once; the time is in seconds of a monotonic clock."""

    tokens: float
    updated_at: float


@dataclass(slots=True, kw_only=True)
class GuessBrake:
    """The state of the brake of one process."""

    bucket: GuessBucket = field(default_factory=lambda: GuessBucket(tokens=MAX_GUESS_BURST, updated_at=0.0))
    waiting: int = 0


def judge_guess(bucket: GuessBucket, waiting: int, now: float) -> tuple[GuessBucket, GuessVerdict]:
    """Return the bucket after one more wrong guess, and what that guess gets."""
    tokens = min(MAX_GUESS_BURST, bucket.tokens + (now - bucket.updated_at) * GUESSES_PER_SECOND)
    if tokens >= 1:
        return GuessBucket(tokens=tokens - 1, updated_at=now), GuessVerdict.ANSWER
    late = waiting < MAX_WAITING_GUESSES
    return GuessBucket(tokens=tokens, updated_at=now), GuessVerdict.ANSWER_LATE if late else GuessVerdict.NO_ANSWER


async def slow_down_guess(brake: GuessBrake) -> bool:
    """Wait as long as a wrong guess has to. Return whether it is answered; if not, its connection is to be cut."""
    brake.bucket, verdict = judge_guess(brake.bucket, brake.waiting, time.monotonic())
    if verdict is GuessVerdict.ANSWER_LATE:
        brake.waiting += 1
        try:
            await asyncio.sleep(LATE_ANSWER_DELAY_SECONDS)
        finally:
            brake.waiting -= 1
    return verdict is not GuessVerdict.NO_ANSWER
