"""Failures on order: what goes wrong, for which calls, how often, before or after the effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from sandbox.stripe.documents import Document

ERROR_TYPES = {402: "card_error", 429: "rate_limit_error"}
ERROR_CODES = {429: "rate_limit"}
FIRST_SERVER_ERROR = 500


class FaultKind(StrEnum):
    """How a call fails."""

    STATUS = "status"  # an error answer
    HANG = "hang"  # silence for `seconds`
    LOST_ANSWER = "lost_answer"  # the connection closes without an answer
    TRUNCATE = "truncate"  # half of the answer, then the connection closes
    HTML_200 = "html_200"  # some proxy's page instead of the answer
    RESET = "reset"  # the connection is torn down


@dataclass(slots=True, kw_only=True)
class StripeFault:
    """One order for failure; `times` counts down."""

    path: str
    key: str = "*"  # of the calls with such an idempotency key
    kind: FaultKind
    before: bool
    times: int = 1
    status: int = FIRST_SERVER_ERROR
    code: str | None = None
    seconds: float = 30.0
    retry_after: int | None = None
    anyway: bool = False  # a hang before the effect: it happens afterwards, though the caller has given up by then
    called_off: bool = False

    def error(self) -> Document:
        """The `error` object of a status fault."""
        usual = "api_error" if self.status >= FIRST_SERVER_ERROR else "invalid_request_error"
        error: Document = {
            "message": f"The sandbox was told to answer {self.status}.",
            "type": ERROR_TYPES.get(self.status, usual),
        }
        code = self.code or ERROR_CODES.get(self.status)
        return {**error, "code": code} if code else error

    @property
    def runs_first(self) -> bool:
        """Stripe's limiters and key check stand before everything, its idempotency included."""
        return self.kind is FaultKind.STATUS and self.status in (401, 403, 409, 429)


def parse_stripe_fault(body: Document) -> StripeFault:
    """A fault from its JSON; unknown names raise TypeError, unknown kinds ValueError.

    A status and a hang come before the effect unless told otherwise; what happens to an answer comes after it.
    """
    kind = FaultKind(body["kind"])
    before = kind in (FaultKind.STATUS, FaultKind.HANG)
    given = {name: value for name, value in body.items() if value is not None}
    return StripeFault(**{"path": "*", "before": before, **given, "kind": kind})


class StripeFaults:
    """The orders for failure that still stand."""

    def __init__(self) -> None:
        """None."""
        self._pending: list[StripeFault] = []
        self._hanging: list[StripeFault] = []  # those that hang are asked for until they are over

    def add(self, fault: StripeFault) -> None:
        """Let calls fail."""
        self._pending.append(fault)

    def clear(self) -> None:
        """Let all calls be, also those that hang now."""
        for fault in self._hanging:
            fault.called_off = True
        self._hanging.clear()
        self._pending.clear()

    def pending(self) -> Sequence[Document]:
        """The orders that have not struck as often as they shall."""
        return [asdict(fault) for fault in self._pending]

    def take_matching(self, verb: str, path: str, key: str | None) -> StripeFault | None:
        """The first fault ordered for this call, used up by one."""
        for fault in self._pending:
            if fnmatchcase(f"{verb} {path}", fault.path) and fnmatchcase(key or "", fault.key):
                fault.times -= 1
                if fault.times <= 0:
                    self._pending.remove(fault)
                if fault.kind is FaultKind.HANG:
                    self._hanging.append(fault)
                return fault
        return None
