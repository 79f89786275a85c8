"""The readers of single values of a campus file: each adds an error with its place when the value is wrong."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from domain.currencies import find_currency
from domain.errors import Unreadable
from domain.money import example_amount, read_amount
from domain.typed import clean_text, is_shown

MAX_WINDOW_SECONDS = 30 * 24 * 60 * 60
MAX_TELEGRAM_ID = 2**52  # ids of users and chats have at most 52 bits; core.telegram.org/bots/api#user

_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "hours": 3600, "d": 86400, "days": 86400}
_DURATION = re.compile(r"(?:\s*\d{1,8}\s*(?:" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r"))+\s*", re.ASCII)
_DURATION_PART = re.compile(r"(\d+)\s*([a-z]+)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table of the file, its path, and the list that errors are added to."""

    path: str
    content: Mapping[str, object]
    errors: list[str]

    def path_of(self, key: str) -> str:
        """Return the dotted path of this key."""
        return f"{self.path}.{key}" if self.path else key

    def add_error(self, key: str, sentence: str) -> None:
        """Add an error about this key."""
        self.errors.append(f"{self.path_of(key)}: {sentence}")


def check_keys(section: Section, known: Collection[str]) -> None:
    """Add an error for each unknown key, with the nearest known key as a suggestion."""
    for key in section.content:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            suggestion = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
            section.add_error(key, f"is unknown; {suggestion}")


def read_text(section: Section, key: str, *, max_length: int, default: str | None = None) -> str:
    """Return a line of text, or `default` when it is missing; add an error when there is no default either."""
    value = section.content.get(key, default)
    if value is None:
        section.add_error(key, "is missing")
    elif not isinstance(value, str):
        section.add_error(key, f'{format_value(value)} is no text; write it in quotes, like "this"')
    elif (not is_shown(value) and default is None) or len(value) > max_length or not value.isprintable():
        section.add_error(key, f"{format_value(value)} is no line of 1 to {max_length} letters")
    else:
        return clean_text(value)
    return ""


def read_integer(section: Section, key: str, *, minimum: int, maximum: int, default: int | None = None) -> int:
    """Return a whole number within the bounds, or `default` when it is missing; `minimum` after an error."""
    value = section.content.get(key, default)
    if value is None:
        section.add_error(key, "is missing")
    elif not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
        section.add_error(key, f"{format_value(value)} is no whole number from {minimum} to {maximum}")
    else:
        return value
    return minimum


def read_group_id(section: Section, key: str) -> int | None:
    """Return Telegram's id of a group, which is negative; None when the file names none."""
    value = section.content.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not -MAX_TELEGRAM_ID < value < 0:
        section.add_error(key, f"{format_value(value)} is no group; Telegram's group numbers are like -1001234567890")
        return None
    return value


def read_price(section: Section, key: str, currency: str, *, minimum: int = 0) -> int:
    """Return the minor units of an amount that is written in major units, like "5.50"."""
    if key not in section.content:
        section.add_error(key, "is missing")
        return minimum
    return parse_amount(section, key, section.content[key], currency, minimum=minimum)


def parse_amount(section: Section, key: str, value: object, currency: str, *, minimum: int = 0) -> int:
    """Return the value in minor units; `minimum` after an error."""
    example = format_decimal(example_amount(currency), currency)
    written = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
    try:
        amount = read_amount(str(value) if written else "", currency)
    except (Unreadable, ValueError):  # ValueError: more digits than Python converts to text
        section.add_error(key, f"{format_value(value)} is no amount; write it like {example}")
        return minimum
    if amount < minimum:
        section.add_error(key, f"{format_value(value)} is too little; at least {format_decimal(minimum, currency)}")
    return amount


def format_decimal(minor: int, currency: str) -> str:
    """Return an amount as a file writes it: digits and a point."""
    known = find_currency(currency)
    whole, rest = divmod(minor, 10**known.exponent)
    return f"{whole}.{rest:0{known.exponent}d}" if known.written_digits else str(whole)


def read_duration(section: Section, key: str, *, minimum: int = 1) -> int:
    """Return a duration in seconds; the file writes `30m`, `15 min`, `90s`, `1h 30m`, or a number of seconds."""
    value = section.content[key]
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value
    elif isinstance(value, str) and _DURATION.fullmatch(value):
        seconds = sum(int(count) * _UNITS[unit] for count, unit in _DURATION_PART.findall(value))
    else:
        section.add_error(key, f"{format_value(value)} is no length of time; write it like 90s, 15 min or 2h")
        return minimum
    if not minimum <= seconds <= MAX_WINDOW_SECONDS:
        section.add_error(key, f"{format_value(value)} is out of range; from {minimum}s to 30d")
        return minimum
    return seconds


def read_list(section: Section, key: str) -> Sequence[object]:
    """Return a list of any values; empty when it is missing."""
    value = section.content.get(key, [])
    if not isinstance(value, list):
        section.add_error(key, f"{format_value(value)} is no list; write it in [ ]")
        return []
    return value


def read_section(section: Section, key: str) -> Section:
    """Return a nested table; empty when it is missing."""
    value = section.content.get(key, {})
    if not isinstance(value, dict):
        section.add_error(key, f"{format_value(value)} is no table; write it below a line [{key}]")
        value = {}
    return Section(path=section.path_of(key), content=value, errors=section.errors)


def read_sections(section: Section, key: str, example: str) -> list[Section]:
    """Return a list of tables; `example` shows one in the error."""
    found: list[Section] = []
    for number, value in enumerate(read_list(section, key)):
        if isinstance(value, dict):
            path = f"{section.path_of(key)}[{number}]"
            found.append(Section(path=path, content=value, errors=section.errors))
        else:
            section.add_error(f"{key}[{number}]", f"{format_value(value)} is no table; write it like {example}")
    return found


def format_value(value: object) -> str:
    """Return a value as the file might write it, in at most 60 characters."""
    match value:
        case str() | bool():
            text = json.dumps(value, ensure_ascii=False)
        case int():
            text = str(value) if abs(value) < 10**20 else "so large a number"
        case Decimal():
            text = str(value)
        case list() | tuple():
            text = f"[{', '.join(format_value(each) for each in value)}]"
        case dict():
            text = "{ ... }"
        case _:
            text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
