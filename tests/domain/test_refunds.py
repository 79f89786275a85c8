"""How a refund is divided: exactly, never more than is left, and never more from the runner than she has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NothingToRefund, RefundOutOfRange
from domain.order import Bearer
from domain.refunds import Refundable, divide_refund

MINOR = st.integers(1, 1_000_000)


@given(left=MINOR, hers=st.integers(0, 1_000_000), amount=st.none() | MINOR, bearer=st.sampled_from(Bearer))
def test_a_refund_divides_without_a_rest_or_is_refused(
    left: int, hers: int, amount: int | None, bearer: Bearer
) -> None:
    rest = Refundable(paid=left, left=left, hers=hers, currency="sgd")
    if amount is not None and amount > left:
        with pytest.raises(RefundOutOfRange):
            divide_refund(rest, amount, bearer)
        return
    parts = divide_refund(rest, amount, bearer)
    assert parts.ours + parts.hers == parts.amount == (left if amount is None else amount)
    assert 0 <= parts.hers <= hers
    assert parts.ours >= 0
    if bearer is Bearer.PLATFORM:
        assert parts.hers == 0
    else:
        assert parts.ours == 0 or parts.hers == hers, "she bears all she can before we bear the rest"


@pytest.mark.parametrize("amount", [None, 1])
def test_when_all_went_back_there_is_nothing_left_to_ask_for(amount: int | None) -> None:
    with pytest.raises(NothingToRefund):
        divide_refund(Refundable(paid=1130, left=0, hers=0, currency="sgd"), amount, Bearer.PLATFORM)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_no_refund(amount: int) -> None:
    with pytest.raises(RefundOutOfRange):
        divide_refund(Refundable(paid=1130, left=1130, hers=0, currency="sgd"), amount, Bearer.PLATFORM)
