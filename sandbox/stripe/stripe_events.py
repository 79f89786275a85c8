"""What happened, as Stripe's event objects, and which of them still wait to be delivered."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass

from sandbox.stripe.documents import Document, DocumentStore, new_id

API_VERSION = "2026-10-28.endive"  # the version the pinned client library speaks


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOrigin:
    """The request that made things happen; empty when time did, or a person on one of the pages."""

    request_id: str | None = None
    idempotency_key: str | None = None


class StripeEventLog:
    """Appends events to the documents and to the line before the webhook door."""

    def __init__(self, documents: DocumentStore) -> None:
        """Events left undelivered by an earlier life wait again."""
        self._documents = documents
        self.origin = EventOrigin()
        self.waiting: deque[str] = deque(
            event["id"] for event in documents.all_of("event").values() if event["pending_webhooks"]
        )

    def record(self, type_: str, subject: Document, *, now: int, account: str | None = None) -> Document:
        """One event with a copy of its object as it is now; `account` marks a connected account's."""
        event: Document = {
            "id": new_id("event"),
            "object": "event",
            "api_version": API_VERSION,
            "created": now,
            "data": {"object": json.loads(json.dumps(subject))},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": self.origin.request_id, "idempotency_key": self.origin.idempotency_key},
            "type": type_,
        }
        if account is not None:
            event["account"] = account
        self._documents.put("event", event)
        self.waiting.append(event["id"])
        return event

    def mark_delivered(self, event: Document) -> None:
        """The receiver has answered 2xx, or we have given up on it."""
        event["pending_webhooks"] = 0
        self._documents.put("event", event)
