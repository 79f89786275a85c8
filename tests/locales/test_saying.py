"""Tests of `say`: from a key to a sentence with all its parameters."""

import pytest

from domain.words import Html, available_languages, say, say_plain

NOTE = "📝 Note for the runner:\n"


def test_what_people_wrote_is_escaped_in_html() -> None:
    assert say("en", "order-message-note", note="a <b> & c") == f"{NOTE}<blockquote>a &lt;b&gt; &amp; c</blockquote>"
    assert say_plain("en", "order-message-note", note="a <b> & c") == f"{NOTE}a <b> & c"


def test_what_people_wrote_from_right_to_left_stays_by_itself() -> None:
    assert say("en", "order-message-note", note="بدون بصل") == f"{NOTE}<blockquote>\u2068بدون بصل\u2069</blockquote>"
    assert (
        say("en", "order-message-note", note="ok\u20673 dlos") == f"{NOTE}<blockquote>\u2068ok3 dlos\u2069</blockquote>"
    )


def test_what_people_wrote_at_length_is_said_whole() -> None:
    assert say("en", "order-message-note", note="<" * 3900) == f"{NOTE}<blockquote>{'&lt;' * 3900}</blockquote>"


def test_html_stays_html() -> None:
    assert say("en", "order-message-group-until", time=Html("<i>12:04</i>")) == "Open until <i>12:04</i>"


def test_an_order_number_has_no_comma_and_no_invisible_signs() -> None:
    assert say("en", "order-message-closed", order=1234567) == "<b>#1234567: closed</b>"


def test_numbers_choose_their_plural() -> None:
    assert "one at a time" in say("en", "error-too-many-deliveries", most=1)
    assert "3 jobs" in say("en", "error-too-many-deliveries", most=3)


@pytest.mark.parametrize("locale", ["eo", "en-GB", "en_SG", "EN", "", "tlh"])
def test_an_untranslated_language_falls_back_to_english(locale: str) -> None:
    assert say(locale, "button-here") == "I'm here"


def test_a_missing_sentence_is_an_error() -> None:
    with pytest.raises(LookupError, match="button-nobody-wrote"):
        say("en", "button-nobody-" + "wrote")


def test_a_missing_word_is_an_error() -> None:
    with pytest.raises(ValueError, match="order"):
        say("en", "order-message-closed")


def test_the_english_sentences_exist() -> None:
    assert "en" in available_languages()
