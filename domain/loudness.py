"""Which messages about an order make a sound: at most four for its customer, and the last words always do."""

from collections.abc import Mapping
from types import MappingProxyType

MOST_LOUD = 4  # of one order for its customer, whatever becomes of it

# How many loud messages about the same order may have come before, for this one still to be loud. Early news leaves
# room for the arrival and the end; what comes later is sent all the same, without a sound, and the card says it too.
# Only this news is counted: what a person writes to her, the runner or the campus team, rings and uses nothing up.
LOUD_AFTER: Mapping[str, int] = MappingProxyType(
    {
        "push-nudge": 0,
        "push-claimed": 1,
        "push-released": 1,
        "push-raise-approval": 1,
        "push-raise-declined": 1,
        "push-raise-unapproved": 1,
        "push-raise-not-reached": 1,
        "push-arrived": 2,
        "push-reminder": 2,
        "push-delivered": 3,
        "push-left": 3,
    }
)


def makes_sound(key: str, before: int) -> bool:
    """Whether a message of this key rings after so many loud ones; whatever is not in the table always does."""
    return before <= LOUD_AFTER.get(key, before)
