"""Tests that no module makes its own group of order statuses: they are named once, beside the states."""

import ast
from collections.abc import Iterator

import pytest

from tests.conventions.syntax_trees import all_nodes
from tests.conventions.test_conventions import PRODUCT, trees_of

STATES_MODULE = "domain/orders/states.py"


def own_groups(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each set, tuple or list of several order statuses."""
    for node in all_nodes(tree):
        match node:
            case ast.Set(elts=members) | ast.Tuple(elts=members) | ast.List(elts=members):
                named = [ast.unparse(each) for each in members if ast.unparse(each).startswith("OrderStatus.")]
                if len(named) > 1:
                    yield f"{path}:{node.lineno}: name the group ({', '.join(named)}) in {STATES_MODULE}"


def test_groups_of_statuses_are_named_beside_the_states() -> None:
    found = [
        sentence
        for path, tree in trees_of(*PRODUCT).items()
        if path != STATES_MODULE
        for sentence in own_groups(path, tree)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "OPEN = frozenset({OrderStatus.PENDING, OrderStatus.CREATED})",
        "if order.status in (OrderStatus.CANCELLED, OrderStatus.EXPIRED): ...",
    ],
)
def test_a_group_of_its_own_is_found(source: str) -> None:
    assert len(list(own_groups("bot/app.py", ast.parse(source)))) == 1
