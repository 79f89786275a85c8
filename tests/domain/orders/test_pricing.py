"""Tests of the offer, the ceiling and the split: nothing above the ceiling, nothing lost, nothing negative."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.campuses.fees import Fees
from domain.errors import DraftEmpty, OrderOutOfRange, PriceOutOfRange, ReceiptAboveLimit, ReceiptTooSmall
from domain.money import MAX_CHARGE, basis_points_of
from domain.orders.pricing import Item, Price, price_order, split_receipt
from tests.cases import case
from tests.stack.store_setup import FEES

MIN_CHARGE = 50
AMOUNT = st.integers(min_value=0, max_value=5_000)
SHARE = st.integers(min_value=0, max_value=10_000)
ITEMS = st.lists(
    st.builds(Item, name=st.just("rice"), quantity=st.integers(1, 99), price=st.integers(1, 50_000)),
    min_size=1,
    max_size=20,
)


@st.composite
def some_fees(draw: st.DrawFn) -> Fees:
    headroom, delivery = sorted(draw(st.tuples(AMOUNT, AMOUNT))), sorted(draw(st.tuples(AMOUNT, AMOUNT)))
    return Fees(
        currency="sgd",
        service_fee=draw(AMOUNT),
        platform_basis_points=draw(SHARE),
        headroom_basis_points=draw(SHARE),
        headroom_least=headroom[0],
        headroom_most=headroom[1],
        delivery_fee_least=delivery[0],
        delivery_fee_most=delivery[1],
        order_most=draw(st.integers(MIN_CHARGE, MAX_CHARGE)),
    )


@st.composite
def some_price(draw: st.DrawFn) -> Price:
    fees = replace(draw(some_fees()), order_most=MAX_CHARGE)
    fee = draw(st.integers(fees.delivery_fee_least, fees.delivery_fee_most))
    try:
        return price_order(draw(ITEMS), delivery_fee=fee, tip=draw(AMOUNT), fees=fees)
    except (PriceOutOfRange, OrderOutOfRange):
        assume(False)
        raise


def test_an_offer_by_hand() -> None:
    items = [Item(name="rice", quantity=2, price=450), Item(name="tea", quantity=1, price=100)]
    price = price_order(items, delivery_fee=300, tip=50, fees=FEES)
    assert (price.items, price.shop_limit, price.fees_and_tip, price.ceiling) == (1_000, 1_200, 430, 1_630)
    assert price.runner_earnings == 300 - 30 + 50
    split = split_receipt(price, 1_100)
    assert (split.total, split.platform, split.runner) == (1_530, 80 + 30, 1_420)


@pytest.mark.parametrize(("cost", "headroom"), [(100, 100), (1_000, 200), (2_400, 480), (2_600, 500), (9_000, 500)])
def test_the_headroom_is_a_share_between_its_two_bounds(cost: int, headroom: int) -> None:
    price = price_order([Item(name="rice", quantity=1, price=cost)], delivery_fee=300, tip=0, fees=FEES)
    assert price.shop_limit == cost + headroom


@case(52)
@given(items=ITEMS, fees=some_fees(), fee=AMOUNT, tip=st.integers(-10, 5_000))
def test_every_offer_is_within_all_bounds_or_refused(items: list[Item], fees: Fees, fee: int, tip: int) -> None:
    try:
        price = price_order(items, delivery_fee=fee, tip=tip, fees=fees)
    except (PriceOutOfRange, OrderOutOfRange):
        return
    assert MIN_CHARGE <= price.ceiling <= min(fees.order_most, MAX_CHARGE)
    assert price.ceiling == price.shop_limit + price.delivery_fee + price.service_fee + price.tip
    assert price.items <= price.shop_limit
    assert min(price.delivery_fee, price.service_fee, price.tip, price.runner_earnings) >= 0


@given(price=some_price(), receipt=st.integers(-10, 200_000))
def test_the_ceiling_is_never_exceeded_and_the_parts_sum_to_the_total(price: Price, receipt: int) -> None:
    try:
        split = split_receipt(price, receipt)
    except (ReceiptAboveLimit, ReceiptTooSmall):
        assert receipt > price.shop_limit or receipt <= 0 or receipt + price.fees_and_tip < MIN_CHARGE
        return
    assert split.total == receipt + price.fees_and_tip <= price.ceiling
    assert split.platform + split.runner == split.total
    assert min(split.platform, split.runner) >= 0
    assert split.runner >= receipt, "a runner never loses on food"


@case(52)
@given(price=some_price())
def test_the_rounding_falls_to_the_runner(price: Price) -> None:
    """The platform's part is rounded once, and the last one to be paid gets exactly the rest."""
    split = split_receipt(price, price.shop_limit)
    assert split.platform == price.service_fee + basis_points_of(price.delivery_fee, price.platform_basis_points)
    assert split.runner == price.shop_limit + price.runner_earnings


@case(50)
@given(price=some_price(), less=st.integers(1, 500))
def test_a_smaller_receipt_changes_only_the_shops_part(price: Price, less: int) -> None:
    assume(price.shop_limit - less > 0)
    assume(price.shop_limit - less + price.fees_and_tip >= MIN_CHARGE)
    full, part = split_receipt(price, price.shop_limit), split_receipt(price, price.shop_limit - less)
    assert (full.total - part.total, full.runner - part.runner, full.platform - part.platform) == (less, less, 0)


def test_an_offer_of_nothing_is_refused() -> None:
    with pytest.raises(DraftEmpty):
        price_order([], delivery_fee=300, tip=0, fees=FEES)


@pytest.mark.parametrize("fee", [49, 2_001])
def test_a_fee_outside_the_campus_bounds_is_refused_with_the_bounds(fee: int) -> None:
    with pytest.raises(PriceOutOfRange) as refused:
        price_order([Item(name="rice", quantity=1, price=450)], delivery_fee=fee, tip=0, fees=FEES)
    assert set(refused.value.arguments) == {"least", "most"}


@pytest.mark.parametrize(("price", "tip"), [(450, -1), (20_000, 0), (0, 0)])
def test_an_order_outside_the_campus_bounds_is_refused_with_its_total(price: int, tip: int) -> None:
    with pytest.raises(OrderOutOfRange) as refused:
        price_order([Item(name="rice", quantity=1, price=price)], delivery_fee=300, tip=tip, fees=FEES)
    assert set(refused.value.arguments) == {"total", "most"}


def test_a_receipt_one_cent_above_the_limit_is_refused_with_the_limit() -> None:
    price = price_order([Item(name="rice", quantity=1, price=1_000)], delivery_fee=300, tip=0, fees=FEES)
    assert split_receipt(price, price.shop_limit).total == price.ceiling
    with pytest.raises(ReceiptAboveLimit) as refused:
        split_receipt(price, price.shop_limit + 1)
    assert refused.value.arguments == {"limit": "S$12.00"}
