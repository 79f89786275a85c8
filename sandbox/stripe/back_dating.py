"""History for tests and trials: everything that happened at the stand-in is moved back in time, as if made earlier."""

from sandbox.stripe.documents import DUE_FIELD, Document
from sandbox.stripe.stripe_clock import CLOCK_KIND
from sandbox.stripe.stripe_world import StripeWorld

TIME_FIELDS = frozenset(
    {
        DUE_FIELD,
        "arrival_date",
        "available_on",
        "capture_before",
        "created",
        "due_by",
        "expected_availability_date",
        "expires_at",
    }
)


def move_history_back(world: StripeWorld, seconds: int) -> int:
    """Make every object older by whole `seconds`, and return their number; the clock stays."""
    if seconds < 0:
        raise ValueError("history only moves back")
    everything = [
        (kind, document)
        for kind in world.documents.kinds()
        if kind != CLOCK_KIND
        for document in world.documents.all_of(kind).values()
    ]
    for kind, document in everything:
        world.documents.put(kind, _earlier(document, seconds))
    return len(everything)


def _earlier(document: Document, seconds: int) -> Document:
    return {name: _earlier_value(name, value, seconds) for name, value in document.items()}


def _earlier_value(name: str, value: object, seconds: int) -> object:
    if isinstance(value, dict):
        return _earlier(value, seconds)
    if isinstance(value, list):
        return [_earlier(one, seconds) if isinstance(one, dict) else one for one in value]
    return value - seconds if name in TIME_FIELDS and isinstance(value, int) else value
