"""Money as whole minor units of one currency, never as a float."""

import re
from dataclasses import dataclass

from domain.errors import Unreadable

# The number of minor digits where it is not 2 (docs.stripe.com/currencies, zero-decimal and three-decimal lists).
_ZERO_DECIMAL = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE_DECIMAL = "bhd jod kwd omr tnd"
CURRENCY_EXPONENTS = {**dict.fromkeys(_ZERO_DECIMAL.split(), 0), **dict.fromkeys(_THREE_DECIMAL.split(), 3)}
# Of these Stripe takes rounded amounts only (special cases of the same page): it would refuse most captures.
ROUNDED_CURRENCIES = frozenset({*_THREE_DECIMAL.split(), "isk", "ugx"})
CURRENCY_SYMBOLS = {"sgd": "S$", "usd": "US$", "eur": "€", "gbp": "£", "myr": "RM", "jpy": "¥"}
MAX_CHARGE = 99_999_999  # minor units; Stripe's own limit

_CURRENCY_PATTERN = re.compile(r"[a-z]{3}")
_NUMBER_PATTERN = re.compile(r"(\d{1,8})(?:[.,](\d{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount: `minor` in the currency's smallest unit (cents), `currency` in three lower-case letters."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"money must be an int of minor units, not {type(self.minor).__name__}")
        if not _CURRENCY_PATTERN.fullmatch(self.currency):
            raise ValueError(f"a currency must be three lower-case letters, not {self.currency!r}")

    def _require_same_currency(self, other: "Money") -> None:
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")

    def __add__(self, other: "Money") -> "Money":
        self._require_same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._require_same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __str__(self) -> str:
        return format_money(self.minor, self.currency)


def currency_exponent(currency: str) -> int:
    """Return the number of minor digits of the currency."""
    return CURRENCY_EXPONENTS.get(currency, 2)


def format_money(minor: int, currency: str) -> str:
    """Return the amount as people write it, such as `S$12.90`."""
    digits = currency_exponent(currency)
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**digits)
    number = f"{whole:,}.{rest:0{digits}d}" if digits else f"{whole:,}"
    return f"{sign}{CURRENCY_SYMBOLS.get(currency, currency.upper() + ' ')}{number}"


def read_amount(typed: str, currency: str) -> int:
    """Return the minor units of a typed amount (`4.50`, `4,5`, `S$4.5`). Raise Unreadable for anything else."""
    text = typed.strip()
    symbol = CURRENCY_SYMBOLS.get(currency, "")
    for prefix in (symbol, "$", currency.upper(), currency):
        if prefix and text.lower().startswith(prefix.lower()):
            text = text[len(prefix) :].strip()
            break
    match = _NUMBER_PATTERN.fullmatch(text)
    digits = currency_exponent(currency)
    if match is None or len(match[2] or "") > digits:
        raise Unreadable(example=format_money(450 if digits == 2 else 10**digits * 4, currency))
    return int(match[1] + (match[2] or "").ljust(digits, "0"))


def basis_points_of(minor: int, basis_points: int) -> int:
    """Return this share of an amount, rounded half up. Basis points are hundredths of a percent."""
    return (minor * basis_points + 5_000) // 10_000
