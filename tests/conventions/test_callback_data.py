"""Tests that `pack` alone writes callback data, and that a Tap alone says where it may be pressed."""

import ast

import pytest

from domain.messaging.buttons import Tap
from tests.conventions.callback_rules import raw_callback_data, wrong_arguments
from tests.conventions.syntax_trees import all_nodes
from tests.conventions.test_conventions import PRODUCT, trees_of

MIDDLEWARES = "bot/conversation/middlewares.py"


def test_callback_data_is_written_by_pack_alone() -> None:
    found = [sentence for path, tree in trees_of(*PRODUCT).items() for sentence in raw_callback_data(path, tree)]
    assert not found, "\n".join(found)


def test_every_button_has_the_argument_that_its_tap_declares() -> None:
    found = [sentence for path, tree in trees_of(*PRODUCT).items() for sentence in wrong_arguments(path, tree)]
    assert not found, "\n".join(found)


def test_every_tap_is_on_a_button() -> None:
    named = {
        node.attr
        for path, tree in trees_of(*PRODUCT).items()
        if path != "domain/messaging/buttons.py"
        for node in all_nodes(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Tap"
    }
    assert {tap.name for tap in Tap} - named == set()


def test_the_middlewares_name_no_tap() -> None:
    tree = trees_of("bot")[MIDDLEWARES]
    imported = [alias.name for node in all_nodes(tree) if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert "Tap" not in imported
    assert "TapPlace" in imported


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ('data = "v1:claim:7:2"', "callback data comes from pack alone"),
        ('data = f"v1:claim:{order.id}:0"', "callback data comes from pack alone"),
        ("pack(Tap.REFUND, order.id, 1)", "1 is no NONE for Tap.REFUND"),
        ("pack(Tap.PLACE, ceiling)", "nothing is no DRAFT_VERSION for Tap.PLACE"),
        ("pack(Tap.PLACE, ceiling, order.version)", "order.version is no DRAFT_VERSION for Tap.PLACE"),
        ("make_button(label, Tap.AGREE, order.id, order.version)", "order.version is no AMOUNT for Tap.AGREE"),
        ('context.button("key", Tap.HOME, argument=draft.version)', "draft.version is no SCREEN for Tap.HOME"),
    ],
)
def test_a_planted_fault_is_found(source: str, sentence: str) -> None:
    tree = ast.parse(source)
    found = [*raw_callback_data("bot/app.py", tree), *wrong_arguments("bot/app.py", tree)]
    assert len(found) == 1
    assert sentence in found[0]
