"""The notifications that make a sound: at most four per order for its customer, and the final one always."""

from collections.abc import Mapping
from types import MappingProxyType

MAX_AUDIBLE_NOTIFICATIONS = 4  # for the customer of one order, however it ends

# A notification makes a sound when at most this many audible ones about the same order came before it. Early ones
# have low limits, so that the arrival and the end can still make a sound. One without a sound is sent all the same,
# and the order message says it too. A message that a person wrote (the runner or the campus team) always makes a
# sound and is not counted.
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
        "notification-reminder-locked": 2,
        "notification-pin-locked-customer": 2,
        "notification-pin-renewed": 2,
        "notification-delivered": 3,
        "notification-food-left": 3,
    }
)
