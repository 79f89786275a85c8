"""Tests that locale files and code agree: every sentence used exists, and every sentence is used."""

import html
import re
from collections.abc import Callable, Iterator

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
def test_a_language_says_what_english_says(language: str) -> None:
    english = sentence_parameters("en")
    assert {key: words for key, words in sentence_parameters(language).items() if words != english.get(key)} == {}


@pytest.mark.parametrize("language", available_languages())
def test_a_sentence_is_html_that_telegram_reads(language: str) -> None:
    assert {key: said for key, said in all_said(say, language) if not is_html_of_telegram(said)} == {}


def is_html_of_telegram(said: str) -> bool:
    """Return whether a sentence has words, no space around them, and only tags that Telegram knows, in pairs."""
    tags = ("b", "i", "code", "blockquote")
    in_pairs = all(said.count(f"<{tag}>") == said.count(f"</{tag}>") for tag in tags)
    return said.strip() == said != "" and "<" not in re.sub(r"</?(?:b|i|code|blockquote)>", "", said) and in_pairs


@pytest.mark.parametrize(
    ("said", "of_telegram"),
    [
        ("<b>Hi</b> &amp; <i>bye</i>", True),
        ("", False),
        (" Hi", False),
        ("<b>Hi", False),
        ("Hi</code>", False),
        ("<u>Hi</u>", False),
        ("a < b", False),
    ],
)
def test_html_is_of_telegram_when_its_tags_are_known_and_closed(said: str, of_telegram: bool) -> None:
    assert is_html_of_telegram(said) is of_telegram


@pytest.mark.parametrize("language", available_languages())
def test_a_refusal_fits_the_answer_to_a_tap(language: str) -> None:
    refusals = dict(all_said(say_plain, language, "error-"))
    assert {key: said for key, said in refusals.items() if len(said) > MAX_TOAST_LENGTH} == {}
    assert {key: said for key, said in refusals.items() if html.unescape(said) != said or "<" in said} == {}


@pytest.mark.parametrize("language", available_languages())
def test_a_label_fits_a_narrow_phone(language: str) -> None:
    labels = dict(all_said(say_plain, language, "button-"))
    assert {key: said for key, said in labels.items() if len(said) > MAX_LABEL_LENGTH} == {}


def all_said(speak: Callable[..., str], language: str, beginning: str = "") -> Iterator[tuple[str, str]]:
    """Yield each sentence of a language whose key begins so, with samples of its arguments."""
    for key in sorted(sentence_parameters(language)):
        if key.startswith(beginning):
            yield key, speak(language, key, **{word: sample_value(word) for word in sentence_parameters("en")[key]})
