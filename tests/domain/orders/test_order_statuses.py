"""Tests of the groups of order statuses, and that every mapping over statuses knows all of them."""

from collections.abc import Mapping, Set

import pytest

from domain.order_messages.customer import CUSTOMER_STATE_KEYS
from domain.orders.board_repository import ENTERED_AT_COLUMNS
from domain.orders.states import (
    ABANDONED_STATUSES,
    BOUGHT_STATUSES,
    DELIVERED_STATUSES,
    FINAL_ORDER_STATUSES,
    OPEN_ORDER_STATUSES,
    ORDER_TRANSITIONS,
    STATUSES_BEFORE_CAPTURE,
    STATUSES_BEFORE_CLAIM,
    STATUSES_BEFORE_DELIVERY,
    STATUSES_BEFORE_PIVOT,
    STATUSES_WITH_RUNNER,
    OrderEvent,
    OrderPhase,
    OrderStatus,
    is_event_allowed,
    phase_of,
)
from domain.orders.timers.model import check_in_window

CUSTOMER_ENDS = (OrderEvent.CANCELLED, OrderEvent.UNPAID)  # before and after the hold is made


@pytest.mark.parametrize(
    ("group", "names"),
    [
        (STATUSES_BEFORE_CLAIM, "PENDING CREATED"),
        (STATUSES_BEFORE_PIVOT, "PENDING CREATED ACCEPTED"),
        (STATUSES_WITH_RUNNER, "ACCEPTED PLACED ON_THE_WAY ARRIVED"),
        (BOUGHT_STATUSES, "PLACED ON_THE_WAY ARRIVED"),
        (STATUSES_BEFORE_DELIVERY, "PENDING CREATED ACCEPTED PLACED ON_THE_WAY ARRIVED"),
        (STATUSES_BEFORE_CAPTURE, "PLACED ON_THE_WAY ARRIVED DELIVERED"),
        (DELIVERED_STATUSES, "DELIVERED COMPLETED"),
        (ABANDONED_STATUSES, "CANCELLED EXPIRED"),
        (FINAL_ORDER_STATUSES, "COMPLETED CANCELLED EXPIRED"),
        (OPEN_ORDER_STATUSES, "PENDING CREATED ACCEPTED PLACED ON_THE_WAY ARRIVED DELIVERED"),
    ],
)
def test_each_group_has_these_statuses(group: Set[OrderStatus], names: str) -> None:
    assert group == set(names.split())


@pytest.mark.parametrize("phase", OrderPhase)
def test_every_phase_has_a_status(phase: OrderPhase) -> None:
    assert [status for status in OrderStatus if phase_of(status) is phase] != []


def test_no_order_goes_back_to_an_earlier_phase_except_to_be_offered_again() -> None:
    """The phases stand in the order of an order's life; only before the pivot a runner's order is offered again."""
    order = list(OrderPhase)
    back = {
        event
        for (before, event), after in ORDER_TRANSITIONS.items()
        if order.index(phase_of(after)) < order.index(phase_of(before))
    }
    assert back == {OrderEvent.GIVEN_BACK, OrderEvent.RELEASED}


def test_a_customer_cancels_exactly_before_the_claim() -> None:
    cancellable = {status for status in OrderStatus for event in CUSTOMER_ENDS if is_event_allowed(status, event)}
    assert cancellable == STATUSES_BEFORE_CLAIM


@pytest.mark.parametrize("mapping", [CUSTOMER_STATE_KEYS, ENTERED_AT_COLUMNS], ids=["sentences", "times"])
def test_every_mapping_knows_every_status(mapping: Mapping[OrderStatus, object]) -> None:
    assert set(mapping) == set(OrderStatus)


@pytest.mark.parametrize("status", OrderStatus)
def test_a_runner_is_asked_exactly_while_there_is_one(status: OrderStatus) -> None:
    assert (check_in_window(status) is not None) == (status in STATUSES_WITH_RUNNER)
