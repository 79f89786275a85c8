"""Tests of the split of a refund: exact, never more than is left, never more from the runner than they have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NothingToRefund, RefundOutOfRange
from domain.orders.states import Bearer
from domain.refunds.refund_split import Refundable, split_refund

MINOR = st.integers(1, 1_000_000)


@given(left=MINOR, runner_amount=st.integers(0, 1_000_000), amount=st.none() | MINOR, bearer=st.sampled_from(Bearer))
def test_a_refund_divides_without_a_rest_or_is_refused(
    left: int, runner_amount: int, amount: int | None, bearer: Bearer
) -> None:
    rest = Refundable(paid=left, left=left, runner_amount=runner_amount, currency="sgd")
    if amount is not None and amount > left:
        with pytest.raises(RefundOutOfRange):
            split_refund(rest, amount, bearer)
        return
    parts = split_refund(rest, amount, bearer)
    assert parts.platform_amount + parts.runner_amount == parts.amount == (left if amount is None else amount)
    assert 0 <= parts.runner_amount <= runner_amount
    assert parts.platform_amount >= 0
    if bearer is Bearer.PLATFORM:
        assert parts.runner_amount == 0
    else:
        assert parts.platform_amount == 0 or parts.runner_amount == runner_amount, (
            "the runner bears all they can before the platform bears the rest"
        )


@pytest.mark.parametrize("amount", [None, 1])
def test_after_a_full_refund_no_further_refund_is_possible(amount: int | None) -> None:
    with pytest.raises(NothingToRefund):
        split_refund(Refundable(paid=1130, left=0, runner_amount=0, currency="sgd"), amount, Bearer.PLATFORM)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_refund_of_zero_is_refused(amount: int) -> None:
    with pytest.raises(RefundOutOfRange):
        split_refund(Refundable(paid=1130, left=1130, runner_amount=0, currency="sgd"), amount, Bearer.PLATFORM)
