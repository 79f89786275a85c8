"""Which messages about an order make a sound: at most four for its customer, and the last words always do."""

from collections.abc import Mapping
from types import MappingProxyType

MAX_AUDIBLE_NOTIFICATIONS = 4  # of one order for its customer, whatever becomes of it

# How many loud messages about the same order may have come before, for this one still to be loud. Early news leaves
# room for the arrival and the end; what comes later is sent all the same, without a sound, and the card says it too.
# Only this news is counted: what a person writes to her, the runner or the campus team, rings and uses nothing up.
MAX_PRIOR_AUDIBLE: Mapping[str, int] = MappingProxyType(
    {
        "notification-nudge": 0,
        "notification-claimed": 1,
        "notification-released": 1,
        "notification-price-increase-approval": 1,
        "notification-price-increase-declined": 1,
        "notification-price-increase-unapproved": 1,
        "notification-price-increase-not-reached": 1,
        "notification-arrived": 2,
        "notification-reminder": 2,
        "notification-delivered": 3,
        "notification-food-left": 3,
    }
)


def is_audible(key: str, prior_audible: int) -> bool:
    """Whether a message of this key rings after so many loud ones; whatever is not in the table always does."""
    return prior_audible <= MAX_PRIOR_AUDIBLE.get(key, prior_audible)
