"""Events of Stripe, and what may be read of the object inside one: enough to know what to read again."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.payouts.model import AccountTrouble
from workers.stripe.objects.account import CapabilityStatus, parse_account, parse_transfers_capability
from workers.stripe.objects.raw_object import RawObject, reference_id


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
    """The object inside an event, as it was then; a text is empty, and matches nothing, where the object lacks it."""

    id: str
    status: str  # Stripe's own word: each kind of object has other statuses
    payment_intent: str
    charge: str
    transfers: CapabilityStatus
    trouble: AccountTrouble | None  # of an account


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEvent:
    """What a handler may know of an event. It may be late, doubled or of another version of the API."""

    id: str
    account: str | None  # as in StripeEvent
    object: EventObject


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
    """Return the object inside the payload of an event. Raise KeyError or TypeError when there is none."""
    raw = payload["data"]["object"]
    if not isinstance(raw, Mapping):
        raise TypeError("the object inside an event is no object")
    return EventObject(
        id=reference_id(raw.get("id")) or "",
        status=str(raw.get("status") or ""),
        payment_intent=reference_id(raw.get("payment_intent")) or "",
        charge=reference_id(raw.get("charge")) or "",
        transfers=parse_transfers_capability(raw),
        trouble=parse_account(raw).trouble if raw.get("object") == "account" else None,
    )
