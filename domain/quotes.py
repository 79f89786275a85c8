"""Words that people wrote, shown as theirs: escaped, marked as a quote, bounded, and with nothing in them to tap.

Telegram makes links of commands, @names, #tags, addresses and long numbers by itself. It does so neither across a word
joiner (an invisible character), nor in the middle of a word; what it would link is cut in two by one. Some characters
Telegram removes from a message; they go first, or they would hold apart here what Telegram joins again.
"""

import html
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

WORD_JOINER = "\u2060"
MAX_NAME_LENGTH = 64  # UTF-16 units of a name: Telegram's first names have at most as many
MAX_LINE_LENGTH = 500
MAX_TEXT_LENGTH = 3900  # of the 4096 of a message
MAX_ADDED_LENGTH = 64  # what joiners may add to a text: its writer had to fit it into a message or a caption
MAX_ADDED_TO_NAME = 8
RIGHT_TO_LEFT_CLASSES = frozenset({"R", "AL"})
BIDI_CONTROL_CLASSES = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


class Wording(StrEnum):
    """Who chose the words of an argument, and how they are shown."""

    PLAIN = "plain"  # ours, Stripe's codes, numbers, amounts, times: only escaped
    NAME = "name"  # a person's: a shop, a place, a dish; marked within the line
    WHO = "who"  # a name of a person; marked so that nobody takes it for the campus team's
    PERSON = "person"  # the same, and behind it in brackets what we add: the account and the number
    LINE = "line"  # a person's, or of an error: a line that is marked within our line
    TEXT = "text"  # a person's: a block of its own; in its sentence it stands alone on a line
    CODE = "code"  # anybody's, inside <code> of the sentence


_PLAIN = (
    "disputes payments refunds transfers "
    "broken campuses elsewhere exempt findings restricted "
    "accepted account act added after age amount approved arrived asked at attempt back bearer before bought "
    "brand building by campus case ceiling claimed clock command completed cost count counted counts "
    "customer_account daily day days declined delivered down earned ends estimate event example fee fingerprint "
    "food handed held here holding hours jobs kind last4 least left level limit limited link local_value minutes "
    "monday more most netted now number order orders outcome owes own page pages paid pieces pin placed "
    "platform_amount "
    "price proof quantity ready receipt remote_value role runner_account runner_amount saga score sent share side "
    "since spots status step subject suspended taken team then thumb time total tries type until up waited waiting "
    "wanted what when why written currency settled variable zone is_short lacking has_fee"
)
_NAMES = "admin chat item place store"
_PEOPLE = "about customer name other person runner who"
_LINES = "error items line note typed"
_TEXTS = "reason story text words"
WORDING_BY_ARGUMENT: Mapping[str, Wording] = MappingProxyType(
    {
        name: wording
        for wording, names in (
            (Wording.PLAIN, _PLAIN),
            (Wording.NAME, _NAMES),
            (Wording.WHO, _PEOPLE),
            (Wording.LINE, _LINES),
            (Wording.TEXT, _TEXTS),
            (Wording.CODE, "code request shown"),
        )
        for name in names.split()
    }
)
EXCEPTIONS: Mapping[tuple[str, str], Wording] = MappingProxyType(
    {
        ("notification-case-opened", "customer"): Wording.PERSON,
        ("notification-case-opened", "runner"): Wording.PERSON,
        ("notification-case-more", "customer"): Wording.PERSON,
        ("notification-admin-act", "about"): Wording.PERSON,
        **{
            (key, "reason"): Wording.PLAIN  # a word of a list, which chooses between ours
            for key in (
                "order-message-rated-good",
                "order-message-rated-bad",
                "bot-thumb-noted",
                "bot-button-thumb-reason",
            )
        },
        ("bot-timeline-line", "reason"): Wording.LINE,
        ("bot-history-said", "words"): Wording.LINE,
        ("order-message-note", "note"): Wording.TEXT,
        ("bot-review-note", "note"): Wording.TEXT,
        ("bot-case-line", "words"): Wording.LINE,
        # the answer to a tap has one line
        ("bot-board-paused-because", "reason"): Wording.LINE,
        ("error-orders-paused-because", "reason"): Wording.LINE,
        # Stripe's reason, or our word for it
        ("bot-customer-debt-line", "reason"): Wording.LINE,
        ("bot-runner-debt-line", "reason"): Wording.LINE,
        ("notification-owes-admins", "reason"): Wording.LINE,
        ("notification-payout-refused-admins", "reason"): Wording.LINE,
        ("notification-refund-failed-admins", "reason"): Wording.LINE,
        ("notification-refund-refused", "reason"): Wording.LINE,
        ("notification-return-refused", "reason"): Wording.LINE,
        ("notification-evidence-refused", "reason"): Wording.LINE,
        ("notification-runner-debt-admins", "reason"): Wording.LINE,
        ("notification-dispute", "reason"): Wording.LINE,
        # of the campus' own list: another shop, or another place, has no name in the headline
        ("order-message-group-headline", "store"): Wording.PLAIN,
        ("order-message-group-headline", "place"): Wording.PLAIN,
        ("order-message-group-unlisted", "place"): Wording.PLAIN,
    }
)


def wording_of(key: str, argument: str) -> Wording:
    """Return how an argument of a sentence is shown; one that nobody classified is a person's."""
    return EXCEPTIONS.get((key, argument)) or WORDING_BY_ARGUMENT.get(argument, Wording.LINE)


def show_argument(text: str, wording: Wording) -> str:
    """Return the text as HTML. Whatever a person typed, nothing in it can be tapped and it ends where its mark ends."""
    match wording:
        case Wording.PLAIN:
            return _escape(text)
        case Wording.NAME:
            return f"<i>{_escape(_in_one_line(text, MAX_NAME_LENGTH, MAX_ADDED_TO_NAME))}</i>"
        case Wording.WHO:
            return f"<i>{mark_name(_escape(_in_one_line(text, MAX_NAME_LENGTH, MAX_ADDED_TO_NAME)))}</i>"
        case Wording.PERSON:
            name, account = _split_account(text)
            return show_argument(name, Wording.WHO) + account
        case Wording.LINE:
            return f"<i>{_escape(_in_one_line(text, MAX_LINE_LENGTH, MAX_ADDED_LENGTH))}</i>"
        case Wording.TEXT:
            return (
                f"<blockquote>{_escape(_defuse_within(text.strip(), MAX_TEXT_LENGTH, MAX_ADDED_LENGTH))}</blockquote>"
            )
        case Wording.CODE:
            return _escape(_in_one_line(text, MAX_LINE_LENGTH, MAX_ADDED_LENGTH))
        case _:
            assert_never(wording)


def mark_name(name: str) -> str:
    """Return the name of a person, in quotation marks when it may be taken for the team's."""
    return f"“{name}”" if looks_official(name) else name


def looks_official(name: str) -> bool:
    """Return whether a reader may take this name for the campus team, the bot, a role, or a company we work with.

    Letters of other alphabets, digits and spaces that imitate those of such a name do not help, nor does the name of a
    campus beside it, as in "North Team".
    """
    letters = _fold_letters(name)
    words = {_fold_letters(word) for word in _BETWEEN_WORDS.split(name)}
    return bool({letters, *words} & _ROLE_NAMES) or any(part in letters for part in _PARTS_OF_OUR_NAMES)


def _fold_letters(name: str) -> str:
    """Return the letters as they are read at first sight: small, without accents, and without digits for letters."""
    small = unicodedata.normalize("NFKD", name).casefold().translate(_LOOKALIKES)
    return "".join(character for character in small if character.isalpha())


# Pairs of a character and the letter that it looks like: Cyrillic, Greek, other Latin letters, small capitals, signs.
_PAIRS = (
    "\u0430a\u0432b\u0435e\u043ak\u043cm\u043dh\u043eo\u0440p\u0441c\u0442t\u0443y\u0445x\u0455s\u0456i\u0458j\u0501d\u04bbh\u04cfl\u0433r\u043fn"
    "\u03b1a\u03b2b\u03b5e\u03b9i\u03bak\u03bdv\u03bfo\u03c1p\u03c4t\u03c5u\u03c7x\u03bcm\u03b7n"
    "\u0131i\u0142l\u00f8o\u0111d\u0127h\u0167t\u0280r\u0262g"
    "\u1d00a\u0299b\u1d04c\u1d05d\u1d07e\u029ch\u026ai\u1d0ak\u029fl\u1d0dm\u0274n\u1d0fo\u1d18p\ua731s\u1d1bt\u1d1cu\u1d20v\u028fy"
    "0o1i3e4a5s7t8b@a$s!i|ili"
)
_LOOKALIKES = str.maketrans(_PAIRS[::2], _PAIRS[1::2])
_ROLES = "bot customer management operator organiser organizer payments refunds runner security staff system team"
_PARTS = "campus admin helpdesk moderator official stripe support telegram"
_ROLE_NAMES = frozenset(_fold_letters(each) for each in _ROLES.split())
_PARTS_OF_OUR_NAMES = tuple(_fold_letters(each) for each in _PARTS.split())
_BETWEEN_WORDS = re.compile(r"[^\w@$!|]+|_+")
_REMOVED = re.compile("[\r\u2028-\u202e\u030a\u0333\u033f]")  # by Telegram, from the text of a message
_BLANKS = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f]")  # shown as a space
_TAPPABLE = re.compile(
    r"(?P<kept>(?<![\w.])\d+\.\d{1,2}(?![\w.])|#\d+(?!\w))"  # a price, the number of an order
    r"|(?P<opening>@|#|\$(?=[A-Z]|1INCH)|(?<![A-Za-z0-9_<>])/(?=[A-Za-z0-9_])|:(?=//)|[.\u3002\uff0e\uff61](?!\.))"
    rf"(?=[^\s{WORD_JOINER}])"
)
_LONG_NUMBER = re.compile(r"\+?\d(?:[^\w\n]{0,4}\d){6,}")  # of a phone or a bank card
_ACCOUNT = re.compile(r" \((?:@[A-Za-z0-9_]{3,32}, )?[0-9]+\)\Z")
_FOUR_DIGITS = re.compile(rf"((?:\d[^\w\n]{{0,4}}?){{3}}\d)(?=[^\w\n{WORD_JOINER}]{{0,4}}\d)")


def defuse(text: str) -> str:
    """Return the text with an invisible joiner in everything that Telegram would make tappable; twice is like once."""
    clean = _BLANKS.sub(" ", _REMOVED.sub("", text)).replace(WORD_JOINER, "")
    broken = _LONG_NUMBER.sub(_break_number, clean)
    return _TAPPABLE.sub(lambda found: found[0] if found["kept"] else found[0] + WORD_JOINER, broken)


def utf16_length(text: str) -> int:
    """Return the length of a text as Telegram counts, in UTF-16 units."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


def shorten_text(text: str, max_units: int) -> str:
    """Return the text in at most `max_units` UTF-16 units (as Telegram counts), with an ellipsis if it was cut."""
    units = text.encode("utf-16-le", errors="replace")
    if len(units) <= 2 * max_units:
        return text
    return units[: 2 * (max_units - 1)].decode("utf-16-le", errors="ignore").rstrip() + "…"


def _break_number(found: re.Match[str]) -> str:
    number = found[0]
    plus, digits = ("+" + WORD_JOINER, number[1:]) if number.startswith("+") else ("", number)
    return plus + _FOUR_DIGITS.sub(rf"\1{WORD_JOINER}", digits)


def _split_account(text: str) -> tuple[str, str]:
    """Return the name, and what we added behind it; the name itself cannot add it, because ours always comes last."""
    found = _ACCOUNT.search(text)
    return (text, "") if found is None else (text[: found.start()], found[0])


def _in_one_line(text: str, max_units: int, max_added: int) -> str:
    return _defuse_within(" ".join(text.split()), max_units, max_added)


def _defuse_within(text: str, max_units: int, max_added: int) -> str:
    return shorten_text(defuse(text), min(max_units, utf16_length(text) + max_added))


def _escape(text: str) -> str:
    return html.escape(_isolate_direction(text), quote=False)


def _isolate_direction(value: str) -> str:
    """Isolate right-to-left text and remove its control characters, so that our text around it keeps its order."""
    classes = {unicodedata.bidirectional(character) for character in value}
    if not classes & (RIGHT_TO_LEFT_CLASSES | BIDI_CONTROL_CLASSES):
        return value
    kept = "".join(character for character in value if unicodedata.bidirectional(character) not in BIDI_CONTROL_CLASSES)
    return f"\u2068{kept}\u2069"
