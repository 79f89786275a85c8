"""Tests of the transitions of orders, holds, pay-outs, refunds and timers, and of what is final."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from domain.orders.states import FINAL_ORDER_STATUSES, ORDER_TRANSITIONS, OrderEvent, OrderStatus
from domain.orders.timers.model import TIMER_TRANSITIONS, TimerEvent, TimerKind, TimerStatus
from domain.orders.timers.register import TIMER_HANDLERS, TIMER_SAGAS
from domain.payments.model import HOLD_TRANSITIONS, LIVE_HOLDS, HoldEvent, HoldStatus
from domain.payouts.model import PAYOUT_TRANSITIONS, PayoutEvent, PayoutStatus
from domain.refunds.model import (
    DISPUTE_TRANSITIONS,
    REFUND_TRANSITIONS,
    DisputeEvent,
    DisputeStatus,
    RefundEvent,
    RefundStatus,
)

TransitionTable = Mapping[tuple[Any, Any], Any]
TRANSITION_TABLES: list[tuple[TransitionTable, type[StrEnum], type[StrEnum], StrEnum, set[StrEnum]]] = [
    (ORDER_TRANSITIONS, OrderStatus, OrderEvent, OrderStatus.PENDING, set(FINAL_ORDER_STATUSES)),
    (HOLD_TRANSITIONS, HoldStatus, HoldEvent, HoldStatus.REQUESTED, {HoldStatus.CAPTURED, HoldStatus.RELEASED}),
    (PAYOUT_TRANSITIONS, PayoutStatus, PayoutEvent, PayoutStatus.OPEN, set()),  # a refund may open it again
    (REFUND_TRANSITIONS, RefundStatus, RefundEvent, RefundStatus.REQUESTED, {RefundStatus.FAILED}),
    (TIMER_TRANSITIONS, TimerStatus, TimerEvent, TimerStatus.SET, set()),  # each may happen again
    (DISPUTE_TRANSITIONS, DisputeStatus, DisputeEvent, DisputeStatus.OPEN, {DisputeStatus.WON, DisputeStatus.LOST}),
]
NAMES = ["order", "hold", "payout", "refund", "timer", "dispute"]


@pytest.mark.parametrize(("table", "statuses", "events", "first", "final"), TRANSITION_TABLES, ids=NAMES)
def test_every_status_is_reachable_and_only_the_final_ones_are_final(
    table: TransitionTable, statuses: type[StrEnum], events: type[StrEnum], first: StrEnum, final: set[StrEnum]
) -> None:
    assert {first, *table.values()} == set(statuses)
    assert set(statuses) - {before for before, _ in table} == final
    assert {event for _, event in table} == set(events)


@pytest.mark.parametrize(("table", "events"), [(each[0], each[2]) for each in TRANSITION_TABLES], ids=NAMES)
def test_every_event_leads_to_one_status_only(table: TransitionTable, events: type[StrEnum]) -> None:
    for event in events:
        assert len({after for (_, known), after in table.items() if known is event}) == 1


def test_a_capture_comes_only_from_money_that_is_held() -> None:
    before = [status for status, event in HOLD_TRANSITIONS if event is HoldEvent.CAPTURED]
    assert before == [HoldStatus.HELD]


def test_a_charge_without_a_hold_comes_only_from_what_was_asked_for() -> None:
    before = {status for status, event in HOLD_TRANSITIONS if event is HoldEvent.CHARGED}
    assert before == {HoldStatus.REQUESTED, HoldStatus.APPROVAL}


def test_everything_but_a_capture_can_be_released() -> None:
    before = {status for status, event in HOLD_TRANSITIONS if event is HoldEvent.RELEASED}
    assert before == LIVE_HOLDS | {HoldStatus.REFUSED}


def test_a_payout_is_paid_only_while_it_is_sent() -> None:
    assert [before for before, event in PAYOUT_TRANSITIONS if event is PayoutEvent.PAID] == [PayoutStatus.SENDING]


@pytest.mark.parametrize("kind", TimerKind)
def test_every_timer_has_a_handler_or_starts_a_saga(kind: TimerKind) -> None:
    assert (kind in TIMER_HANDLERS) is not (kind in TIMER_SAGAS)
