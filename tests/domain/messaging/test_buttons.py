"""Tests of callback data: what is packed is parsed back, and nothing else is accepted."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import Stale
from domain.messaging.buttons import (
    ARGUMENT_RANGES,
    MAX_CALLBACK_DATA_BYTES,
    MENU_SCREEN,
    ButtonStyle,
    Tap,
    TapArgument,
    TapData,
    make_button,
    pack,
    unpack,
)

LARGEST_SUBJECT, LARGEST_ARGUMENT = 10**18 - 1, 10**9 - 1
SUBJECT = st.integers(-LARGEST_SUBJECT, LARGEST_SUBJECT)
ARGUMENT = st.integers(0, LARGEST_ARGUMENT)


@given(tap=st.sampled_from(Tap), subject=SUBJECT, number=ARGUMENT)
def test_what_is_packed_is_read_back_within_64_bytes(tap: Tap, subject: int, number: int) -> None:
    possible = ARGUMENT_RANGES[tap.argument]
    argument = possible[number % len(possible)]
    data = pack(tap, subject, argument)
    assert len(data.encode()) <= MAX_CALLBACK_DATA_BYTES
    assert unpack(data) == TapData(tap, subject, argument)


@pytest.mark.parametrize("tap", Tap)
def test_the_largest_numbers_of_every_action_fit(tap: Tap) -> None:
    largest = f"v1:{tap}:{-LARGEST_SUBJECT}:{LARGEST_ARGUMENT}"
    assert len(largest) <= MAX_CALLBACK_DATA_BYTES
    assert unpack(largest).subject == -LARGEST_SUBJECT


@pytest.mark.parametrize("meaning", TapArgument)
def test_every_argument_that_an_action_can_have_is_packed(meaning: TapArgument) -> None:
    least, most = ARGUMENT_RANGES[meaning][0], ARGUMENT_RANGES[meaning][-1]
    assert 0 <= least <= most <= LARGEST_ARGUMENT
    of_this_meaning = [tap for tap in Tap if tap.argument is meaning]
    assert of_this_meaning
    for tap in of_this_meaning:
        assert [unpack(pack(tap, 7, argument)).argument for argument in (least, most)] == [least, most]


@pytest.mark.parametrize(("subject", "argument"), [(10**18, 0), (0, 10**9), (0, -1), (-(10**18), 0)])
def test_what_does_not_fit_is_never_sent(subject: int, argument: int) -> None:
    with pytest.raises(ValueError, match="grammar"):
        pack(Tap.CLAIM, subject, argument)


@pytest.mark.parametrize(
    ("tap", "argument"), [(Tap.REFUND, 1), (Tap.HOME, 7), (Tap.PLACE, 0), (Tap.AGREE, 0), (Tap.THUMB_REASON, 100)]
)
def test_an_argument_that_an_action_cannot_have_is_never_sent_but_still_read(tap: Tap, argument: int) -> None:
    with pytest.raises(ValueError, match=tap.argument.name):
        pack(tap, 1, argument)
    assert unpack(f"v1:{tap}:1:{argument}") == TapData(tap, 1, argument)


@pytest.mark.parametrize("tap", Tap)
def test_an_argument_is_read_only_as_what_its_action_says(tap: Tap) -> None:
    tapped = TapData(tap, 1, 5)
    assert tapped.read_argument(tap.argument) == 5
    for meaning in set(TapArgument) - {tap.argument}:
        with pytest.raises(ValueError, match=meaning.name):
            tapped.read_argument(meaning)


@pytest.mark.parametrize(
    ("tap", "argument", "on_menu"),
    [
        (Tap.HOME, MENU_SCREEN, True),
        (Tap.ADMIN_ORDER, 2, True),  # its second screen
        (Tap.REVIEW, 908, True),  # release 0009 wrote the version of the basket here
        (Tap.ADMIN_ORDER, 0, False),  # an alert
        (Tap.ARRIVED, MENU_SCREEN, True),
        (Tap.ARRIVED, 6, False),  # an order message
        (Tap.THUMB_UP, 0, False),  # a notification
    ],
)
def test_a_button_says_whether_it_is_on_a_menu(tap: Tap, argument: int, *, on_menu: bool) -> None:
    assert TapData(tap, 1, argument).is_on_menu is on_menu


def test_a_button_whose_argument_says_something_else_does_not_know_its_menu() -> None:
    with pytest.raises(ValueError, match="SCREEN"):
        _ = TapData(Tap.AGREE, 1, 890).is_on_menu


@pytest.mark.parametrize(
    "data",
    [
        *("", "v1", "v1:claim", "v1:claim:1", "v1:claim:1:1:1", "v2:claim:1:1", "claim:1:1", "V1:claim:1:1"),
        *("v1:steal:1:1", "v1:CLAIM:1:1", "v1::1:1", "v1:claim::1", "v1:claim:1:", "v1:claim:1:-1", "v1:claim:+1:1"),
        *("v1:claim:1.0:1", "v1:claim:1e3:1", "v1:claim:0x1:1", "v1:claim: 1:1", " v1:claim:1:1", "v1:claim:1:1 "),
        *("v1:claim:1:1\n", "v1:claim:١:1", "v1:claim:１:1", "v1:claim:1;drop:1", "v1:claim:--1:1", "v1:claim:1_0:1"),
        *(
            "v1:claim:" + "9" * 19 + ":1",
            "v1:claim:1:" + "9" * 10,
            "v1:claim:1:1" + "0" * 64,
            "\x00",
            "v1:claim:1:1\x00",
        ),
    ],
)
def test_forged_and_foreign_data_is_stale_and_nothing_worse(data: str) -> None:
    with pytest.raises(Stale):
        unpack(data)


@given(data=st.text(max_size=64) | st.from_regex(r"v1:[a-z_]{0,22}:-?[0-9]{0,20}:[0-9]{0,11}\n?", fullmatch=True))
@example("v1:claim:-0:0")
@example("v1:claim:007:01")
def test_any_text_is_a_tap_or_stale(data: str) -> None:
    try:
        claimed = unpack(data)
    except Stale:
        return
    assert claimed.tap in Tap
    assert unpack(f"v1:{claimed.tap}:{claimed.subject}:{claimed.argument}") == claimed


def test_a_button_carries_its_words_and_colour() -> None:
    made = make_button("Claim", Tap.CLAIM, 7, 2, ButtonStyle.SUCCESS)
    assert (made.label, made.data, made.url, made.style) == ("Claim", "v1:claim:7:2", None, "success")
