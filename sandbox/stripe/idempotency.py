"""Idempotency-Key as Stripe keeps it: the first answer replayed for a day, a conflict while it is being made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.stripe.clock import DAY
from sandbox.stripe.documents import DUE, Document, Documents
from sandbox.stripe.refusals import Refusal, bad_parameter

KEPT_FOR = DAY
LONGEST_KEY = 255
KIND = "sandbox.idempotency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One use of a key: whose it is, for which endpoint, with which parameters."""

    id: str
    key: str
    path: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer as it was first given."""

    status: int
    body: str
    request_id: str


def ticket(key: str, *, account: str | None, path: str, params: Mapping[str, object]) -> Ticket:
    """The use of a key by a request; too long a key is refused."""
    if len(key) > LONGEST_KEY:
        raise bad_parameter(
            f"Invalid Idempotency-Key: keys can have up to {LONGEST_KEY} characters.", param="Idempotency-Key"
        )
    written = json.dumps(params, sort_keys=True)
    fingerprint = hashlib.sha256(written.encode()).hexdigest()
    return Ticket(id=f"{account or ''}|{key}", key=key, path=path, fingerprint=fingerprint)


class Keys:
    """The answers kept by key, and the keys whose first request is still under way."""

    def __init__(self, documents: Documents) -> None:
        """Kept answers live among the documents; those under way die with the process."""
        self._documents = documents
        self._under_way: set[str] = set()

    def enter(self, used: Ticket) -> Kept | None:
        """The answer already kept; None when this request is the first and must call `leave`."""
        kept = self._documents.get(KIND, used.id)
        if kept is not None:
            _refuse_other_request(used, kept)
            return Kept(status=kept["status"], body=kept["body"], request_id=kept["request_id"])
        if used.id in self._under_way:
            raise _in_use(used)
        self._under_way.add(used.id)
        return None

    def keep(self, used: Ticket, answer: Kept, now: int) -> None:
        """Remember an answer for 24 hours of the sandbox's clock."""
        document: Document = {
            "id": used.id,
            "path": used.path,
            "fingerprint": used.fingerprint,
            "status": answer.status,
            "body": answer.body,
            "request_id": answer.request_id,
            DUE: now + KEPT_FOR,
        }
        self._documents.put(KIND, document)

    def leave(self, used: Ticket) -> None:
        """The request is over, whatever came of it."""
        self._under_way.discard(used.id)


def _refuse_other_request(used: Ticket, kept: Document) -> None:
    if kept["path"] != used.path:
        raise _mismatch(
            f"Keys for idempotent requests can only be used for the same endpoint they were first used for"
            f" ('{used.path}' vs '{kept['path']}'). Try using a key other than '{used.key}' if you meant to execute a"
            " different request."
        )
    if kept["fingerprint"] != used.fingerprint:
        raise _mismatch(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try"
            f" using a key other than '{used.key}' if you meant to execute a different request."
        )


def _mismatch(message: str) -> Refusal:
    return Refusal(400, {"message": message, "type": "idempotency_error"}, cached=False)


def _in_use(used: Ticket) -> Refusal:
    message = (
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted"
        f" twice, and the other request is still going through): {used.key}. Please try again later."
    )
    error = {"code": "idempotency_key_in_use", "message": message, "type": "invalid_request_error"}
    return Refusal(409, error, cached=False)
