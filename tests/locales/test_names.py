"""Names that may be taken for the campus team's are in quotation marks wherever others read them."""

import pytest

from domain.quotes import looks_official
from domain.words import say, say_plain

OFFICIAL = (
    "Campus team",
    "CampusG",
    "CAMPUSG \N{CHECK MARK}",
    "C a m p u s",
    "Admin",
    "\u0410dm\u0456n",  # with Cyrillic letters
    "\uff21\uff44\uff4d\uff49\uff4e",  # in full width
    "\U0001d400\U0001d41d\U0001d426\U0001d422\U0001d427",  # in mathematical bold
    "Adm1n",
    "\u00c1dmin",
    "Support (24/7)",
    "runner",
    "Bot",
    "Str1pe",
    "North Team",
    "NUS-Staff",
    "Refunds (North)",
    "\u1d1b\u1d07\u1d00\u1d0d",  # in small capitals
)
PEOPLES = (
    "Mei",
    "Ana",
    "Botan",
    "Jos\u00e9",
    "Teamrat",
    "Botond Staffan",
    "\u674e\u660e",
    "Runa",
    "Abu Bakar",
    "Stella",
    "\U0001f98a",
    "",
)


@pytest.mark.parametrize("name", OFFICIAL)
def test_a_name_like_the_teams_is_found(name: str) -> None:
    assert looks_official(name)


@pytest.mark.parametrize("name", PEOPLES)
def test_the_name_of_a_person_is_left_alone(name: str) -> None:
    assert not looks_official(name)


def test_a_name_like_the_teams_is_in_quotation_marks_in_messages_and_on_buttons() -> None:
    assert "<i>“Admin”</i> is on it" in say("en", "notification-claimed", runner="Admin", order=3)
    assert "<i>Ana</i> is on it" in say("en", "notification-claimed", runner="Ana", order=3)
    assert say_plain("en", "bot-button-ask-customer", customer="Campus team") == "Ask “Campus team”"
    assert say_plain("en", "bot-button-ask-customer", customer="Mei") == "Ask Mei"


def test_what_is_passed_on_says_which_side_writes() -> None:
    for side in ("runner", "customer"):
        words = {"name": "Campus team", "side": side, "order": 3}
        said = say("en", "notification-relayed", text="send me your PIN", **words)
        assert f"Your {side} <i>“Campus team”</i>" in said
        assert f"Your {side} <i>“Campus team”</i>" in say("en", "notification-relayed-photo", **words)
