"""Postings as data: whatever is booked sums to zero and moves what it says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger import Posting
from domain.postings import (
    capture_posting,
    debt_let_go_posting,
    debt_posting,
    debt_void_posting,
    fee_posting,
    forgiven_posting,
    goodwill_posting,
    refund_failed_posting,
    refund_posting,
    settled_posting,
    transfer_posting,
    unpaid_posting,
)
from domain.pricing import Split

PART = st.integers(0, 1_000_000)


def moved(posting: Posting) -> dict[str, int]:
    return {entry.account.code: entry.amount for entry in posting.entries}


@given(runner=st.integers(1, 1_000_000), platform=PART)
def test_a_capture_books_the_whole_total_and_no_line_of_nothing(runner: int, platform: int) -> None:
    split = Split(total=runner + platform, platform=platform, runner=runner)
    posting = capture_posting(payment_intent="pi_1", runner=7, split=split, currency="sgd")
    assert sum(moved(posting).values()) == 0
    assert 0 not in moved(posting).values()
    assert moved(posting)["stripe_balance:sgd"] == runner + platform
    assert moved(posting)["runner_payable:7:sgd"] == -runner


@given(amount=st.integers(1, 1_000_000))
def test_a_transfer_empties_the_debt_it_pays(amount: int) -> None:
    split = Split(total=amount, platform=0, runner=amount)
    owed = capture_posting(payment_intent="pi_1", runner=7, split=split, currency="sgd")
    paid = transfer_posting(transfer="tr_1", runner=7, amount=amount, currency="sgd")
    assert moved(owed)["runner_payable:7:sgd"] + moved(paid)["runner_payable:7:sgd"] == 0
    assert moved(owed)["stripe_balance:sgd"] + moved(paid)["stripe_balance:sgd"] == 0


@given(amount=st.integers(1, 1_000_000))
def test_what_the_platform_bears_is_owed_and_no_money_of_a_customer(amount: int) -> None:
    posting = goodwill_posting(order=12, runner=7, amount=amount, currency="sgd")
    assert posting.key == "goodwill:12"
    assert moved(posting) == {"platform_costs:sgd": amount, "runner_payable:7:sgd": -amount}


def test_a_fee_shrinks_stripes_balance() -> None:
    posting = fee_posting(balance_transaction="txn_1", fee=34, currency="sgd")
    assert moved(posting) == {"stripe_fees:sgd": 34, "stripe_balance:sgd": -34}


def test_the_same_object_of_stripe_is_the_same_posting() -> None:
    keys = {fee_posting(balance_transaction="txn_1", fee=fee, currency="sgd").key for fee in (34, 35)}
    assert keys == {"fee:txn_1"}


def test_a_split_that_does_not_sum_is_never_booked() -> None:
    with pytest.raises(ValueError, match="not balanced"):
        capture_posting(payment_intent="pi_1", runner=7, split=Split(total=10, platform=1, runner=8), currency="sgd")


def test_nothing_is_never_booked() -> None:
    with pytest.raises(ValueError, match="not balanced"):
        fee_posting(balance_transaction="txn_1", fee=0, currency="sgd")


@given(ours=PART, hers=PART)
def test_a_refund_that_came_back_is_booked_as_if_it_never_was(ours: int, hers: int) -> None:
    if ours + hers == 0:
        return
    parts: dict[str, Any] = {"refund": "re_1", "runner": 7, "ours": ours, "hers": hers, "currency": "sgd"}
    gone, back = refund_posting(**parts), refund_failed_posting(**parts)
    assert moved(gone)["stripe_balance:sgd"] == -ours - hers
    assert {code: -amount for code, amount in moved(gone).items()} == moved(back)
    assert gone.key != back.key


@given(amount=st.integers(1, 1_000_000))
def test_what_can_not_be_taken_back_is_owed_until_it_is_void_or_borne_by_us(amount: int) -> None:
    part: dict[str, Any] = {"refund": 3, "runner": 7, "amount": amount, "currency": "sgd"}
    owed, void = debt_posting(**part), debt_void_posting(**part, let_go=False)
    assert {code: -each for code, each in moved(owed).items()} == moved(void)
    borne, freed = debt_let_go_posting(**part), debt_void_posting(**part, let_go=True)
    sums = [moved(posting).get("refunds_borne:sgd", 0) for posting in (borne, freed)]
    assert sums == [amount, -amount]


@given(runner=st.integers(1, 1_000_000), platform=PART)
def test_what_a_customer_did_not_pay_is_owed_by_her_until_she_pays_or_we_bear_it(runner: int, platform: int) -> None:
    split = Split(total=runner + platform, platform=platform, runner=runner)
    owed = moved(unpaid_posting(order=3, customer=9, runner=7, split=split, currency="sgd"))
    assert owed.pop("customer_debt:9:sgd") == split.total
    assert owed == {"runner_payable:7:sgd": -runner} | ({"platform_revenue:sgd": -platform} if platform else {})
    part: dict[str, Any] = {"customer": 9, "amount": split.total, "currency": "sgd"}
    paid, borne = settled_posting(payment_intent="pi_1", **part), forgiven_posting(order=3, **part)
    assert moved(paid) == {"stripe_balance:sgd": split.total, "customer_debt:9:sgd": -split.total}
    assert moved(borne) == {"bad_debts:sgd": split.total, "customer_debt:9:sgd": -split.total}
