"""Faults that tests order: which calls fail, how, how often, and before or after the effect."""

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from sandbox.server.ordered_faults import OrderedFaults
from sandbox.stripe.documents import Document

ERROR_TYPES = {402: "card_error", 429: "rate_limit_error"}
ERROR_CODES = {429: "rate_limit"}
FIRST_SERVER_ERROR = 500


class FaultKind(StrEnum):
    """How a call fails."""

    STATUS = "status"  # an error status
    HANG = "hang"  # no answer for `seconds`
    LOST_ANSWER = "lost_answer"  # the connection closes without an answer
    TRUNCATE = "truncate"  # half of the answer, then the connection closes
    HTML_200 = "html_200"  # an HTML page of a proxy instead of the answer
    RESET = "reset"  # a TCP reset


@dataclass(slots=True, kw_only=True)
class StripeFault:
    """One ordered fault; `times` counts down to 0."""

    path: str
    key: str = "*"  # a pattern for the idempotency key of the calls
    kind: FaultKind
    before: bool
    times: int = 1
    status: int = FIRST_SERVER_ERROR
    code: str | None = None
    type: str | None = None
    param: str | None = None
    message: str | None = None
    seconds: float = 30.0
    retry_after: int | None = None
    anyway: bool = False  # after a hang before the effect, have the effect even when the caller left
    called_off: bool = False

    def error(self) -> Document:
        """Return the `error` object of a status fault."""
        usual = "api_error" if self.status >= FIRST_SERVER_ERROR else "invalid_request_error"
        error: Document = {
            "message": self.message or f"The sandbox was told to answer {self.status}.",
            "type": self.type or ERROR_TYPES.get(self.status, usual),
        }
        optional = {"code": self.code or ERROR_CODES.get(self.status), "param": self.param}
        return error | {name: value for name, value in optional.items() if value}

    @property
    def runs_first(self) -> bool:
        """Whether the fault happens before idempotency, as Stripe's rate limits and API key check do."""
        return self.kind is FaultKind.STATUS and self.status in (401, 403, 409, 429)


def parse_stripe_fault(body: Document) -> StripeFault:
    """Return the fault described by JSON; raise TypeError for an unknown name and ValueError for an unknown kind.

    By default a status and a hang happen before the effect, and every fault of an answer happens after it.
    """
    kind = FaultKind(body["kind"])
    before = kind in (FaultKind.STATUS, FaultKind.HANG)
    given = {name: value for name, value in body.items() if value is not None}
    return StripeFault(**{"path": "*", "before": before, **given, "kind": kind})


class StripeFaults(OrderedFaults[StripeFault]):
    """The ordered faults, and the hangs that are in flight, which `clear` ends."""

    def __init__(self) -> None:
        super().__init__()
        self._hanging: list[StripeFault] = []

    def clear(self) -> None:
        """Remove all faults and end the hangs that are in flight."""
        for fault in self._hanging:
            fault.called_off = True
        self._hanging.clear()
        super().clear()

    def take_matching(self, verb: str, path: str, key: str | None) -> StripeFault | None:
        """Return the first fault that matches this call and count it down, or None."""
        fault = self.take(lambda one: fnmatchcase(f"{verb} {path}", one.path) and fnmatchcase(key or "", one.key))
        if fault is not None and fault.kind is FaultKind.HANG:
            self._hanging.append(fault)
        return fault
