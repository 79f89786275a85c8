"""The sandbox's clock: real time plus an offset that tests advance, kept across restarts."""

import time

from sandbox.stripe.documents import DocumentStore

CLOCK_KIND = "sandbox.clock"
SECONDS_PER_HOUR = 3_600
SECONDS_PER_DAY = 24 * SECONDS_PER_HOUR


class StripeClock:
    """A clock in unix seconds that only moves forward."""

    def __init__(self, documents: DocumentStore) -> None:
        """Load the offset from the documents."""
        self._documents = documents
        kept = documents.get(CLOCK_KIND, CLOCK_KIND)
        self._offset: float = kept["offset"] if kept else 0.0

    def now(self) -> int:
        """Return whole unix seconds, as Stripe objects store them."""
        return int(time.time() + self._offset)

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds`; raise ValueError when it is negative."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self._offset += seconds
        self._documents.put(CLOCK_KIND, {"id": CLOCK_KIND, "offset": self._offset})
