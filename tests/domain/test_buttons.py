"""Tests of callback data: what is packed is parsed back, and nothing else is accepted."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import Stale
from domain.messaging.buttons import MAX_CALLBACK_DATA_BYTES, ButtonStyle, Tap, TapData, make_button, pack, unpack

LARGEST_SUBJECT, LARGEST_VERSION = 10**18 - 1, 10**9 - 1
SUBJECT = st.integers(-LARGEST_SUBJECT, LARGEST_SUBJECT)
VERSION = st.integers(0, LARGEST_VERSION)


@given(tap=st.sampled_from(Tap), subject=SUBJECT, version=VERSION)
def test_what_is_packed_is_read_back_within_64_bytes(tap: Tap, subject: int, version: int) -> None:
    data = pack(tap, subject, version)
    assert len(data.encode()) <= MAX_CALLBACK_DATA_BYTES
    assert unpack(data) == TapData(tap, subject, version)


@pytest.mark.parametrize("tap", Tap)
def test_the_largest_numbers_of_every_action_fit(tap: Tap) -> None:
    assert unpack(pack(tap, -LARGEST_SUBJECT, LARGEST_VERSION)).subject == -LARGEST_SUBJECT


@pytest.mark.parametrize(("subject", "version"), [(10**18, 0), (0, 10**9), (0, -1), (-(10**18), 0)])
def test_what_does_not_fit_is_never_sent(subject: int, version: int) -> None:
    with pytest.raises(ValueError, match="grammar"):
        pack(Tap.CLAIM, subject, version)


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
    assert unpack(pack(claimed.tap, claimed.subject, claimed.version)) == claimed


def test_a_button_carries_its_words_and_colour() -> None:
    made = make_button("Claim", Tap.CLAIM, 7, 2, ButtonStyle.SUCCESS)
    assert (made.label, made.data, made.url, made.style) == ("Claim", "v1:claim:7:2", None, "success")
