"""The limits of sending, and how the lanes share them: pure decisions about sends that were counted.

A lane may always use what no other needs. A lane that was refused waits, and then the others leave room for what it
lacks of its share: a lane above its own share leaves room for every lane that waits, one below it for higher lanes
alone. So the next free place goes to the highest lane that waits below its share, and each lane that waits gets its
share of every window: none starves. Correspondence never takes the last places of a window, whoever waits: an alert
finds one free.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from domain.messaging.lane import Lane

LANES: Final = tuple(Lane)  # the highest first


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLimit:
    """At most `max_sends` within `window_seconds`; of these at most `max_correspondence` of that lane.

    The shares together are at most `max_sends`, and each is at least 1.
    """

    name: str
    max_sends: int
    window_seconds: float
    shares: Mapping[Lane, int]
    max_correspondence: int


def has_room(limit: SendLimit, lane: Lane, used: Mapping[Lane, int], waiting: Collection[Lane]) -> bool:
    """Return whether a send of this lane fits, given the sends of the window and the other lanes that wait."""
    taken = used.get(lane, 0)
    if lane is Lane.CORRESPONDENCE and taken >= limit.max_correspondence:
        return False
    is_within_share = taken < limit.shares[lane]
    left = sum(
        max(limit.shares[other] - used.get(other, 0), 0)
        for other in set(waiting) - {lane}
        if not is_within_share or LANES.index(other) < LANES.index(lane)
    )
    return sum(used.values()) + left < limit.max_sends


def seconds_until_room(
    limit: SendLimit, lane: Lane, sent: Sequence[tuple[float, Lane]], waiting: Collection[Lane], now: float
) -> float:
    """Return 0 where a send fits now, else the seconds until one does; `sent` are the last sends, oldest first."""
    counted = [(moment, each) for moment, each in sent if moment + limit.window_seconds > now]
    used = {each: sum(its is each for _, its in counted) for each in Lane}
    ready = now
    for moment, its in counted:
        if has_room(limit, lane, used, waiting):
            break
        used[its] -= 1
        ready = moment + limit.window_seconds
    return ready - now


def limits_of_chat(campus_id: int, chat_id: int, *, edit: bool) -> tuple[SendLimit, ...]:
    """Return the limits that a send or an edit in this chat counts against: of the bot, and of the chat."""
    bot_limit = SendLimit(
        name=f"{campus_id}", max_sends=25, window_seconds=1, shares=_share(12, 8, 4), max_correspondence=15
    )
    if chat_id > 0:  # a person: one a second on average, five at once
        name = f"{campus_id}:{chat_id}"
        shares = _share(2, 2, 1)
        return bot_limit, SendLimit(name=name, max_sends=5, window_seconds=5, shares=shares, max_correspondence=3)
    name = f"{campus_id}:{chat_id}:{'edits' if edit else 'sends'}"
    return bot_limit, SendLimit(
        name=name, max_sends=18, window_seconds=60, shares=_share(10, 5, 2), max_correspondence=9
    )


def halve_limit(limit: SendLimit) -> SendLimit:
    """Halve a limit: two processes together then stay within it.

    No share falls below 1. So the shares of a small limit may together be more than it allows.
    """
    return replace(
        limit,
        max_sends=max(limit.max_sends // 2, 1),
        shares=MappingProxyType({lane: max(share // 2, 1) for lane, share in limit.shares.items()}),
        max_correspondence=max(limit.max_correspondence // 2, 1),
    )


def _share(*shares: int) -> Mapping[Lane, int]:
    return MappingProxyType(dict(zip(LANES, shares, strict=True)))
