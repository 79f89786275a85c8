"""What people type, in one form: composed letters, plain spaces, no invisible characters; and plain digits to read."""

import re
import unicodedata
from typing import Final

_JOINERS: Final = "\u200c\u200d"  # between two visible characters they shape letters and emoji
_BLANKS: Final = "\u115f\u1160\u3164\uffa0\u2800"  # fillers of Hangul, the empty Braille cell: they show nothing
_BLACK_FLAG: Final = "\U0001f3f4"  # followed by tags it is the flag of a region
_DIRECTION_CONTROLS: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_VISIBLE: Final = frozenset("LNPS")  # the first letters of the categories of what can be seen: letters, digits, signs
_LINE_ENDS: Final = "\n\u0085\u2028\u2029"
_COMMAND: Final = re.compile(r"[/\uff0f](\w{1,32})(@\w{1,32})?[.,;:!?\u2026]*(?=\s|$)")


def clean_text(typed: str) -> str:
    """Return the text composed (NFC), with plain spaces, and without characters that nobody sees.

    Joiners inside emoji and words stay, and so do the tags of a flag. Lines stay lines.
    """
    if typed.isascii() and typed.isprintable():
        return typed.strip()
    composed = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))
    kept: list[str] = []
    for place, character in enumerate(composed):
        if character in _LINE_ENDS:
            kept.append("\n")
        elif character in _BLANKS or character == "\t" or unicodedata.category(character) == "Zs":
            kept.append(" ")
        elif not _is_unseen(character) or _shapes_neighbours(kept, character, composed[place + 1 : place + 2]):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _is_unseen(character: str) -> bool:
    """Return whether it is a control, a mark of format or half of a pair; the signs of Arabic numbers are seen."""
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs"):
        return False
    return unicodedata.bidirectional(character) != "AN"


def _shapes_neighbours(before: list[str], character: str, after: str) -> bool:
    if not before or before[-1].isspace():
        return False
    if character in _JOINERS:
        return is_shown(after) and before[-1] not in _JOINERS
    return _is_tag(character) and (before[-1] == _BLACK_FLAG or _is_tag(before[-1]))


def _is_tag(character: str) -> bool:
    return "\U000e0020" <= character <= "\U000e007f"


def is_shown(text: str) -> bool:
    """Return whether anything of the text can be seen."""
    return any(unicodedata.category(each)[0] in _VISIBLE and each not in _BLANKS for each in text)


def clean_name(name: str, *, otherwise: str) -> str:
    """Return the name of a person in one line; `otherwise` where nothing of it can be seen."""
    cleaned = " ".join(clean_text(name).split())
    return cleaned if is_shown(cleaned) else otherwise


def without_direction(text: str) -> str:
    """Return the text without the controls that turn the order of what stands beside it."""
    return text.translate(_DIRECTION_CONTROLS)


def plain_digits(typed: str) -> str:
    """Return the text with the digits of every keyboard as 0 to 9: Arabic, Devanagari, full width and all others."""
    if typed.isascii():
        return typed
    return "".join(
        str(unicodedata.decimal(each)) if not each.isascii() and each.isdecimal() else each for each in typed
    )


def fold_name(name: str) -> str:
    """Return a name as it is compared: without letter case, width, joiners, and double spaces."""
    plain = unicodedata.normalize("NFKC", clean_text(name)).casefold()
    folded = "".join(each for each in plain if each not in _JOINERS)
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def normalize_command(typed: str) -> str:
    """Return a command with its name in small letters and one space behind it: `/BOARD.` is `/board`.

    A number right behind it is in plain digits. Any other text stays as it is.
    """
    found = _COMMAND.match(typed)
    name = "" if found is None else unicodedata.normalize("NFKC", found[1]).lower()
    if found is None or not name.isascii():
        return typed
    rest = typed[found.end() :].strip()
    number = re.match(r"#?\d*", rest)
    if number is not None:
        rest = plain_digits(number[0]) + rest[number.end() :]
    return f"/{name}{found[2] or ''}{' ' if rest else ''}{rest}"
