"""Currencies: digits of ISO 4217, and where Stripe differs: smallest charge, multiples that it and banks take.

Source of the exceptions: docs.stripe.com/currencies, sections "zero-decimal", "special cases" and "minimum charge".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import iso4217

DEFAULT_MINIMUM = 50  # minor units
MAX_DIGITS = 3
# Stripe takes these without cents, whatever ISO 4217 says.
_WITHOUT_CENTS = ("mga",)
# Written without cents, and sent to Stripe as hundreds: it refuses an amount that is no multiple of 100.
_SENT_AS_HUNDREDS = ("isk", "ugx")
# Charged with cents, but a bank gets multiples of 100 only.
_PAID_OUT_AS_HUNDREDS = ("huf", "twd")
# The smallest charge in minor units, where it is not DEFAULT_MINIMUM.
_MINIMUMS = {
    "aed": 200,
    "czk": 1_500,
    "dkk": 250,
    "gbp": 30,
    "hkd": 400,
    "huf": 17_500,
    "mxn": 1_000,
    "myr": 200,
    "nok": 300,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "thb": 1_000,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """A currency as Stripe takes it; all amounts in minor units, which are the ones that are sent to Stripe."""

    code: str
    exponent: int  # a major unit is 10 ** exponent minor units
    minimum: int = DEFAULT_MINIMUM  # the smallest charge
    charge_step: int = 1  # Stripe takes multiples of it
    payout_step: int = 1  # a bank account gets multiples of it

    @property
    def step(self) -> int:
        """Every amount that people type, and every part that is computed, is a multiple of it."""
        return max(self.charge_step, self.payout_step)

    @property
    def smallest_charge(self) -> int:
        """The smallest amount that is both a multiple of the step and at least the minimum."""
        return -(-self.minimum // self.step) * self.step

    @property
    def written_digits(self) -> int:
        """The number of digits that people write after the point."""
        return 0 if self.step == 10**self.exponent else self.exponent


@cache
def all_currencies() -> Mapping[str, Currency]:
    """Return the currencies of ISO 4217 by their code in small letters, without metals and units of account."""
    known = {each.code.lower(): each.exponent for each in iso4217.Currency}
    spent = {code: digits for code, digits in known.items() if digits is not None and digits <= MAX_DIGITS}
    return MappingProxyType({code: _as_stripe_takes(code, digits) for code, digits in spent.items()})


@cache
def find_currency(code: str) -> Currency:
    """Return the currency of this code in small letters; one that ISO 4217 does not know (any more) has two digits."""
    return all_currencies().get(code) or Currency(code=code, exponent=2)


def _as_stripe_takes(code: str, digits: int) -> Currency:
    currency = Currency(code=code, exponent=digits, minimum=_MINIMUMS.get(code, DEFAULT_MINIMUM))
    if code in _WITHOUT_CENTS:
        return replace(currency, exponent=0)
    if code in _SENT_AS_HUNDREDS:
        return replace(currency, exponent=2, charge_step=100)
    if code in _PAID_OUT_AS_HUNDREDS:
        return replace(currency, payout_step=100)
    return replace(currency, charge_step=10) if digits == 3 else currency
