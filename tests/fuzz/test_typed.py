"""What people type: each reader gives something sound or the refusal it declares, and reads what it wrote itself."""

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.admin.steering import NUMBER, reason_of
from bot.customer.reading import Unclear, read_lines
from bot.turn import cut
from domain.aftercare import MOST_STORY, shortened
from domain.buttons import LARGEST_DATA, Tap, TapData, pack, unpack
from domain.campus import MenuItem
from domain.draft import one_line
from domain.errors import Stale, Unreadable
from domain.money import EXPONENTS, SYMBOLS, read_amount, spell
from domain.pricing import LONGEST_ITEM_NAME, MOST_ITEMS, MOST_PIECES, Item, read_items
from domain.words import say, say_plain
from tests.fuzz.counts import tried
from tests.fuzz.depth import rounds
from tests.fuzz.wild import ANY_TEXT, almost
from tests.words.keys import sentences
from workers.campus_file import CampusFile, CampusFileError, read_campus

CAMPUS = (Path(__file__).parents[2] / "sandbox" / "launch" / "campus.toml").read_text(encoding="utf-8")
CURRENCIES = sorted({*EXPONENTS, *SYMBOLS, "chf"})
MENU = (MenuItem(id=1, name="Mac & cheese", price=650), MenuItem(id=2, name="2 eggs", price=120))
DEPTH = settings(max_examples=rounds(100, 14_000), deadline=None)
TAGS = ("b", "i", "code", "s", "u", "tg-spoiler", "blockquote")
OUR_TAGS = {f"<{slash}{tag}>" for slash in ("", "/") for tag in TAGS}
SLOWLY = settings(max_examples=rounds(40, 6_000), deadline=None)  # what is read at length

TAPS = st.builds("v1:{}:{}:{}".format, st.sampled_from(Tap), st.integers(-(10**19), 10**19), st.integers(-1, 10**10))
LINES = st.from_regex(
    r"([0-9]{1,3} ?[x×*] ?)?[a-z &]{1,12}( [@:=-])? ?(S\$)?[0-9]{1,4}([.,][0-9]{1,3})?", fullmatch=True
)
AMOUNTS = st.builds(spell, st.integers(-(10**12), 10**12), st.sampled_from(CURRENCIES))
COMMANDS = st.from_regex(r"#?[0-9]{1,16} (runner |platform )?[a-z ]{0,12}", fullmatch=True)
FILES = st.sampled_from(CAMPUS.splitlines(keepends=True)) | st.just(CAMPUS)


@DEPTH
@given(data=almost(TAPS) | ANY_TEXT)
def test_callback_data_is_a_tap_or_stale(data: str) -> None:
    tried("callback data")
    try:
        claimed = unpack(data)
    except Stale:
        return
    assert len(data.encode()) <= LARGEST_DATA
    assert unpack(pack(claimed.tap, claimed.subject, claimed.version)) == claimed
    assert isinstance(claimed, TapData)


@DEPTH
@given(typed=st.lists(almost(LINES) | ANY_TEXT, max_size=4).map("\n".join))
def test_item_lines_are_sound_items_or_unclear(typed: str) -> None:
    tried("item lines")
    read = read_lines(typed, MENU, "sgd")
    items: tuple[Item, ...] = () if isinstance(read, Unclear) else read.items
    try:
        items += read_items(typed, "sgd")
    except Unreadable as refusal:
        assert say("en", refusal.key, **refusal.words)
    assert len(items) <= 2 * MOST_ITEMS
    for item in items:
        assert 1 <= item.quantity <= MOST_PIECES
        assert item.price > 0
        assert 1 <= len(item.name) <= LONGEST_ITEM_NAME
        assert "\x00" not in item.name
        item.name.encode()


@DEPTH
@given(typed=almost(AMOUNTS) | ANY_TEXT, currency=st.sampled_from(CURRENCIES))
def test_an_amount_is_whole_minor_units_or_unreadable(typed: str, currency: str) -> None:
    tried("amounts")
    try:
        minor = read_amount(typed, currency)
    except Unreadable as refusal:
        assert say("en", refusal.key, **refusal.words)
        return
    assert type(minor) is int
    assert minor >= 0
    assert read_amount(spell(minor, currency).replace(",", ""), currency) == minor


@DEPTH
@given(typed=almost(COMMANDS) | ANY_TEXT)
def test_behind_a_command_stand_a_number_and_a_reason_or_none(typed: str) -> None:
    tried("commands' arguments")
    number, why = reason_of(typed)
    assert number is None or (0 <= number < 10**15 and why)
    assert why == " ".join(why.split())
    assert NUMBER.fullmatch(typed) is None or int(typed.removeprefix("#")) < 10**15


@DEPTH
@given(typed=ANY_TEXT, most=st.integers(1, 80))
def test_one_line_is_one_line_and_what_is_too_long_is_cut(typed: str, most: int) -> None:
    tried("names, notes and reasons")
    line = one_line(typed)
    assert "\n" not in line
    assert line == one_line(line)
    line.encode()
    assert len(cut(line, most)) <= max(most, 1)
    assert len(shortened(line * 200, MOST_STORY).encode("utf-16-le")) <= 2 * MOST_STORY


@DEPTH
@given(words=st.lists(ANY_TEXT, min_size=12, max_size=12), key=st.sampled_from(sorted(sentences("en"))))
def test_every_sentence_bears_any_words_and_stays_html(words: list[str], key: str) -> None:
    tried("sentences with wild words")
    names = sorted(sentences("en")[key])
    given_words = dict(zip(names, words * len(names), strict=False))
    assert say_plain("en", key, **given_words) is not None
    said = say("en", key, **given_words)
    assert set(re.findall(r"<[^>]*>", said)) <= OUR_TAGS


@SLOWLY
@given(typed=almost(FILES) | ANY_TEXT)
def test_a_campus_file_is_a_campus_or_a_list_of_mistakes(typed: str) -> None:
    tried("campus files")
    try:
        assert isinstance(read_campus(typed), CampusFile)
    except CampusFileError as refusal:
        assert refusal.mistakes
        assert all(refusal.mistakes)
