"""Money as whole minor units of one currency, never as a float."""

import re
from dataclasses import dataclass

from domain.currencies import find_currency
from domain.errors import Unreadable

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


def format_money(minor: int, currency: str) -> str:
    """Return the amount as people write it, such as `S$12.90`; what is no whole step keeps all its digits."""
    known = find_currency(currency)
    whole, rest = divmod(abs(minor), 10**known.exponent)
    digits = known.exponent if minor % known.step else known.written_digits
    number = f"{whole:,}.{rest:0{digits}d}" if digits else f"{whole:,}"
    return f"{'-' if minor < 0 else ''}{CURRENCY_SYMBOLS.get(currency, currency.upper() + ' ')}{number}"


def example_amount(currency: str) -> int:
    """Return an amount (minor units) that shows how the currency is written, such as 450 for `S$4.50`."""
    known = find_currency(currency)
    unit: int = 10**known.exponent
    return 45 * unit // 10 if known.written_digits else 450 * unit


def read_amount(typed: str, currency: str) -> int:
    """Return the minor units of a typed amount (`4.50`, `4,5`, `S$4.5`). Raise Unreadable for anything else."""
    text = typed.strip()
    symbol = CURRENCY_SYMBOLS.get(currency, "")
    for prefix in (symbol, "$", currency.upper(), currency):
        if prefix and text.lower().startswith(prefix.lower()):
            text = text[len(prefix) :].strip()
            break
    match = _NUMBER_PATTERN.fullmatch(text)
    known = find_currency(currency)
    minor = None
    if match is not None and len(match[2] or "") <= known.exponent:
        minor = int(match[1] + (match[2] or "").ljust(known.exponent, "0"))
    if minor is None or minor % known.step:
        raise Unreadable(example=format_money(example_amount(currency), currency))
    return minor


def basis_points_of(minor: int, basis_points: int, step: int = 1) -> int:
    """Return this share of an amount, rounded half up to the step. Basis points are hundredths of a percent."""
    return (minor * basis_points + 5_000 * step) // (10_000 * step) * step
