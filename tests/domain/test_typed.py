"""Typed text is brought into one form: what nobody sees goes, and what people see stays as it was."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.typed import clean_name, clean_text, fold_name, is_shown, normalize_command, plain_digits, without_direction

UNSEEN = "\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a\u202e\u2066\u2069\x00\x07"
SPACES = " \u00a0\u2003\u202f\u3000\u3164\u2800"
WORDS = st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("cafe\u0301", "caf\u00e9"),
        ("\ufefflaksa\u200b 5.50", "laksa 5.50"),
        ("laksa\u00a05.50", "laksa 5.50"),
        ("a\r\nb\u2028c\td", "a\nb\nc d"),
        ("👩\u200d🍳", "👩\u200d🍳"),
        ("👩\u200d", "👩"),
        ("\u200d👩", "👩"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("x\U000e0067", "x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u0600١٢", "\u0600١٢"),
        ("\u3164", ""),
        ("\u202egnihton", "gnihton"),
    ],
)
def test_what_nobody_sees_goes_and_what_shapes_letters_stays(typed: str, shown: str) -> None:
    assert clean_text(typed) == shown


@given(st.text())
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    once = clean_text(typed)
    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not set(UNSEEN) & set(once)


@given(words=st.lists(WORDS, min_size=1, max_size=4), data=st.data())
def test_no_unseen_character_changes_what_is_read(words: list[str], data: st.DataObject) -> None:
    typed = plain = " ".join(words)
    for character in data.draw(st.lists(st.sampled_from(UNSEEN), max_size=6)):
        place = data.draw(st.integers(0, len(typed)))
        typed = typed[:place] + character + typed[place:]
    assert clean_text(typed) == clean_text(plain)


@given(st.text(st.sampled_from(SPACES + UNSEEN), max_size=10))
def test_a_name_that_nobody_sees_is_replaced(name: str) -> None:
    assert clean_name(name, otherwise="10001") == "10001"
    assert not is_shown(clean_text(name))


@given(st.text())
def test_no_label_turns_what_stands_beside_it(name: str) -> None:
    controls = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert not controls & {unicodedata.bidirectional(each) for each in without_direction(name)}


@given(number=st.integers(0, 10**12), data=st.data())
def test_the_digits_of_every_keyboard_are_one_number(number: int, data: st.DataObject) -> None:
    zeros = [chr(each) for each in range(0x20000) if unicodedata.decimal(chr(each), -1) == 0]
    zero = data.draw(st.sampled_from(zeros))
    assert plain_digits("".join(chr(ord(zero) + int(digit)) for digit in str(number))) == str(number)


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        *(
            ("/board", "/board"),
            ("/BOARD", "/board"),
            ("/Board.", "/board"),
            ("/board,", "/board"),
            ("／ｂｏａｒｄ", "/board"),
        ),
        *(("/order\u00a017", "/order 17"), ("/ORDER  #17", "/order #17"), ("/order ١٧", "/order 17")),
        *(("/tell 17 Runner: come", "/tell 17 Runner: come"), ("/cancel\n17 no stock", "/cancel 17 no stock")),
        *(("/Start@North_Bot x", "/start@North_Bot x"), ("/start abc\u200b", "/start abc")),
        *(("1/2 chicken", "1/2 chicken"), ("/naïve", "/naïve"), ("//", "//"), ("/", "/"), ("see /board", "see /board")),
    ],
)
def test_a_command_is_read_in_any_case_and_with_what_the_keyboard_adds(typed: str, command: str) -> None:
    assert normalize_command(clean_text(typed)) == command


@given(st.text())
def test_a_command_that_was_read_is_read_as_the_same(typed: str) -> None:
    once = normalize_command(clean_text(typed))
    assert normalize_command(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "CAFE\u0301"),
        ("Straße", "STRASSE"),
        ("Koufu", " koufu\u200b "),
        ("Ｌａｂ 4", "lab  4"),
        ("a\u200db", "ab"),
    ],
)
def test_names_are_compared_without_case_width_and_composition(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)
