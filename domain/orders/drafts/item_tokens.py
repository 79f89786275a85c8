"""The words of a typed item line, told apart: how many, how much, for one or for all, and the name."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from domain.errors import Unreadable
from domain.money import is_currency_sign, read_amount

MAX_TOKENS = 40  # of one line; a longer one is no item


class Kind(Enum):
    """What a word of a line is."""

    WORD = "part of a name"
    NUMBER = "a number: how many, or a price"
    QUANTITY = "how many, marked as in `2x`"
    MONEY = "a price: with cents, or with a sign of the currency"
    EACH = "the price is for one"
    CONFIRMED = "the price is for one, whatever the menu says"
    TOTAL = "the price is for all"
    MARK = "a mark between the parts"


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its kind, how it was typed, and its number (a count, or minor units)."""

    kind: Kind
    typed: str
    value: int = 0


_TIMES = "x×*X"
_PIECES = r"(?:x|×|\*|pcs?|pieces?|portions?|packets?|cups?|plates?|bowls?)"
_QUANTITY = re.compile(rf"\(?(?:(\d{{1,4}}){_PIECES}\.?|[x×*](\d{{1,4}}))\)?|\((\d{{1,4}})\)", re.ASCII | re.IGNORECASE)
_QUANTITY_BEFORE = re.compile(r"(\d{1,4}[x×*])(.*[^\W\d_].*)", re.IGNORECASE)  # `2xlaksa`
_QUANTITY_BEHIND = re.compile(r"(.+?)(\([x×*]?\d{1,4}\)|[×*]\d{1,4})", re.IGNORECASE)  # `laksa(2)`, `laksa*2`
_AMBIGUOUS = re.compile(r"[^\W\d_]+x\d{1,2}|.*\d[.,]\d\d(?:[^\W\d_]{3,}|/).*", re.IGNORECASE)  # `laksax2`, `5.50each`
_NUMBER = re.compile(r"\d{1,7}", re.ASCII)
_WORD_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_EACH_WORDS = frozenset({"each", "ea", "apiece", "at", "per", "/pc", "/each"})
_TOTAL_WORDS = frozenset({"total", "altogether", "for", "in", "all", "together"})
_MARKS = frozenset({"-", "–", "—", ":", ",", ";", "=", "|", "->", "…", "..."})


def read_tokens(line: str, currency: str) -> tuple[Token, ...] | None:
    """Return the tokens of a cleaned line; None when it has too many, or a word in which a number may hide."""
    words = [word for each in line.split() for word in _split_glued(each)]
    if len(words) > MAX_TOKENS:
        return None
    tokens: list[Token] = []
    place = 0
    while place < len(words):
        is_behind = any(each.kind is Kind.WORD for each in tokens)
        token, taken = _read_token(words, place, currency, is_behind=is_behind)
        is_of = token.typed.casefold() == "of" and tokens and tokens[-1].kind in (Kind.QUANTITY, Kind.NUMBER)
        tokens.append(Token(Kind.MARK, token.typed) if is_of else token)
        place += taken
    if any(token.kind is Kind.WORD and _hides_number(token.typed) for token in tokens):
        return None
    return tuple(tokens)


def _hides_number(word: str) -> bool:
    has_sign = any(unicodedata.category(each) == "Sc" for each in word)
    return _AMBIGUOUS.fullmatch(word) is not None or (has_sign and any(each.isdecimal() for each in word))


def _split_glued(word: str) -> Sequence[str]:
    """Split what is written without a space: `2xlaksa`, `laksa:`, `@1.40`, `laksax2`."""
    if word[:1] == "@" and len(word) > 1:
        return "@", *_split_glued(word[1:])
    if word[-1:] in ",;:" and len(word) > 1:
        return *_split_glued(word[:-1]), word[-1]
    if word[:1] == "=" and len(word) > 1:
        return "=", *_split_glued(word[1:])
    if _QUANTITY.fullmatch(word):
        return (word,)
    found = _QUANTITY_BEFORE.fullmatch(word) or _QUANTITY_BEHIND.fullmatch(word)
    return (word,) if found is None else (found[1], *_split_glued(found[2]))


def _read_token(words: Sequence[str], place: int, currency: str, *, is_behind: bool) -> tuple[Token, int]:
    """Return the token that begins at this word, and how many words it is; `is_behind` a name, `5 x 2` is two."""
    word, after = words[place], words[place + 1] if place + 1 < len(words) else ""
    money = _read_signed_money(word, after, currency, is_last=place + 2 == len(words))
    if money is not None:
        return Token(Kind.MONEY, f"{word} {after}", money), 2
    pair = _QUANTITY.fullmatch(word + after) if after and not _QUANTITY.fullmatch(word) else None
    behind = words[place + 2] if place + 2 < len(words) else ""
    belongs_right = is_behind and after in _TIMES and _NUMBER.fullmatch(behind) is not None
    if pair is not None and not word.startswith("(") and not belongs_right:
        return Token(Kind.QUANTITY, f"{word} {after}", _first_number(pair)), 2
    found = _QUANTITY.fullmatch(word)
    if found is not None:
        return Token(Kind.QUANTITY, word, _first_number(found)), 1
    if _NUMBER.fullmatch(word):
        return Token(Kind.NUMBER, word, int(word)), 1
    money = _read_money(word, currency)
    if money is not None:
        return Token(Kind.MONEY, word, money), 1
    return Token(_kind_of_word(word), word, _WORD_NUMBERS.get(word.casefold(), 0)), 1


def _read_signed_money(word: str, after: str, currency: str, *, is_last: bool) -> int | None:
    """Read `S$ 4`, `4 $` and `4 sgd`. A sign in letters behind a number ends the line: `2 pound cakes` is no money."""
    if not after:
        return None
    is_behind = is_currency_sign(after, currency) and (is_last or not after.isalpha())
    is_before = is_currency_sign(word, currency) and _NUMBER.match(after) is not None
    return _read_money(f"{word} {after}", currency) if is_behind or is_before else None


def _first_number(found: re.Match[str]) -> int:
    return int(next(number for number in found.groups() if number is not None))


def _read_money(text: str, currency: str) -> int | None:
    """Return the minor units of what can only be an amount: not of a bare number, nor of one with a point behind it."""
    trimmed = text.rstrip(".,;!")
    if _NUMBER.fullmatch(trimmed):
        return None
    try:
        return read_amount(trimmed, currency)
    except Unreadable:
        return None


def _kind_of_word(word: str) -> Kind:
    if word == "@":
        return Kind.CONFIRMED
    if word.casefold() in _EACH_WORDS:
        return Kind.EACH
    if word.casefold() in _TOTAL_WORDS:
        return Kind.TOTAL
    return Kind.MARK if word in _MARKS else Kind.WORD


def number_of_word(token: Token) -> int:
    """Return the number that a word says, such as 2 for `two`; 0 for any other."""
    return token.value if token.kind is Kind.WORD else 0
