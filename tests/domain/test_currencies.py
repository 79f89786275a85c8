"""Tests of the currencies: each as Stripe takes it, and every part of a price a multiple of its step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campuses.fees import Fees
from domain.currencies import all_currencies, find_currency
from domain.errors import OrderOutOfRange, ReceiptAboveLimit, ReceiptTooSmall, Unreadable
from domain.money import MAX_CHARGE, format_money, read_amount
from domain.orders.pricing import Item, Price, price_order, split_receipt
from sandbox.stripe.amounts import CURRENCIES, MIN_CHARGE, MIN_CHARGES, MULTIPLES

CODES = sorted(CURRENCIES)


@pytest.mark.parametrize(
    ("code", "minor", "written", "typed"),
    [
        ("sgd", 450, "S$4.50", "4.5"),
        ("jpy", 1_200, "¥1,200", "1200"),
        ("xof", 450, "XOF 450", "450"),
        ("mga", 450, "MGA 450", "450"),  # two digits in ISO 4217, none at Stripe
        ("kwd", 1_500, "KWD 1.500", "1.5"),
        ("isk", 45_000, "ISK 450", "450"),
        ("ugx", 450_000, "UGX 4,500", "4500"),
        ("huf", 119_000, "HUF 1,190", "1190"),
        ("twd", 12_000, "TWD 120", "120"),
    ],
)
def test_an_amount_is_written_as_people_do_and_sent_as_stripe_takes_it(
    code: str, minor: int, written: str, typed: str
) -> None:
    assert format_money(minor, code) == written
    assert read_amount(typed, code) == minor


@pytest.mark.parametrize(
    ("code", "typed", "example"),
    [
        ("isk", "450.50", "ISK 450"),
        ("huf", "1190.5", "HUF 450"),
        ("kwd", "1.505", "KWD 4.500"),
        ("mga", "1.5", "MGA 450"),
    ],
)
def test_an_amount_that_stripe_or_a_bank_would_refuse_is_refused_when_it_is_typed(
    code: str, typed: str, example: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read_amount(typed, code)
    assert refused.value.arguments == {"example": example}


def test_a_fee_of_stripe_that_is_no_whole_step_is_written_with_all_its_digits() -> None:
    assert [format_money(minor, "huf") for minor in (12_345, -12_345)] == ["HUF 123.45", "-HUF 123.45"]


def test_what_is_no_currency_has_two_digits_where_it_is_shown() -> None:
    assert "zzz" not in all_currencies()
    assert format_money(450, "zzz") == "ZZZ 4.50"


@pytest.mark.parametrize("code", CODES)
def test_the_rules_of_every_currency_agree_with_those_that_stripe_refuses_by(code: str) -> None:
    currency = find_currency(code)
    assert currency.minimum == MIN_CHARGES.get(code, MIN_CHARGE)
    assert currency.charge_step == MULTIPLES.get(code, 1)
    assert currency.smallest_charge % currency.step == 0


@st.composite
def some_price(draw: st.DrawFn) -> Price:
    """A price whose amounts were all typed: multiples of the step of its currency."""
    code = draw(st.sampled_from(CODES))
    step = find_currency(code).step
    amount = st.integers(0, 5_000).map(lambda count: count * step)
    fees = Fees(
        currency=code,
        service_fee=draw(amount),
        platform_basis_points=draw(st.integers(0, 10_000)),
        headroom_basis_points=draw(st.integers(0, 10_000)),
        headroom_least=0,
        headroom_most=MAX_CHARGE // step * step,
        delivery_fee_least=0,
        delivery_fee_most=5_000 * step,
        order_most=MAX_CHARGE,
    )
    items = [Item(name="rice", quantity=draw(st.integers(1, 9)), price=draw(st.integers(1, 9_000)) * step)]
    try:
        return price_order(items, delivery_fee=draw(amount), tip=draw(amount), fees=fees)
    except OrderOutOfRange:
        return price_order([Item(name="rice", quantity=1, price=99_900_000)], delivery_fee=0, tip=0, fees=_free(code))


def _free(code: str) -> Fees:
    return Fees(
        currency=code,
        service_fee=0,
        platform_basis_points=0,
        headroom_basis_points=0,
        headroom_least=0,
        headroom_most=0,
        delivery_fee_least=0,
        delivery_fee_most=0,
        order_most=MAX_CHARGE,
    )


@given(price=some_price(), share=st.floats(0.1, 1))
def test_every_part_of_a_price_is_shown_typed_and_sent_as_one_amount(price: Price, share: float) -> None:
    currency = find_currency(price.currency)
    receipt = int(price.shop_limit * share) // currency.step * currency.step
    try:
        split = split_receipt(price, receipt)
    except (ReceiptTooSmall, ReceiptAboveLimit):
        assert receipt < currency.step or receipt + price.fees_and_tip < currency.minimum
        return
    assert split.total == split.platform + split.runner
    assert split.runner >= receipt
    assert currency.minimum <= split.total <= price.ceiling
    for minor in (price.ceiling, receipt, split.total, split.platform, split.runner):
        assert minor % currency.step == 0
        assert read_amount(format_money(minor, currency.code).replace(",", ""), currency.code) == minor
