"""Tests of the table of order transitions, and that the guard in the database says the same."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.orders.states import (
    FINAL_ORDER_STATUSES,
    ORDER_TRANSITIONS,
    STATUSES_BEFORE_PIVOT,
    STATUSES_WITH_RUNNER,
    OrderEvent,
    OrderStatus,
    is_event_allowed,
    source_statuses,
    target_status,
)
from domain.orders.triggers import ORDER_MOVE_DDL

ENDING_EVENTS = {
    OrderEvent.UNPAID,
    OrderEvent.WITHDRAWN,
    OrderEvent.EXPIRED,
    OrderEvent.CANCELLED,
    OrderEvent.CANCELLED_BY_ADMIN,
    OrderEvent.HOLD_GONE,
}
ADMIN_EVENTS = {OrderEvent.FINISHED_BY_ADMIN, OrderEvent.CLOSED_BY_ADMIN}  # only when the runner cannot
RUNNER_EVENTS = [OrderEvent.BOUGHT, OrderEvent.PICKED_UP, OrderEvent.ARRIVED, OrderEvent.DELIVERED]


@pytest.mark.parametrize("event", OrderEvent)
def test_every_event_leads_to_one_status_only(event: OrderEvent) -> None:
    assert target_status(event) in OrderStatus
    assert source_statuses(event), "each event is legal in some status"
    assert {ORDER_TRANSITIONS[before, event] for before in source_statuses(event)} == {target_status(event)}


def test_from_the_purchase_on_nobody_cancels() -> None:
    """The pivot. Defects S of the original: food that was already bought was refunded."""
    for status, event in product(set(OrderStatus) - STATUSES_BEFORE_PIVOT, ENDING_EVENTS):
        assert not is_event_allowed(status, event), f"{event} in {status}"
    for status, event in ORDER_TRANSITIONS:
        if status not in STATUSES_BEFORE_PIVOT:
            assert ORDER_TRANSITIONS[status, event] not in STATUSES_BEFORE_PIVOT


AFTER_PURCHASE = (OrderStatus.PLACED, OrderStatus.ON_THE_WAY, OrderStatus.ARRIVED)


def test_after_the_purchase_the_runner_has_one_way_and_it_ends_completed() -> None:
    status, path = OrderStatus.PLACED, [OrderStatus.PLACED]
    while status not in FINAL_ORDER_STATUSES:
        (status,) = {
            after
            for (before, event), after in ORDER_TRANSITIONS.items()
            if before is status and event not in ADMIN_EVENTS
        }
        path.append(status)
    assert path == ["PLACED", "ON_THE_WAY", "ARRIVED", "DELIVERED", "COMPLETED"]


@pytest.mark.parametrize(
    ("event", "leads_to"),
    [(OrderEvent.FINISHED_BY_ADMIN, OrderStatus.DELIVERED), (OrderEvent.CLOSED_BY_ADMIN, OrderStatus.CANCELLED)],
)
def test_after_the_purchase_and_only_then_an_admin_may_finish_or_close(
    event: OrderEvent, leads_to: OrderStatus
) -> None:
    assert source_statuses(event) == AFTER_PURCHASE
    assert target_status(event) is leads_to


def test_what_was_bought_is_cancelled_by_nothing_but_an_admin_who_says_who_bears_it() -> None:
    ways = {
        event
        for (before, event), after in ORDER_TRANSITIONS.items()
        if before not in STATUSES_BEFORE_PIVOT and after in FINAL_ORDER_STATUSES
    }
    assert ways == {OrderEvent.COMPLETED, OrderEvent.CLOSED_BY_ADMIN}


def test_a_runner_gets_an_order_only_by_claiming_it() -> None:
    entries = {
        event
        for (before, event), after in ORDER_TRANSITIONS.items()
        if after in STATUSES_WITH_RUNNER and before not in STATUSES_WITH_RUNNER
    }
    assert entries == {OrderEvent.CLAIMED}


def test_every_status_can_be_reached_from_pending() -> None:
    reached, before = {OrderStatus.PENDING}, set[OrderStatus]()
    while reached != before:
        before = set(reached)
        reached |= {after for (status, _), after in ORDER_TRANSITIONS.items() if status in before}
    assert reached == set(OrderStatus)


@given(events=st.lists(st.sampled_from(OrderEvent), max_size=30))
def test_whatever_happens_in_whatever_order_a_completed_order_was_bought_and_delivered(
    events: list[OrderEvent],
) -> None:
    status, happened = OrderStatus.PENDING, []
    for event in events:
        if is_event_allowed(status, event):
            status = ORDER_TRANSITIONS[status, event]
            happened.append(event)
    if status is OrderStatus.COMPLETED:
        since = happened[max(place for place, event in enumerate(happened) if event is OrderEvent.BOUGHT) :]
        *carried, delivered, completed = since
        assert completed is OrderEvent.COMPLETED
        assert delivered in (OrderEvent.DELIVERED, OrderEvent.FINISHED_BY_ADMIN)
        assert carried == RUNNER_EVENTS[: len(carried)], "in this order, with nothing between them"
        assert delivered is OrderEvent.FINISHED_BY_ADMIN or len(carried) == 3
    if status in FINAL_ORDER_STATUSES:
        assert not any(is_event_allowed(status, event) for event in OrderEvent)


def test_the_guard_in_the_database_allows_exactly_the_moves_of_the_table() -> None:
    listed = re.findall(r"'([A-Z_]+)>([A-Z_]+)'", ORDER_MOVE_DDL)
    assert len(listed) == len(set(listed))
    assert set(listed) == {(before.value, after.value) for (before, _), after in ORDER_TRANSITIONS.items()}
