"""Idempotency keys as at Stripe: a second request gets the first answer, or a conflict while the first is in flight."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.stripe.documents import DUE_FIELD, Document, DocumentStore
from sandbox.stripe.stripe_clock import SECONDS_PER_DAY
from sandbox.stripe.stripe_refusals import StripeRefusal, bad_parameter

KEY_TTL_SECONDS = SECONDS_PER_DAY
MAX_KEY_LENGTH = 255
DOCUMENT_KIND = "sandbox.idempotency"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """The request that a key is used for: its account, endpoint and parameters."""

    id: str
    key: str
    path: str
    fingerprint: str  # a hash of the parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """The first answer given for a key."""

    status: int
    body: str
    request_id: str


def build_key_use(key: str, *, account: str | None, path: str, params: Mapping[str, object]) -> KeyUse:
    """Return the use of a key by a request; raise StripeRefusal when the key is longer than MAX_KEY_LENGTH."""
    if len(key) > MAX_KEY_LENGTH:
        raise bad_parameter(
            f"Invalid Idempotency-Key: keys can have up to {MAX_KEY_LENGTH} characters.", param="Idempotency-Key"
        )
    serialized_params = json.dumps(params, sort_keys=True)
    fingerprint = hashlib.sha256(serialized_params.encode()).hexdigest()
    return KeyUse(id=f"{account or ''}|{key}", key=key, path=path, fingerprint=fingerprint)


class IdempotencyKeys:
    """Keeps answers by key, and the keys of first requests that are in flight."""

    def __init__(self, documents: DocumentStore) -> None:
        """Kept answers are stored in the documents; keys in flight are in memory only."""
        self._documents = documents
        self._in_flight: set[str] = set()

    def begin(self, key_use: KeyUse) -> KeptAnswer | None:
        """Return the kept answer, or None for the first request, which must call `finish`.

        Raises StripeRefusal when the key is in flight or was used for another request.
        """
        kept = self._documents.get(DOCUMENT_KIND, key_use.id)
        if kept is not None:
            _refuse_other_request(key_use, kept)
            return KeptAnswer(status=kept["status"], body=kept["body"], request_id=kept["request_id"])
        if key_use.id in self._in_flight:
            raise _in_flight_refusal(key_use)
        self._in_flight.add(key_use.id)
        return None

    def keep(self, key_use: KeyUse, answer: KeptAnswer, now: int) -> None:
        """Keep an answer for 24 hours of the sandbox's clock."""
        document: Document = {
            "id": key_use.id,
            "path": key_use.path,
            "fingerprint": key_use.fingerprint,
            "status": answer.status,
            "body": answer.body,
            "request_id": answer.request_id,
            DUE_FIELD: now + KEY_TTL_SECONDS,
        }
        self._documents.put(DOCUMENT_KIND, document)

    def finish(self, key_use: KeyUse) -> None:
        """Mark the request as no longer in flight, whether it succeeded or not."""
        self._in_flight.discard(key_use.id)


def _refuse_other_request(key_use: KeyUse, kept: Document) -> None:
    if kept["path"] != key_use.path:
        raise _mismatch_refusal(
            f"Keys for idempotent requests can only be used for the same endpoint they were first used for"
            f" ('{key_use.path}' vs '{kept['path']}'). Try using a key other than '{key_use.key}' if you meant to"
            " execute a different request."
        )
    if kept["fingerprint"] != key_use.fingerprint:
        raise _mismatch_refusal(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try"
            f" using a key other than '{key_use.key}' if you meant to execute a different request."
        )


def _mismatch_refusal(message: str) -> StripeRefusal:
    return StripeRefusal(400, {"message": message, "type": "idempotency_error"}, cached=False)


def _in_flight_refusal(key_use: KeyUse) -> StripeRefusal:
    message = (
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted"
        f" twice, and the other request is still going through): {key_use.key}. Please try again later."
    )
    error = {"code": "idempotency_key_in_use", "message": message, "type": "invalid_request_error"}
    return StripeRefusal(409, error, cached=False)
