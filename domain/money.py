"""Money as whole minor units of one currency, never as a float."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.currencies import find_currency
from domain.errors import Unreadable
from domain.typed import plain_digits

CURRENCY_SYMBOLS = {"sgd": "S$", "usd": "US$", "eur": "€", "gbp": "£", "myr": "RM", "jpy": "¥"}
MAX_CHARGE = 99_999_999  # minor units; Stripe's own limit

_CURRENCY_PATTERN = re.compile(r"[a-z]{3}")
MAX_TYPED_LENGTH = 40  # characters
MAX_WHOLE_DIGITS = 8
_DOLLAR_CURRENCIES = ("sgd", "usd", "aud", "cad", "nzd", "hkd", "twd", "bnd", "fjd", "jmd", "ttd", "bbd", "bzd")
_DOLLARS = ("$", "dollar", "dollars", "bucks")
# What people write beside our sign and the code.
_OTHER_SIGNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(_DOLLAR_CURRENCIES, _DOLLARS),
        "eur": ("euro", "euros"),
        "gbp": ("pound", "pounds", "quid"),
        "jpy": ("円", "yen", "jp¥"),
        "cny": ("¥", "元", "yuan", "rmb"),
        "inr": ("₹", "rs", "rs.", "rupees"),
        "krw": ("₩", "원", "won"),
        "thb": ("฿", "baht"),
        "php": ("₱", "pesos"),
        "idr": ("rp",),
        "myr": ("ringgit",),
        "vnd": ("₫", "đ"),
    }
)
# Points, spaces and signs of other keyboards; marks of direction, which show nothing, are left out.
_TYPED_MARKS = str.maketrans(
    {
        **{chr(0xFF01 + place): chr(0x21 + place) for place in range(94)},  # the full width of ASCII
        **dict(zip("\u066b\u066c\u2019\u00a0\u202f\u2009\u3000\uffe1\uffe5\uffe6", ".,'    £¥₩", strict=True)),
        "\u200e": "",
        "\u200f": "",
        "\u061c": "",
    }
)
_PLAIN_NUMBER = re.compile(r"(?P<whole>\d{1,8})?(?:[.,](?:(?P<decimals>\d{1,3})|[-–—])?)?", re.ASCII)
_GROUPED_NUMBER = re.compile(r"(?P<whole>\d{1,3}(?:(?P<mark>[,.' ])\d{3})(?:(?P=mark)\d{3})*)(?:[.,][-–—])?", re.ASCII)
_GROUPED_BY_COMMAS = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+)(?:\.(?P<decimals>\d{1,3}))?", re.ASCII)
_GROUPED_BY_POINTS = re.compile(r"(?P<whole>\d{1,3}(?:\.\d{3})+),(?P<decimals>\d{1,3})", re.ASCII)
_GROUPED_BY_SPACES = re.compile(r"(?P<whole>\d{1,3}(?:[' ]\d{3})+)[.,](?P<decimals>\d{1,3})", re.ASCII)


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
    """Return the minor units of a typed amount, as people and we write it, in the digits of any keyboard.

    `4.50`, `4,5`, `.50`, `S$ 4.50`, `4.50 SGD`, `1,200.00`, `1.200,00` and `¥1,200` are amounts. Raise Unreadable for
    anything else: for another currency, and where it is not clear what a point means, as in `1.200` of a currency with
    cents.
    """
    number = _strip_currency(plain_digits(typed[:MAX_TYPED_LENGTH].translate(_TYPED_MARKS)).strip(), currency)
    known = find_currency(currency)
    match = _find_number(number, known.exponent) if len(typed) <= MAX_TYPED_LENGTH else None
    minor = None
    if match is not None:
        whole = re.sub(r"\D", "", match["whole"] or "0")
        decimals = match.groupdict().get("decimals") or ""
        minor = int(whole + decimals.ljust(known.exponent, "0")) if len(whole) <= MAX_WHOLE_DIGITS else None
    if minor is None or minor % known.step:
        raise Unreadable(example=format_money(example_amount(currency), currency))
    return minor


def is_currency_sign(typed: str, currency: str) -> bool:
    """Return whether it is a sign, the code or a name of this currency, such as `S$`, `sgd` or `dollars`."""
    word = typed.translate(_TYPED_MARKS).casefold()
    return word in {CURRENCY_SYMBOLS.get(currency, currency).casefold(), currency, *_OTHER_SIGNS.get(currency, ())}


def _strip_currency(text: str, currency: str) -> str:
    """Return the text without the sign or code of this currency before or behind the number, each at most once."""
    signs = sorted((*_OTHER_SIGNS.get(currency, ()), CURRENCY_SYMBOLS.get(currency, currency), currency), key=len)
    sign = "|".join(re.escape(each) for each in reversed(signs))
    found = re.fullmatch(rf"(?:(?:{sign})\s?)?(.*?)(?:\s?(?:{sign}))?", text, re.IGNORECASE)
    return text if found is None else found[1]


def _find_number(number: str, exponent: int) -> re.Match[str] | None:
    plain = _PLAIN_NUMBER.fullmatch(number)
    if plain is not None and len(plain["decimals"] or "") <= exponent and (plain["whole"] or plain["decimals"]):
        return plain
    if exponent == 0:
        return _GROUPED_NUMBER.fullmatch(number)
    for pattern in (_GROUPED_BY_COMMAS, _GROUPED_BY_POINTS, _GROUPED_BY_SPACES):
        found = pattern.fullmatch(number)
        if found is not None and len(found["decimals"] or "") <= exponent:
            return found
    return None


def basis_points_of(minor: int, basis_points: int, step: int = 1) -> int:
    """Return this share of an amount, rounded half up to the step. Basis points are hundredths of a percent."""
    return (minor * basis_points + 5_000 * step) // (10_000 * step) * step
