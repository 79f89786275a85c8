"""The sandbox's clock: real time plus what somebody moved it by, kept across restarts."""

from __future__ import annotations

import time

from sandbox.stripe.documents import DocumentStore

CLOCK_KIND = "sandbox.clock"
SECONDS_PER_HOUR = 3_600
SECONDS_PER_DAY = 24 * SECONDS_PER_HOUR


class StripeClock:
    """Unix seconds that only ever move forward."""

    def __init__(self, documents: DocumentStore) -> None:
        """Take up the offset the documents remember."""
        self._documents = documents
        kept = documents.get(CLOCK_KIND, CLOCK_KIND)
        self._offset: float = kept["offset"] if kept else 0.0

    def now(self) -> int:
        """Whole unix seconds, as every Stripe object stores them."""
        return int(time.time() + self._offset)

    def advance(self, seconds: float) -> None:
        """Move forward by that many seconds; a negative number is refused with ValueError."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self._offset += seconds
        self._documents.put(CLOCK_KIND, {"id": CLOCK_KIND, "offset": self._offset})
