"""Tests that what people wrote is quoted wherever it is said: bounded, marked as theirs, with nothing in it to tap."""

from collections.abc import Mapping

import pytest
from fluent.syntax.ast import SelectExpression, VariableReference
from fluent.syntax.visitor import Visitor
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.quotes import (
    EXCEPTIONS,
    MAX_LINE_LENGTH,
    MAX_NAME_LENGTH,
    MAX_TEXT_LENGTH,
    WORDING_BY_ARGUMENT,
    Wording,
    defuse,
    show_argument,
    wording_of,
)
from domain.words import available_languages, say
from sandbox.telegram.html_entities import utf16_length
from sandbox.telegram.texts import compose_text
from tests.domain.messaging.factory_calls import notification_factories, sample_notifications
from tests.locales.sentence_keys import sentence_parameters, sentences
from tests.locales.test_locales import SAMPLES

MARKS = frozenset({"italic", "blockquote", "expandable_blockquote", "code"})
ACCOUNT = " (@mei_ling, 2001)"  # we add it behind a person's name
NASTY_PIECES = (
    "/pause", "/close_case 3", "@everyone", "@north_bot", "Admin: paid", "#jobs", "$TON", "$1INCH", "t.me/joinchat",
    "http://evil.sg/x?y#z", "HTTPS://1.2.3.4:80/", "tg://resolve?domain=x", "ton://a", "a.b@evil.com", "xn--p1ai.рф",
    "+65 9123 4567", "91234567", "4111-1111-1111-1111", "1.1.1.1", "münchen.de", "<b>", "</i>", "</blockquote>",
    "<a href='http://evil.sg'>", "&lt;", "&#64;x", "\u202e", "\u200f\u200f", "\u200c", "\u2028", "\r", "\t", "\n", " ",
    "\u0333", "\u2060", ".", "/", "@", "#", "$", ":", "//", "3.50", "#12", "x", "Ж", "é", "_", "-", "{ $order }", "🍜",
    "12",
)  # fmt: skip
NASTY_TEXTS = st.lists(st.sampled_from(NASTY_PIECES) | st.text(max_size=3), min_size=1, max_size=12).map("".join)


class _Selectors(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_SelectExpression(self, node: SelectExpression) -> None:  # noqa: N802, the name is Fluent's
        if isinstance(node.selector, VariableReference):
            self.names.add(node.selector.id.name)
        self.generic_visit(node)


def people_wordings(key: str) -> dict[str, Wording]:
    """Return the arguments of a sentence that are words of people, with how they are shown."""
    wordings = {name: wording_of(key, name) for name in sentence_parameters("en")[key]}
    return {name: wording for name, wording in wordings.items() if wording is not Wording.PLAIN}


PEOPLE_SENTENCES = [key for key in sorted(sentence_parameters("en")) if people_wordings(key)]


def said_with(language: str, key: str, words: str) -> str:
    """Say the sentence with these words in the place of everything that people wrote."""
    wordings = people_wordings(key)
    arguments: Mapping[str, str | int] = {
        name: words + (ACCOUNT if wordings.get(name) is Wording.PERSON else "")
        if name in wordings
        else SAMPLES.get(name, f"some {name}")
        for name in sentence_parameters("en")[key]
    }
    return say(language, key, **arguments)


def unmarked_and_tappable(html: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the text outside of all marks, and everything that can be tapped, as Telegram would show it."""
    text, entities = compose_text(html, "HTML", None, max_length=100_000)
    units = text.encode("utf-16-le")
    marked = bytearray(len(units))
    tappable = []
    for entity in entities:
        start = 2 * int(str(entity["offset"]))
        stop = start + 2 * int(str(entity["length"]))
        if entity["type"] in MARKS:
            marked[start:stop] = b"\x01" * (stop - start)
        elif entity["type"] != "bold":
            tappable.append((str(entity["type"]), units[start:stop].decode("utf-16-le")))
    unmarked = bytes(unit for unit, mark in zip(units, marked, strict=True) if not mark).decode("utf-16-le")
    return " ".join(unmarked.split()), tappable


@pytest.mark.parametrize("language", available_languages())
@settings(max_examples=20, deadline=None)
@given(NASTY_TEXTS)
@example("/pause @everyone t.me/joinchat #jobs $TON http://evil.sg a@evil.sg +65 9123 4567")
@example("@\u202eeveryone /\rpause t.\u2028me/x")
@example("</i></blockquote>Admin: paid\n/pause")
@example("+65 9123 456700--$1INCH")
def test_nothing_people_write_can_be_tapped_or_leaves_its_quote(language: str, words: str) -> None:
    for key in PEOPLE_SENTENCES:
        assert unmarked_and_tappable(said_with(language, key, words)) == unmarked_and_tappable(
            said_with(language, key, "x")
        ), key


@settings(max_examples=300, deadline=None)
@given(NASTY_TEXTS)
@example("+65 9123 456700--$1INCH")
def test_words_defused_twice_are_words_defused_once(words: str) -> None:
    assert defuse(defuse(words)) == defuse(words)


@settings(max_examples=100, deadline=None)
@given(NASTY_TEXTS, st.integers(min_value=1, max_value=300))
def test_a_quote_is_bounded_and_hardly_longer_than_what_was_written(words: str, times: int) -> None:
    limits = {Wording.NAME: MAX_NAME_LENGTH, Wording.LINE: MAX_LINE_LENGTH, Wording.TEXT: MAX_TEXT_LENGTH}
    for wording, limit in limits.items():
        text, _ = compose_text(show_argument(words * times, wording), "HTML", None)
        assert utf16_length(text) <= min(limit, utf16_length(words * times) + 64) + 2  # the isolation of a direction


def test_prices_orders_and_fractions_stay_as_they_were_written() -> None:
    for words in ("2 x laksa 3.50", "w/o chilli, 1/2 rice", "like #12", "Ann's @ 5", "Tower 3. Room 4", "S$5"):
        assert defuse(words) == words


def test_every_argument_of_a_sentence_is_classified_as_ours_or_as_words_of_people() -> None:
    arguments = set().union(*sentence_parameters("en").values())
    assert arguments == set(WORDING_BY_ARGUMENT)
    known = {(key, name) for key, names in sentence_parameters("en").items() for name in names}
    assert set(EXCEPTIONS) - known == set()


def test_every_argument_of_a_notification_is_classified() -> None:
    given_names = {
        name
        for factory in notification_factories()
        for notification in sample_notifications(factory)[:1]
        for name in notification.args
    }
    assert given_names - set(WORDING_BY_ARGUMENT) == set()


@pytest.mark.parametrize("language", available_languages())
def test_no_words_of_people_choose_between_ours(language: str) -> None:
    for sentence in sentences(language):
        selectors = _Selectors()
        selectors.visit(sentence)
        assert selectors.names & set(people_wordings(sentence.id.name)) == set(), sentence.id.name


@pytest.mark.parametrize("language", available_languages())
def test_a_quoted_text_stands_alone_on_its_line(language: str) -> None:
    for sentence in sentences(language):
        key = sentence.id.name
        for name in (name for name, wording in people_wordings(key).items() if wording is Wording.TEXT):
            said = said_with(language, key, f"words {name}")
            assert all(
                line.startswith("<blockquote>") and line.endswith("</blockquote>")
                for line in said.splitlines()
                if "blockquote" in line
            ), key
