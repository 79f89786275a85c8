"""Reading what follows /bar and /limit: how long, money or conduct, how much, and why, in this order or another."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.conversation.request_context import truncate
from domain.campuses import use_cases as campuses_use_cases
from domain.errors import Unreadable
from domain.money import MAX_CHARGE, read_amount
from domain.restrictions.model import RestrictionKind, RestrictionReason, RestrictionTerms

ENDLESS_WORDS = frozenset({"forever", "always"})
MAX_DURATION = timedelta(days=3660)
MAX_OPEN_ORDERS = 100

_DURATION = re.compile(r"([0-9]{1,4})([hdw])", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_OPEN_ORDERS = re.compile(r"([0-9]{1,2})open", re.ASCII)
_SUM = re.compile(r"[^\w\s]{0,2}[A-Za-z]{0,3}\$?[0-9]+(?:[.,][0-9]+)?(?:/day)?", re.ASCII)


class MissingTerm(StrEnum):
    DURATION = "duration"
    REASON = "reason"
    AMOUNT = "amount"  # of a limit: a sum, or a number of open orders
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRestriction:
    """The terms; None when something is missing, which `missing` names in the order in which it is written."""

    terms: RestrictionTerms | None
    missing: tuple[MissingTerm, ...]


@dataclass(slots=True, kw_only=True)
class _ReadTerms:
    has_duration: bool = False
    until: datetime | None = None
    reason: RestrictionReason | None = None
    daily_sum: int | None = None
    open_orders: int | None = None


def parse_restriction(kind: RestrictionKind, typed: str, *, currency: str, now: datetime) -> ParsedRestriction:
    """Return what an admin wrote behind the person; words from the first one that is no term are the note."""
    words, read = typed.split(), _ReadTerms()
    while words and _read_term(read, kind, words[0].lower(), currency, now):
        words.pop(0)
    note = truncate(" ".join(words), campuses_use_cases.MAX_REASON_LENGTH)
    limited = read.daily_sum is not None or read.open_orders is not None
    wanted = {
        MissingTerm.DURATION: read.has_duration,
        MissingTerm.REASON: read.reason is not None,
        MissingTerm.AMOUNT: limited or kind is RestrictionKind.BAR,
        MissingTerm.NOTE: bool(note),
    }
    missing = tuple(term for term, is_there in wanted.items() if not is_there)
    if missing or read.reason is None:
        return ParsedRestriction(terms=None, missing=missing)
    terms = RestrictionTerms(
        kind=kind,
        reason=read.reason,
        note=note,
        until=read.until,
        daily_sum=read.daily_sum,
        currency=None if read.daily_sum is None else currency,
        open_orders=read.open_orders,
    )
    return ParsedRestriction(terms=terms, missing=())


def _read_term(read: _ReadTerms, kind: RestrictionKind, word: str, currency: str, now: datetime) -> bool:
    """Take a word as one of the terms that are not known yet. Return False when it is none of them."""
    if not read.has_duration and _read_duration(read, word, now):
        return True
    if read.reason is None and word in tuple(RestrictionReason):
        read.reason = RestrictionReason(word)
        return True
    return kind is RestrictionKind.LIMIT and _read_limit(read, word, currency)


def _read_duration(read: _ReadTerms, word: str, now: datetime) -> bool:
    if word in ENDLESS_WORDS:
        read.has_duration = True
        return True
    found = _DURATION.fullmatch(word)
    duration = None if found is None else int(found[1]) * _UNITS[found[2]]
    if duration is None or not timedelta(0) < duration <= MAX_DURATION:
        return False
    read.has_duration, read.until = True, now + duration
    return True


def _read_limit(read: _ReadTerms, word: str, currency: str) -> bool:
    found = _OPEN_ORDERS.fullmatch(word)
    if found is not None and read.open_orders is None and 0 < int(found[1]) <= MAX_OPEN_ORDERS:
        read.open_orders = int(found[1])
        return True
    if read.daily_sum is not None or _SUM.fullmatch(word) is None:
        return False
    try:
        amount = read_amount(word.removesuffix("/day"), currency)
    except Unreadable:
        return False
    if not 0 < amount <= MAX_CHARGE:
        return False
    read.daily_sum = amount
    return True
