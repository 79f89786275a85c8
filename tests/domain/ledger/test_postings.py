"""Tests of postings: every posting sums to zero and moves what it says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger.accounts import Posting
from domain.ledger.postings import (
    capture_posting,
    customer_debt_paid_posting,
    customer_debt_posting,
    customer_debt_waived_posting,
    fee_posting,
    goodwill_posting,
    refund_failed_posting,
    refund_posting,
    runner_debt_posting,
    runner_debt_void_posting,
    runner_debt_waived_posting,
    transfer_posting,
)
from domain.orders.pricing import Split

PART = st.integers(0, 1_000_000)


def amounts_by_account(posting: Posting) -> dict[str, int]:
    return {entry.account.code: entry.amount for entry in posting.entries}


@given(runner=st.integers(1, 1_000_000), platform=PART)
def test_a_capture_books_the_whole_total_and_no_zero_entry(runner: int, platform: int) -> None:
    split = Split(total=runner + platform, platform=platform, runner=runner)
    posting = capture_posting(payment_intent="pi_1", runner=7, split=split, currency="sgd")
    assert sum(amounts_by_account(posting).values()) == 0
    assert 0 not in amounts_by_account(posting).values()
    assert amounts_by_account(posting)["stripe_balance:sgd"] == runner + platform
    assert amounts_by_account(posting)["runner_payable:7:sgd"] == -runner


@given(amount=st.integers(1, 1_000_000))
def test_a_transfer_clears_the_payable_it_pays(amount: int) -> None:
    split = Split(total=amount, platform=0, runner=amount)
    owed = capture_posting(payment_intent="pi_1", runner=7, split=split, currency="sgd")
    paid = transfer_posting(transfer="tr_1", runner=7, amount=amount, currency="sgd")
    assert amounts_by_account(owed)["runner_payable:7:sgd"] + amounts_by_account(paid)["runner_payable:7:sgd"] == 0
    assert amounts_by_account(owed)["stripe_balance:sgd"] + amounts_by_account(paid)["stripe_balance:sgd"] == 0


@given(amount=st.integers(1, 1_000_000))
def test_what_the_platform_bears_is_owed_without_any_customer_money(amount: int) -> None:
    posting = goodwill_posting(order=12, runner=7, amount=amount, currency="sgd")
    assert posting.key == "goodwill:12"
    assert amounts_by_account(posting) == {"platform_costs:sgd": amount, "runner_payable:7:sgd": -amount}


def test_a_fee_reduces_the_balance_at_stripe() -> None:
    posting = fee_posting(balance_transaction="txn_1", fee=34, currency="sgd")
    assert amounts_by_account(posting) == {"stripe_fees:sgd": 34, "stripe_balance:sgd": -34}


def test_the_same_object_of_stripe_is_the_same_posting() -> None:
    keys = {fee_posting(balance_transaction="txn_1", fee=fee, currency="sgd").key for fee in (34, 35)}
    assert keys == {"fee:txn_1"}


def test_a_split_that_does_not_sum_is_never_booked() -> None:
    with pytest.raises(ValueError, match="not balanced"):
        capture_posting(payment_intent="pi_1", runner=7, split=Split(total=10, platform=1, runner=8), currency="sgd")


def test_a_posting_of_zero_is_never_booked() -> None:
    with pytest.raises(ValueError, match="not balanced"):
        fee_posting(balance_transaction="txn_1", fee=0, currency="sgd")


@given(platform_amount=PART, runner_amount=PART)
def test_a_refund_that_came_back_is_reversed_completely(platform_amount: int, runner_amount: int) -> None:
    if platform_amount + runner_amount == 0:
        return
    parts: dict[str, Any] = {
        "refund": "re_1",
        "runner": 7,
        "platform_amount": platform_amount,
        "runner_amount": runner_amount,
        "currency": "sgd",
    }
    gone, back = refund_posting(**parts), refund_failed_posting(**parts)
    assert amounts_by_account(gone)["stripe_balance:sgd"] == -platform_amount - runner_amount
    assert {code: -amount for code, amount in amounts_by_account(gone).items()} == amounts_by_account(back)
    assert gone.key != back.key


@given(amount=st.integers(1, 1_000_000))
def test_what_cannot_be_reversed_is_owed_until_it_is_void_or_borne_by_us(amount: int) -> None:
    part: dict[str, Any] = {"refund": 3, "runner": 7, "amount": amount, "currency": "sgd"}
    owed, void = runner_debt_posting(**part), runner_debt_void_posting(**part, waived=False)
    assert {code: -each for code, each in amounts_by_account(owed).items()} == amounts_by_account(void)
    borne, freed = runner_debt_waived_posting(**part), runner_debt_void_posting(**part, waived=True)
    sums = [amounts_by_account(posting).get("refunds_borne:sgd", 0) for posting in (borne, freed)]
    assert sums == [amount, -amount]


@given(runner=st.integers(1, 1_000_000), platform=PART)
def test_what_a_customer_did_not_pay_is_owed_until_it_is_paid_or_borne_by_us(runner: int, platform: int) -> None:
    split = Split(total=runner + platform, platform=platform, runner=runner)
    owed = amounts_by_account(customer_debt_posting(order=3, customer=9, runner=7, split=split, currency="sgd"))
    assert owed.pop("customer_debt:9:sgd") == split.total
    assert owed == {"runner_payable:7:sgd": -runner} | ({"platform_revenue:sgd": -platform} if platform else {})
    part: dict[str, Any] = {"customer": 9, "amount": split.total, "currency": "sgd"}
    paid, borne = (
        customer_debt_paid_posting(payment_intent="pi_1", **part),
        customer_debt_waived_posting(order=3, **part),
    )
    assert amounts_by_account(paid) == {"stripe_balance:sgd": split.total, "customer_debt:9:sgd": -split.total}
    assert amounts_by_account(borne) == {"bad_debts:sgd": split.total, "customer_debt:9:sgd": -split.total}
