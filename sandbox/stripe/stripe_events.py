"""Stripe's event objects, and the queue of events to deliver to the webhook."""

import json
from collections import deque
from dataclasses import dataclass

from sandbox.stripe.documents import Document, DocumentStore, new_id

API_VERSION = "2026-10-28.endive"  # the version of the pinned client library


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOrigin:
    """The request that caused an event; empty when time or a person on a hosted page caused it."""

    request_id: str | None = None
    idempotency_key: str | None = None


class StripeEventLog:
    """Stores events in the documents and queues them for delivery."""

    def __init__(self, documents: DocumentStore) -> None:
        """Queue the stored events that were not delivered before the last restart."""
        self._documents = documents
        self.origin = EventOrigin()
        self.waiting: deque[str] = deque(
            event["id"] for event in documents.all_of("event").values() if event["pending_webhooks"]
        )

    def record(self, type_: str, subject: Document, *, now: int, account: str | None = None) -> Document:
        """Store an event with a copy of its object; `account` names the connected account it belongs to."""
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
        """Mark an event as delivered; also called when delivery was given up."""
        event["pending_webhooks"] = 0
        self._documents.put("event", event)
