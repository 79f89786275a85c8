"""The lanes share the limits of sending: alerts go first, and no lane starves."""

from collections import Counter, deque
from collections.abc import Iterable
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.messaging.lane import Lane
from workers.telegram.outbox_sweeper import SLOTS
from workers.telegram.send_limits import LANES, SendLimit, halve_limit, has_room, limits_of_chat, seconds_until_room

PERSON, GROUP = 1001, -1001
LIMITS = (*limits_of_chat(1, PERSON, edit=False), limits_of_chat(1, GROUP, edit=False)[1])
STEPS = 50  # of a window: turns in which every lane asks


def send_for(limit: SendLimit, asking: Iterable[Lane], windows: int) -> list[Lane]:
    """Let each lane ask at every step until it is refused, and return what was sent; a refused lane waits."""
    sent: list[Lane] = []
    window: deque[tuple[float, Lane]] = deque(maxlen=limit.max_sends)
    waiting: set[Lane] = set()
    asking = tuple(asking)
    for step in range(windows * STEPS):
        now = step * limit.window_seconds / STEPS
        for lane in asking:
            while seconds_until_room(limit, lane, window, waiting - {lane}, now) == 0:
                window.append((now, lane))
                sent.append(lane)
            waiting.add(lane)
    return sent


@pytest.mark.parametrize("limit", [*LIMITS, SLOTS], ids=lambda each: each.name)
def test_the_shares_fit_into_the_limit_and_correspondence_leaves_places(limit: SendLimit) -> None:
    assert set(limit.shares) == set(Lane)
    assert min(limit.shares.values()) >= 1
    assert sum(limit.shares.values()) <= limit.max_sends
    assert limit.shares[Lane.CORRESPONDENCE] <= limit.max_correspondence < limit.max_sends
    assert min(halve_limit(limit).shares.values()) >= 1


@pytest.mark.parametrize("limit", LIMITS, ids=lambda each: each.name)
@pytest.mark.parametrize("order", list(permutations(Lane)), ids="-".join)
def test_nobody_starves_whoever_asks_first_without_end(limit: SendLimit, order: tuple[Lane, ...]) -> None:
    sent = send_for(limit, order, 5)
    assert len(sent) >= 4 * limit.max_sends
    for first in range(limit.max_sends, len(sent) - 2 * limit.max_sends):
        counts = Counter(sent[first : first + 2 * limit.max_sends])
        assert all(counts[lane] >= limit.shares[lane] for lane in Lane), (first, counts)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda each: each.name)
@pytest.mark.parametrize("lane", Lane)
def test_a_lane_alone_has_the_whole_limit_but_for_correspondence(limit: SendLimit, lane: Lane) -> None:
    most = limit.max_correspondence if lane is Lane.CORRESPONDENCE else limit.max_sends
    assert len(send_for(limit, [lane], 1)) == most


WAITING = st.sets(st.sampled_from(Lane))


@pytest.mark.parametrize("limit", LIMITS, ids=lambda each: each.name)
@given(money=st.integers(0, 25), order=st.integers(0, 25), waiting=WAITING)
def test_the_last_free_place_goes_to_the_highest_lane_that_waits_below_its_share(
    limit: SendLimit, money: int, order: int, waiting: set[Lane]
) -> None:
    taken = limit.max_sends - 1
    money, order = min(money, taken), min(order, taken - min(money, taken))
    used = {Lane.MONEY: money, Lane.ORDER: order, Lane.CORRESPONDENCE: taken - money - order}
    below = [lane for lane in Lane if lane in waiting and used[lane] < limit.shares[lane]]
    takers = [lane for lane in Lane if has_room(limit, lane, used, waiting)]
    if below:
        assert below[0] in takers
        assert not set(takers) & set(LANES[LANES.index(below[0]) + 1 :]), "no lower one takes it"
    full = {**used, Lane.MONEY: money + 1}
    assert not any(has_room(limit, lane, full, waiting) for lane in Lane)


@given(
    limit=st.sampled_from(LIMITS),
    sends=st.lists(st.tuples(st.floats(0, 100), st.sampled_from(Lane)), max_size=18),
    lane=st.sampled_from(Lane),
    waiting=WAITING,
)
def test_whoever_waits_is_told_a_time_at_which_there_is_room(
    limit: SendLimit, sends: list[tuple[float, Lane]], lane: Lane, waiting: set[Lane]
) -> None:
    sent = sorted(sends)
    wait = seconds_until_room(limit, lane, sent, waiting, 100.0)
    assert 0 <= wait <= limit.window_seconds
    assert seconds_until_room(limit, lane, sent, waiting, 100.0 + wait + 1e-6) == 0
