"""Tests that every sentence that names an order's status has words for each status."""

from collections.abc import Iterator, Set

import pytest
from fluent.syntax.ast import Identifier, SelectExpression
from fluent.syntax.visitor import Visitor

from domain.orders.states import OPEN_ORDER_STATUSES, OrderEvent, OrderStatus
from domain.words import FALLBACK_LANGUAGE, available_languages
from tests.locales.sentence_keys import sentences

BOARD_SENTENCES = frozenset({"bot-board-count", "bot-board-state"})  # the board shows open orders only
HISTORY = "bot-history-order"  # it chooses by event
STATUS_NAMES = frozenset(status.value for status in OrderStatus)


class _Variants(Visitor):
    """The names of the variants of each choice, by whether they are the default."""

    def __init__(self) -> None:
        self.choices: list[dict[str, bool]] = []

    def visit_SelectExpression(self, node: SelectExpression) -> None:  # noqa: N802, the name is Fluent's
        names = ((variant.key, variant.default) for variant in node.variants)
        self.choices.append({key.name: default for key, default in names if isinstance(key, Identifier)})
        self.generic_visit(node)


def choices(language: str) -> Iterator[tuple[str, dict[str, bool]]]:
    """Yield the key of each sentence that chooses, with its variants."""
    for sentence in sentences(language):
        variants = _Variants()
        variants.visit(sentence)
        yield from ((sentence.id.name, choice) for choice in variants.choices)


def unnamed_statuses(key: str, choice: dict[str, bool]) -> Set[str]:
    """Return the statuses without words of their own; a default that is no status has the words of one of them."""
    shown = {status.value for status in (OPEN_ORDER_STATUSES if key in BOARD_SENTENCES else OrderStatus)}
    return shown - set(choice)


@pytest.mark.parametrize("language", available_languages())
def test_every_status_has_its_words(language: str) -> None:
    found = [(key, choice) for key, choice in choices(language) if STATUS_NAMES & set(choice) and key != HISTORY]
    assert len(found) >= (5 if language == FALLBACK_LANGUAGE else 0)  # other languages may leave sentences out
    for key, choice in found:
        (default,) = (name for name, is_default in choice.items() if is_default)
        assert len(unnamed_statuses(key, choice)) == (0 if default in STATUS_NAMES else 1), key


@pytest.mark.parametrize("language", available_languages())
def test_the_history_has_words_for_every_event(language: str) -> None:
    for choice in (choice for key, choice in choices(language) if key == HISTORY):
        assert {event.value for event in OrderEvent} <= set(choice)
