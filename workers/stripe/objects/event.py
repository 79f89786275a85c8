"""Events of Stripe, and what may be read of the object inside one: a hint which object to read again."""

from collections.abc import Mapping
from dataclasses import dataclass

from workers.stripe.objects.account import CapabilityStatus, parse_transfers_capability
from workers.stripe.objects.raw_object import RawObject, nested, optional_text, reference_id


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeEvent:
    """An event. The inbox stores `payload`, the whole event; only `parse_event_object` reads in it."""

    id: str
    type: str
    account: str | None  # the connected account that the event belongs to; None: the platform
    created: int  # seconds of the epoch, by Stripe's clock
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventObject:
    """The object inside an event, as it was then; a field is None when the object has no such field."""

    id: str | None
    status: str | None
    payment_intent: str | None
    charge: str | None
    transfers: CapabilityStatus


def parse_event(raw: RawObject) -> StripeEvent:
    """Return an event. Raise KeyError when a field that every event has is missing."""
    account = raw.get("account")
    return StripeEvent(
        id=str(raw["id"]),
        type=str(raw["type"]),
        account=account if isinstance(account, str) and account else None,
        created=raw["created"],
        payload=raw,
    )


def parse_event_object(payload: RawObject) -> EventObject:
    """Return the object inside the payload of an event, which may lack anything."""
    raw = nested(payload, "data", "object")
    return EventObject(
        id=optional_text(raw.get("id")),
        status=optional_text(raw.get("status")),
        payment_intent=reference_id(raw.get("payment_intent")),
        charge=reference_id(raw.get("charge")),
        transfers=parse_transfers_capability(raw),
    )
