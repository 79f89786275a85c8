"""Tests that locale files and code agree: every sentence used exists, and every sentence is used."""

import html
import re

import pytest

from domain.words import available_languages, say, say_plain
from tests.locales.sentence_keys import mentioned_keys, sentence_parameters, sentence_uses

SAMPLES: dict[str, str | int] = {"amount": "S$120.00", "limit": "S$120.00", "least": "S$1.00", "most": 3}
MAX_TOAST_LENGTH = 200  # Bot API, answerCallbackQuery
SENTENCES = [(language, key) for language in available_languages() for key in sorted(sentence_parameters(language))]
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
def test_a_language_says_what_english_says(language: str) -> None:
    english = sentence_parameters("en")
    assert {key: words for key, words in sentence_parameters(language).items() if words != english.get(key)} == {}


@pytest.mark.parametrize(("language", "key"), SENTENCES)
def test_a_sentence_is_html_that_telegram_reads(language: str, key: str) -> None:
    said = say(language, key, **{word: sample_value(word) for word in sentence_parameters("en")[key]})
    assert said.strip() == said != ""
    bare = re.sub(r"</?(?:b|i|code|blockquote)>", "", said)
    assert "<" not in bare
    for tag in ("b", "i", "code", "blockquote"):
        assert said.count(f"<{tag}>") == said.count(f"</{tag}>")


@pytest.mark.parametrize(("language", "key"), [each for each in SENTENCES if each[1].startswith("error-")])
def test_a_refusal_fits_the_answer_to_a_tap(language: str, key: str) -> None:
    said = say_plain(language, key, **{word: sample_value(word) for word in sentence_parameters("en")[key]})
    assert len(said) <= MAX_TOAST_LENGTH
    assert html.unescape(said) == said
    assert "<" not in said


@pytest.mark.parametrize(("language", "key"), [each for each in SENTENCES if each[1].startswith("button-")])
def test_a_label_fits_a_narrow_phone(language: str, key: str) -> None:
    said = say_plain(language, key, **{word: sample_value(word) for word in sentence_parameters("en")[key]})
    assert len(said) <= MAX_LABEL_LENGTH
