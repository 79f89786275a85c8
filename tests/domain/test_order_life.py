"""The one table of an order's life, and that the database's guard says the same."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.order import (
    BEFORE_PIVOT,
    ENDED,
    TRANSITIONS,
    WITH_RUNNER,
    OrderEvent,
    OrderStatus,
    allowed,
    sources,
    target,
)
from domain.store.schema.triggers import ORDER_MOVES

GIVING_UP = {
    OrderEvent.UNPAID,
    OrderEvent.WITHDRAWN,
    OrderEvent.EXPIRED,
    OrderEvent.CANCELLED,
    OrderEvent.CANCELLED_BY_ADMIN,
    OrderEvent.HOLD_GONE,
}
WORDS = {OrderEvent.FINISHED_BY_ADMIN, OrderEvent.CLOSED_BY_ADMIN}  # an admin's, where the runner's own way is blocked
BY_HAND = [
    OrderEvent.BOUGHT,
    OrderEvent.PICKED_UP,
    OrderEvent.ARRIVED,
    OrderEvent.DELIVERED,
]


@pytest.mark.parametrize("event", OrderEvent)
def test_every_event_leads_to_one_status_only(event: OrderEvent) -> None:
    assert target(event) in OrderStatus
    assert sources(event), "an event that is legal nowhere never happens"
    assert {TRANSITIONS[before, event] for before in sources(event)} == {target(event)}


@pytest.mark.parametrize("status", sorted(ENDED))
def test_what_is_over_stays_over(status: OrderStatus) -> None:
    assert [event for event in OrderEvent if allowed(status, event)] == []


@pytest.mark.parametrize("status", sorted(set(OrderStatus) - ENDED))
def test_what_is_not_over_can_go_on(status: OrderStatus) -> None:
    assert [event for event in OrderEvent if allowed(status, event)] != []


def test_from_the_purchase_on_nobody_cancels() -> None:
    """The pivot: S-defects of the original refunded food that was already bought."""
    for status, event in product(set(OrderStatus) - BEFORE_PIVOT, GIVING_UP):
        assert not allowed(status, event), f"{event} in {status}"
    for status, event in TRANSITIONS:
        if status not in BEFORE_PIVOT:
            assert TRANSITIONS[status, event] not in BEFORE_PIVOT


CARRYING = (OrderStatus.PLACED, OrderStatus.ON_THE_WAY, OrderStatus.ARRIVED)


def test_after_the_purchase_the_runner_has_one_way_and_it_ends_completed() -> None:
    status, path = OrderStatus.PLACED, [OrderStatus.PLACED]
    while status not in ENDED:
        (status,) = {after for (before, event), after in TRANSITIONS.items() if before is status and event not in WORDS}
        path.append(status)
    assert path == ["PLACED", "ON_THE_WAY", "ARRIVED", "DELIVERED", "COMPLETED"]


@pytest.mark.parametrize(
    ("event", "leads_to"),
    [(OrderEvent.FINISHED_BY_ADMIN, OrderStatus.DELIVERED), (OrderEvent.CLOSED_BY_ADMIN, OrderStatus.CANCELLED)],
)
def test_after_the_purchase_and_only_then_an_admin_may_finish_or_close(
    event: OrderEvent, leads_to: OrderStatus
) -> None:
    assert sources(event) == CARRYING
    assert target(event) is leads_to


def test_what_was_bought_is_cancelled_by_nothing_but_an_admin_who_says_who_bears_it() -> None:
    ways = {event for (before, event), after in TRANSITIONS.items() if before not in BEFORE_PIVOT and after in ENDED}
    assert ways == {OrderEvent.COMPLETED, OrderEvent.CLOSED_BY_ADMIN}


def test_a_runner_gets_a_job_only_by_claiming_it() -> None:
    entries = {
        event for (before, event), after in TRANSITIONS.items() if after in WITH_RUNNER and before not in WITH_RUNNER
    }
    assert entries == {OrderEvent.CLAIMED}


def test_every_status_can_be_reached_from_pending() -> None:
    reached, before = {OrderStatus.PENDING}, set[OrderStatus]()
    while reached != before:
        before = set(reached)
        reached |= {after for (status, _), after in TRANSITIONS.items() if status in before}
    assert reached == set(OrderStatus)


@given(events=st.lists(st.sampled_from(OrderEvent), max_size=30))
def test_whatever_happens_in_whatever_order_a_completed_order_was_bought_and_delivered(
    events: list[OrderEvent],
) -> None:
    status, happened = OrderStatus.PENDING, []
    for event in events:
        if allowed(status, event):
            status = TRANSITIONS[status, event]
            happened.append(event)
    if status is OrderStatus.COMPLETED:
        since = happened[max(place for place, event in enumerate(happened) if event is OrderEvent.BOUGHT) :]
        *carried, delivered, completed = since
        assert completed is OrderEvent.COMPLETED
        assert delivered in (OrderEvent.DELIVERED, OrderEvent.FINISHED_BY_ADMIN)
        assert carried == BY_HAND[: len(carried)], "bought, picked up, arrived: in this order, nothing between"
        assert delivered is OrderEvent.FINISHED_BY_ADMIN or len(carried) == 3
    if status in ENDED:
        assert not any(allowed(status, event) for event in OrderEvent)


def test_the_guard_in_the_database_allows_exactly_the_moves_of_the_table() -> None:
    listed = re.findall(r"'([A-Z_]+)>([A-Z_]+)'", ORDER_MOVES)
    assert len(listed) == len(set(listed))
    assert set(listed) == {(before.value, after.value) for (before, _), after in TRANSITIONS.items()}
