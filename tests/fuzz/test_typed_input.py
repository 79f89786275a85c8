"""Tests of typed input: each parser returns a valid value or its declared refusal, and parses its own output."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.admin.commands import NUMBER_PATTERN, parse_number_and_reason
from bot.conversation.request_context import truncate
from domain.campuses.campus import MenuItem
from domain.currencies import all_currencies
from domain.errors import Stale, Unreadable
from domain.messaging.buttons import MAX_CALLBACK_DATA_BYTES, Tap, TapData, unpack
from domain.money import format_money, read_amount
from domain.orders.drafts.draft import normalize_line
from domain.orders.drafts.item_lines import UnparsedLine, parse_items
from domain.orders.pricing import MAX_ITEM_NAME_LENGTH, MAX_ITEMS, MAX_PIECES_PER_ITEM, Item
from domain.quotes import shorten_text
from domain.support.feedback import MAX_STORY_LENGTH
from domain.words import say, say_plain
from tests.fuzz.fuzz_depth import iterations
from tests.fuzz.input_counts import count_inputs
from tests.fuzz.input_strategies import ANY_TEXT, nearly_valid
from tests.locales.sentence_keys import sentence_parameters
from workers.commands.campus_file import CampusFile, CampusFileError, parse_campus_file

pytestmark = pytest.mark.drill

CAMPUS_TOML = (Path(__file__).parents[2] / "sandbox" / "launch" / "campus.toml").read_text(encoding="utf-8")
CURRENCIES = sorted(all_currencies())
MENU = (MenuItem(id=1, name="Mac & cheese", price=650), MenuItem(id=2, name="2 eggs", price=120))
FUZZ_SETTINGS = settings(max_examples=iterations(100, 14_000), deadline=None)
TAG_NAMES = ("b", "i", "code", "s", "u", "tg-spoiler", "blockquote")
ALLOWED_TAGS = {f"<{slash}{tag}>" for slash in ("", "/") for tag in TAG_NAMES}
SLOW_FUZZ_SETTINGS = settings(max_examples=iterations(40, 6_000), deadline=None)  # for parsers of long texts

CALLBACK_STRINGS = st.builds(
    "v1:{}:{}:{}".format, st.sampled_from(Tap), st.integers(-(10**19), 10**19), st.integers(-1, 10**10)
)
ITEM_LINES = st.from_regex(
    r"([0-9]{1,3} ?[x×*] ?)?[a-z &]{1,12}( [@:=-])? ?(S\$)?[0-9]{1,4}([.,][0-9]{1,3})?", fullmatch=True
)
AMOUNTS = st.builds(format_money, st.integers(-(10**12), 10**12), st.sampled_from(CURRENCIES))
COMMAND_ARGUMENTS = st.from_regex(r"#?[0-9]{1,16} (runner |platform )?[a-z ]{0,12}", fullmatch=True)
CAMPUS_FILES = st.sampled_from(CAMPUS_TOML.splitlines(keepends=True)) | st.just(CAMPUS_TOML)


@FUZZ_SETTINGS
@given(data=nearly_valid(CALLBACK_STRINGS) | ANY_TEXT)
def test_callback_data_is_a_valid_tap_or_stale(data: str) -> None:
    count_inputs("callback data")
    try:
        tap_data = unpack(data)
    except Stale:
        return
    assert len(data.encode()) <= MAX_CALLBACK_DATA_BYTES
    assert unpack(f"v1:{tap_data.tap}:{tap_data.subject}:{tap_data.argument}") == tap_data
    assert isinstance(tap_data, TapData)


@FUZZ_SETTINGS
@given(typed=st.lists(nearly_valid(ITEM_LINES) | ANY_TEXT, max_size=4).map("\n".join))
def test_item_lines_are_valid_items_or_unreadable(typed: str) -> None:
    count_inputs("item lines")
    parsed = parse_items(typed, MENU, "sgd")
    items: tuple[Item, ...] = () if isinstance(parsed, UnparsedLine) else parsed.items
    assert len(items) <= MAX_ITEMS
    for item in items:
        assert 1 <= item.quantity <= MAX_PIECES_PER_ITEM
        assert item.price > 0
        assert 1 <= len(item.name) <= MAX_ITEM_NAME_LENGTH
        assert "\x00" not in item.name
        item.name.encode()


@FUZZ_SETTINGS
@given(typed=nearly_valid(AMOUNTS) | ANY_TEXT, currency=st.sampled_from(CURRENCIES))
def test_an_amount_is_whole_minor_units_or_unreadable(typed: str, currency: str) -> None:
    count_inputs("amounts")
    try:
        minor = read_amount(typed, currency)
    except Unreadable as refusal:
        assert say("en", refusal.key, **refusal.arguments)
        return
    assert type(minor) is int
    assert minor >= 0
    assert read_amount(format_money(minor, currency).replace(",", ""), currency) == minor


@FUZZ_SETTINGS
@given(typed=nearly_valid(COMMAND_ARGUMENTS) | ANY_TEXT)
def test_a_command_is_followed_by_a_number_and_a_reason_or_neither(typed: str) -> None:
    count_inputs("commands' arguments")
    number, reason = parse_number_and_reason(typed)
    assert number is None or (0 <= number < 10**15 and reason)
    assert reason == " ".join(reason.split())
    assert NUMBER_PATTERN.fullmatch(typed) is None or int(typed.removeprefix("#")) < 10**15


@FUZZ_SETTINGS
@given(typed=ANY_TEXT, max_length=st.integers(1, 80))
def test_a_normalized_line_is_one_line_and_long_text_is_cut(typed: str, max_length: int) -> None:
    count_inputs("names, notes and reasons")
    line = normalize_line(typed)
    assert "\n" not in line
    assert line == normalize_line(line)
    line.encode()
    assert len(truncate(line, max_length)) <= max(max_length, 1)
    assert len(shorten_text(line * 200, MAX_STORY_LENGTH).encode("utf-16-le")) <= 2 * MAX_STORY_LENGTH


@FUZZ_SETTINGS
@given(words=st.lists(ANY_TEXT, min_size=12, max_size=12), key=st.sampled_from(sorted(sentence_parameters("en"))))
def test_every_sentence_takes_any_arguments_and_has_only_allowed_tags(words: list[str], key: str) -> None:
    count_inputs("sentences with wild words")
    names = sorted(sentence_parameters("en")[key])
    arguments = dict(zip(names, words * len(names), strict=False))
    assert say_plain("en", key, **arguments) is not None
    said = say("en", key, **arguments)
    assert set(re.findall(r"<[^>]*>", said)) <= ALLOWED_TAGS


@SLOW_FUZZ_SETTINGS
@given(typed=nearly_valid(CAMPUS_FILES) | ANY_TEXT)
def test_a_campus_file_is_a_campus_or_a_list_of_errors(typed: str) -> None:
    count_inputs("campus files")
    try:
        assert isinstance(parse_campus_file(typed), CampusFile)
    except CampusFileError as refusal:
        assert refusal.errors
        assert all(refusal.errors)
