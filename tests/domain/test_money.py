"""Tests that money is whole minor units: every amount survives formatting and parsing."""

import unicodedata
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.currencies import all_currencies, find_currency
from domain.errors import Unreadable
from domain.money import (
    CURRENCY_SYMBOLS,
    MAX_CHARGE,
    Money,
    basis_points_of,
    format_money,
    read_amount,
)
from tests.cases import case

CURRENCIES = sorted(all_currencies())
ZEROS = [chr(each) for each in range(0x20000) if unicodedata.decimal(chr(each), -1) == 0]
MINOR = st.integers(min_value=0, max_value=MAX_CHARGE)


@st.composite
def some_amount(draw: st.DrawFn) -> tuple[int, str]:
    """An amount that people may type: a multiple of the step of its currency."""
    currency = draw(st.sampled_from(CURRENCIES))
    step = find_currency(currency).step
    return draw(st.integers(0, MAX_CHARGE // step)) * step, currency


def test_every_amount_from_050_to_9999_is_read_exactly_as_typed() -> None:
    """Defect M11 of the original: amounts went through a float and lost cents."""
    for minor in range(50, 10_000):
        whole, rest = divmod(minor, 100)
        for typed in (f"{whole}.{rest:02d}", f"{whole},{rest:02d}", f"S${whole}.{rest:02d}", f"sgd {whole}.{rest:02d}"):
            assert read_amount(typed, "sgd") == minor


@given(amount=some_amount())
def test_a_formatted_amount_is_read_as_the_same_amount(amount: tuple[int, str]) -> None:
    minor, currency = amount
    assert read_amount(format_money(minor, currency), currency) == minor


@given(minor=MINOR, currency=st.sampled_from(CURRENCIES))
def test_a_formatted_amount_is_the_decimal_number_it_means(minor: int, currency: str) -> None:
    number = (
        format_money(minor, currency)
        .replace(",", "")
        .removeprefix(CURRENCY_SYMBOLS.get(currency, currency.upper() + " "))
    )
    assert Decimal(number) == Decimal(minor).scaleb(-find_currency(currency).exponent)


@pytest.mark.parametrize("wrong", [4.5, "450", None, True, Decimal("4.50")])
def test_money_is_made_of_whole_numbers_only(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(cast(int, wrong), "sgd")


@pytest.mark.parametrize("currency", ["SGD", "sg", "sgdd", "", "s1d", "sgd\n"])
def test_a_currency_is_three_small_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="currency"):
        Money(1, currency)


def test_two_currencies_are_never_mixed() -> None:
    with pytest.raises(ValueError, match="cannot mix"):
        Money(1, "sgd") + Money(1, "usd")
    with pytest.raises(ValueError, match="cannot mix"):
        Money(1, "sgd") - Money(1, "usd")


@given(left=MINOR, right=MINOR)
def test_adding_and_taking_away_are_exact(left: int, right: int) -> None:
    total = Money(left, "sgd") + Money(right, "sgd")
    assert total.minor == left + right
    assert total - Money(right, "sgd") == Money(left, "sgd")


@given(minor=MINOR, basis_points=st.integers(min_value=0, max_value=10_000))
def test_a_share_is_the_nearest_whole_number_and_never_more_than_the_amount(minor: int, basis_points: int) -> None:
    part = basis_points_of(minor, basis_points)
    assert 0 <= part <= minor
    exact = Decimal(minor) * basis_points / 10_000
    assert abs(part - exact) <= Decimal("0.5")


def test_half_a_cent_is_rounded_up() -> None:
    assert basis_points_of(5, 1_000) == 1
    assert basis_points_of(4, 1_000) == 0


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        *(("4,50", 450), ("S$4.5", 450), ("$4", 400), (" 4.5 ", 450), ("SGD4.05", 405), ("0", 0), ("00012.30", 1230)),
        *(
            ("4.20 SGD", 420),
            ("S$ 4.20", 420),
            ("4.20$", 420),
            ("4,20 sgd", 420),
            ("S$4.20 SGD", 420),
            ("4 bucks", 400),
        ),
        *((".5", 50), ("4.", 400), ("5.-", 500), ("5,–", 500), ("1,200", 120_000), ("1,200.00", 120_000)),
        *(("1.200,00", 120_000), ("1 200,50", 120_050), ("1’200.50", 120_050), ("1\u202f200,50", 120_050)),
        *(("٤٫٥٠", 450), ("४.५०", 450), ("４.５０", 450), ("Ｓ＄４.５０", 450), ("4.٥٠", 450), ("\u200f4.50", 450)),
    ],
)
def test_the_ways_people_write_amounts(typed: str, minor: int) -> None:
    assert read_amount(typed, "sgd") == minor


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        *(("¥1,200", "jpy", 1_200), ("1200円", "jpy", 1_200), ("1.200", "jpy", 1_200), ("￥５００", "jpy", 500)),
        *(("4,20 €", "eur", 420), ("4.20 euro", "eur", 420), ("£3", "gbp", 300), ("RM 4.50", "myr", 450)),
        *(("1 500", "xof", 1_500), ("₩12,000", "krw", 12_000), ("rp 15000", "idr", 1_500_000), ("1.250", "kwd", 1_250)),
    ],
)
def test_amounts_of_other_currencies_are_read_as_their_people_write_them(typed: str, currency: str, minor: int) -> None:
    assert read_amount(typed, currency) == minor


@pytest.mark.parametrize(("typed", "currency"), [("$4", "eur"), ("¥400", "sgd"), ("1,20", "jpy"), ("12.5", "jpy")])
def test_an_amount_of_another_currency_is_refused(typed: str, currency: str) -> None:
    with pytest.raises(Unreadable):
        read_amount(typed, currency)


@given(amount=some_amount(), zero=st.sampled_from(ZEROS), behind=st.booleans())
def test_what_we_print_can_be_typed_back_in_the_digits_of_any_keyboard(
    amount: tuple[int, str], zero: str, *, behind: bool
) -> None:
    minor, currency = amount
    digits = {str(digit): chr(ord(zero) + digit) for digit in range(10)}
    typed = "".join(digits.get(each, each) for each in format_money(minor, currency))
    if behind:
        sign = CURRENCY_SYMBOLS.get(currency, currency.upper() + " ")
        typed = f"{typed.removeprefix(sign)} {sign.strip()}"
    assert read_amount(typed, currency) == minor


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            " ",
            ".",
            ",",
            "4.505",
            "1.000",
            "-1",
            "+1",
            "1e3",
            "1_000",
            "1,00,000",
            "1.0,00",
            "0x10",
            "4.5x",
            "4 50",
        ),
        *("①", "½", "4²", "🍜", "4.50🍜", "\u202e05.4", "4\u00a050", "S$", "4.50 EUR", "4.50 € SGD", "1'00", "4.5.0"),
        *("<b>4.50</b>", "4.50\n5.50", "4.50\x00", "inf", "NaN", "EUR 4.50", "€4.50", "S$S$4", "9" * 9, "9" * 4_096),
        *("$" * 4_096, " " * 4_096 + "x", "1" + "," * 4_095),
    ],
)
def test_what_is_no_plain_amount_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_amount(typed, "sgd")
    assert refused.value.arguments == {"example": "S$4.50"}


@given(typed=st.text(max_size=40), currency=st.sampled_from(CURRENCIES))
def test_any_text_is_an_amount_or_a_refusal(typed: str, currency: str) -> None:
    try:
        minor = read_amount(typed, currency)
    except Unreadable:
        return
    assert type(minor) is int
    assert minor >= 0
    assert any(letter.isdecimal() for letter in typed)


@case(52)
def test_currencies_without_cents_take_no_cents() -> None:
    assert read_amount("¥450", "jpy") == 450
    assert format_money(450, "jpy") == "¥450"
    assert read_amount("1.500", "kwd") == 1500
    assert [format_money(2_000, each) for each in ("xof", "xpf", "pyg")] == ["XOF 2,000", "XPF 2,000", "PYG 2,000"]
    for typed, currency in (("4.5", "jpy"), ("4.5", "xaf"), ("1.5000", "kwd")):
        with pytest.raises(Unreadable):
            read_amount(typed, currency)
