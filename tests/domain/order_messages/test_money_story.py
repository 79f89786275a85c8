"""Tests that each thing that happens to money has a sentence, and that each reader is told their part alone."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.database.actors import Role
from domain.order_messages.money_story import READERS, MoneyFacts, MoneyMoment, moments_for, say_moment, say_now
from domain.orders.states import OrderStatus
from domain.payouts.model import Payable, PayoutStatus
from tests.domain.order_messages.sample_orders import ORDERS_BY_STATUS

AT = datetime(2026, 1, 1, tzinfo=UTC)
ORDER = ORDERS_BY_STATUS[OrderStatus.COMPLETED]


def facts(*happened: str, payable: Payable | None = None, debt: int = 0, is_held: bool = False) -> MoneyFacts:
    moments = [MoneyMoment(at=AT, happened=each, amount=1_111, runner=910, platform=201) for each in happened]
    return MoneyFacts(order=ORDER, moments=moments, payable=payable, is_held=is_held, debt=debt)


def owed(status: PayoutStatus, *, frozen: bool = False, held: bool = False) -> Payable:
    money: Any = {"amount": 910, "currency": "sgd", "charge": None, "attempt": 0, "transfer": None, "refusal": None}
    kept: Any = {"status": status, "frozen": frozen, "held_until": AT if held else None}
    return Payable(id=1, campus_id=1, order_id=1, runner_id=2, **kept, **money)


@pytest.mark.parametrize("happened", READERS)
def test_everything_that_happens_has_a_sentence_of_its_own(happened: str) -> None:
    told = facts(happened)
    said = say_moment("en", told, told.moments[0])
    assert "moved:" not in said
    assert "11.11" in said


def test_an_advance_that_paid_for_all_is_not_said_to_be_short() -> None:
    told = facts("earned")
    said = say_moment("en", told, told.moments[0])
    assert said == (
        "Of what was taken before, S$11.11 paid for the order: S$9.10 for the runner, S$2.01 for the campus. "
        "Nothing more was taken."
    )


def test_the_fee_of_a_dispute_is_told_beside_what_the_bank_took() -> None:
    told = facts()
    taken, won = (
        say_moment("en", told, MoneyMoment(at=AT, happened=each, amount=1_130, fee=1_500))
        for each in ("dispute", "dispute_won")
    )
    assert taken == "The customer's bank took S$11.30 back in a dispute. Stripe's fee for it was S$15.00."
    assert won == "The dispute was won: S$11.30 came back. Stripe gave back S$15.00 of its fee."


def test_admins_alone_are_told_that_a_dispute_is_open() -> None:
    told = replace(facts("made", payable=owed(PayoutStatus.PAID)), is_disputed=True)
    disputed = "The customer disputes the payment, and their bank has not decided."
    assert say_now("en", told, Role.ADMIN) == [disputed, "The runner was paid."]
    assert disputed not in [*say_now("en", told, Role.CUSTOMER), *say_now("en", told, Role.RUNNER)]


def test_each_side_is_told_its_part_and_admins_all() -> None:
    told = facts(*READERS)
    of = {role: {each.happened for each in moments_for(told, role)} for role in (Role.CUSTOMER, Role.RUNNER)}
    assert len(moments_for(told, Role.ADMIN)) == len(READERS)
    assert {"made", "declined", "capture", "refund"} <= of[Role.CUSTOMER]
    assert not {"transfer", "debt", "netting", "reversal"} & of[Role.CUSTOMER]
    assert {"made", "capture", "transfer", "debt"} <= of[Role.RUNNER]
    assert not {"declined", "approval_asked", "settled", "forgiven"} & of[Role.RUNNER]
    assert not {"fee", "dispute"} & (of[Role.CUSTOMER] | of[Role.RUNNER])


def test_where_the_money_is_now_is_said_to_whom_it_concerns() -> None:
    told = facts("made", payable=owed(PayoutStatus.OPEN, held=True), debt=500, is_held=True)
    customer, runner = say_now("en", told, Role.CUSTOMER), say_now("en", told, Role.RUNNER)
    assert customer == [
        "Money is set aside on the card, and nothing of it is taken yet.",
        "The customer owes S$5.00.",
    ]
    assert runner == ["S$9.10 for the runner is held back for a while."]
    assert say_now("en", told, Role.ADMIN) == [*customer, *runner]
    assert say_now("en", facts(), Role.CUSTOMER) == ["No money was set aside, and none was taken."]


@pytest.mark.parametrize("status", PayoutStatus)
def test_pay_has_a_sentence_in_each_status(status: PayoutStatus) -> None:
    said = {tuple(say_now("en", facts("made", payable=owed(status, frozen=f)), Role.RUNNER)) for f in (True, False)}
    assert len(said) == (2 if status is PayoutStatus.OPEN else 1)
    assert all("No money" not in each for lines in said for each in lines)
