"""The files and the code agree: every sentence asked for is there, and none is there for nobody."""

import html
import re

import pytest

from domain.words import languages, say, say_plain
from tests.words.keys import asked, mentioned, sentences

SAMPLES: dict[str, str | int] = {"amount": "S$120.00", "limit": "S$120.00", "least": "S$1.00", "most": 3}
LONGEST_TOAST = 200  # Bot API, answerCallbackQuery
LONGEST_LABEL = 20  # what a narrow phone shows of a button


def sample(word: str) -> str | int:
    """Something that could stand there."""
    return SAMPLES.get(word, f"some {word}")


def test_every_sentence_asked_for_is_written() -> None:
    missing = {key: where for key, where in mentioned().items() if key not in sentences("en")}
    assert missing == {}


def test_every_sentence_written_is_asked_for() -> None:
    assert set(sentences("en")) - set(mentioned()) == set()


def test_code_and_sentences_agree_on_the_words() -> None:
    known, found = sentences("en"), asked()
    assert [each for each in found if each.words != known.get(each.key)] == []
    assert len(found) > 50, "the scan has gone blind"


@pytest.mark.parametrize("language", languages())
def test_no_language_says_what_english_does_not(language: str) -> None:
    english = sentences("en")
    assert {key: words for key, words in sentences(language).items() if words - english.get(key, frozenset())} == {}
    assert set(sentences(language)) <= set(english)


@pytest.mark.parametrize("key", sorted(sentences("en")))
def test_a_sentence_is_html_that_telegram_reads(key: str) -> None:
    said = say("en", key, **{word: sample(word) for word in sentences("en")[key]})
    assert said.strip() == said != ""
    bare = re.sub(r"</?(?:b|i|code|blockquote)>", "", said)
    assert "<" not in bare
    for tag in ("b", "i", "code", "blockquote"):
        assert said.count(f"<{tag}>") == said.count(f"</{tag}>")


@pytest.mark.parametrize("key", sorted(key for key in sentences("en") if key.startswith("error-")))
def test_a_refusal_fits_the_answer_to_a_tap(key: str) -> None:
    said = say_plain("en", key, **{word: sample(word) for word in sentences("en")[key]})
    assert len(said) <= LONGEST_TOAST
    assert html.unescape(said) == said
    assert "<" not in said


@pytest.mark.parametrize("key", sorted(key for key in sentences("en") if key.startswith("button-")))
def test_a_label_fits_a_narrow_phone(key: str) -> None:
    said = say_plain("en", key, **{word: sample(word) for word in sentences("en")[key]})
    assert len(said) <= LONGEST_LABEL
