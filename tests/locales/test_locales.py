"""Tests that locale files and code agree: every sentence used exists, and every sentence is used."""

import html
import re

import pytest

from domain.words import available_languages, say, say_plain
from tests.locales.sentence_keys import mentioned_keys, sentence_parameters, sentence_uses

SAMPLES: dict[str, str | int] = {"amount": "S$120.00", "limit": "S$120.00", "least": "S$1.00", "most": 3}
MAX_TOAST_LENGTH = 200  # Bot API, answerCallbackQuery
MAX_LABEL_LENGTH = 20  # what a narrow phone shows of a button


def sample_value(word: str) -> str | int:
    """Return a value that could be inserted for this parameter."""
    return SAMPLES.get(word, f"some {word}")


def test_every_sentence_asked_for_is_written() -> None:
    missing = {key: where for key, where in mentioned_keys().items() if key not in sentence_parameters("en")}
    assert missing == {}


def test_every_sentence_written_is_asked_for() -> None:
    assert set(sentence_parameters("en")) - set(mentioned_keys()) == set()


def test_code_and_sentences_agree_on_the_words() -> None:
    known, found = sentence_parameters("en"), sentence_uses()
    assert [each for each in found if each.words != known.get(each.key)] == []
    assert len(found) > 50, "the scan finds too few sentences"


@pytest.mark.parametrize("language", available_languages())
def test_no_language_says_what_english_does_not(language: str) -> None:
    english = sentence_parameters("en")
    assert {
        key: words for key, words in sentence_parameters(language).items() if words - english.get(key, frozenset())
    } == {}
    assert set(sentence_parameters(language)) <= set(english)


@pytest.mark.parametrize("key", sorted(sentence_parameters("en")))
def test_a_sentence_is_html_that_telegram_reads(key: str) -> None:
    said = say("en", key, **{word: sample_value(word) for word in sentence_parameters("en")[key]})
    assert said.strip() == said != ""
    bare = re.sub(r"</?(?:b|i|code|blockquote)>", "", said)
    assert "<" not in bare
    for tag in ("b", "i", "code", "blockquote"):
        assert said.count(f"<{tag}>") == said.count(f"</{tag}>")


@pytest.mark.parametrize("key", sorted(key for key in sentence_parameters("en") if key.startswith("error-")))
def test_a_refusal_fits_the_answer_to_a_tap(key: str) -> None:
    said = say_plain("en", key, **{word: sample_value(word) for word in sentence_parameters("en")[key]})
    assert len(said) <= MAX_TOAST_LENGTH
    assert html.unescape(said) == said
    assert "<" not in said


@pytest.mark.parametrize("key", sorted(key for key in sentence_parameters("en") if key.startswith("button-")))
def test_a_label_fits_a_narrow_phone(key: str) -> None:
    said = say_plain("en", key, **{word: sample_value(word) for word in sentence_parameters("en")[key]})
    assert len(said) <= MAX_LABEL_LENGTH
