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
MAX_LENGTH = timedelta(days=3660)
MAX_OPEN_ORDERS = 100

_LENGTH = re.compile(r"([0-9]{1,4})([hdw])", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_OPEN_ORDERS = re.compile(r"([0-9]{1,2})open", re.ASCII)
_SUM = re.compile(r"[^\w\s]{0,2}[A-Za-z]{0,3}\$?[0-9]+(?:[.,][0-9]+)?(?:/day)?", re.ASCII)


class MissingTerm(StrEnum):
    LENGTH = "length"
    REASON = "reason"
    AMOUNT = "amount"  # of a limit: a sum, or a number of open orders
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRestriction:
    """The terms; None when something is missing, which `missing` names in the order in which it is written."""

    terms: RestrictionTerms | None
    missing: tuple[MissingTerm, ...]


@dataclass(slots=True, kw_only=True)
class _Draft:
    has_length: bool = False
    until: datetime | None = None
    reason: RestrictionReason | None = None
    daily_sum: int | None = None
    open_orders: int | None = None


def parse_restriction(kind: RestrictionKind, typed: str, *, currency: str, now: datetime) -> ParsedRestriction:
    """Return what an admin wrote behind the person; words from the first one that is no term are the note."""
    words, draft = typed.split(), _Draft()
    while words and _read_term(draft, kind, words[0].lower(), currency, now):
        words.pop(0)
    note = truncate(" ".join(words), campuses_use_cases.MAX_REASON_LENGTH)
    limited = draft.daily_sum is not None or draft.open_orders is not None
    wanted = {
        MissingTerm.LENGTH: draft.has_length,
        MissingTerm.REASON: draft.reason is not None,
        MissingTerm.AMOUNT: limited or kind is RestrictionKind.BAR,
        MissingTerm.NOTE: bool(note),
    }
    missing = tuple(term for term, is_there in wanted.items() if not is_there)
    if missing or draft.reason is None:
        return ParsedRestriction(terms=None, missing=missing)
    terms = RestrictionTerms(
        kind=kind,
        reason=draft.reason,
        note=note,
        until=draft.until,
        daily_sum=draft.daily_sum,
        currency=None if draft.daily_sum is None else currency,
        open_orders=draft.open_orders,
    )
    return ParsedRestriction(terms=terms, missing=())


def _read_term(draft: _Draft, kind: RestrictionKind, word: str, currency: str, now: datetime) -> bool:
    """Take a word as one of the terms that are not known yet. Return False when it is none of them."""
    if not draft.has_length and _read_length(draft, word, now):
        return True
    if draft.reason is None and word in tuple(RestrictionReason):
        draft.reason = RestrictionReason(word)
        return True
    return kind is RestrictionKind.LIMIT and _read_limit(draft, word, currency)


def _read_length(draft: _Draft, word: str, now: datetime) -> bool:
    if word in ENDLESS_WORDS:
        draft.has_length = True
        return True
    found = _LENGTH.fullmatch(word)
    length = None if found is None else int(found[1]) * _UNITS[found[2]]
    if length is None or not timedelta(0) < length <= MAX_LENGTH:
        return False
    draft.has_length, draft.until = True, now + length
    return True


def _read_limit(draft: _Draft, word: str, currency: str) -> bool:
    found = _OPEN_ORDERS.fullmatch(word)
    if found is not None and draft.open_orders is None and 0 < int(found[1]) <= MAX_OPEN_ORDERS:
        draft.open_orders = int(found[1])
        return True
    if draft.daily_sum is not None or _SUM.fullmatch(word) is None:
        return False
    try:
        amount = read_amount(word.removesuffix("/day"), currency)
    except Unreadable:
        return False
    if not 0 < amount <= MAX_CHARGE:
        return False
    draft.daily_sum = amount
    return True
