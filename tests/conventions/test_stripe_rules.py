"""Tests that Stripe's objects leave workers/stripe typed, and that nobody else reads or builds raw ones."""

import ast
from functools import cache

import pytest

from domain.schema import METADATA
from tests.conventions.stripe_rules import (
    ORDINARY_NAMES,
    foreign_calls,
    foreign_reads,
    parameter_functions,
    raw_field_names,
    untyped_results,
)
from tests.conventions.test_conventions import PRODUCT, trees_of


@cache  # not read when the module is imported: every process of a run imports it, and one runs its tests
def product_trees() -> dict[str, ast.Module]:
    """The syntax trees of the product's modules, by path."""
    return trees_of(*PRODUCT)


@cache
def field_names() -> frozenset[str]:
    """The names of Stripe's fields that nobody outside of workers/stripe reads."""
    ordinary = {column.name for table in METADATA.tables.values() for column in table.columns} | ORDINARY_NAMES
    return frozenset(
        name
        for path, tree in product_trees().items()
        if path.startswith("workers/stripe/objects/")
        for name in raw_field_names(tree)
        if name not in ordinary
    )


@cache
def closed_functions() -> frozenset[str]:
    """The functions that build parameters for Stripe."""
    return frozenset(
        name
        for path, tree in product_trees().items()
        if path.startswith("workers/stripe/gateway")
        for name in parameter_functions(tree)
    )


def test_the_gateway_returns_typed_objects() -> None:
    found = [sentence for path, tree in product_trees().items() for sentence in untyped_results(path, tree)]
    assert not found, "\n".join(found)


def test_nobody_else_reads_a_field_of_stripe() -> None:
    assert {"latest_charge", "amount_received", "has_more", "metadata", "next_action"} <= field_names()
    names = field_names()
    found = [sentence for path, tree in product_trees().items() for sentence in foreign_reads(path, tree, names)]
    assert not found, "\n".join(found)


def test_nobody_else_builds_parameters_for_stripe() -> None:
    assert {"create_intent", "create_transfer", "reverse_transfer"} <= closed_functions()
    names = closed_functions()
    found = [sentence for path, tree in product_trees().items() for sentence in foreign_calls(path, tree, names)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("workers/stripe/gateway_cards.py", "async def find() -> dict[str, int]: ..."),
        ("workers/stripe/gateway_cards.py", "async def find() -> tuple[Any, ...]: ..."),
        ("workers/stripe/gateway.py", "class Gateway:\n    def found(self) -> 'RawObject | None': ..."),
        ("workers/stripe/objects/card.py", "class Card:\n    rest: Mapping[str, Any]"),
        ("workers/audit/invariants.py", "x = intent['latest_charge']"),
        ("workers/reconciliation/orphans.py", "x = found.get('amount_received', 0)"),
        ("bot/admin/money/refunds.py", "x = nested(found, 'next_action')"),
        ("workers/audit/invariants.py", "from workers.stripe.gateway_intents import create_intent"),
        ("workers/audit/invariants.py", "from workers.stripe.objects.refund import parse_refund"),
        ("workers/audit/invariants.py", "from workers.stripe.objects.raw_object import RawObject"),
        ("workers/audit/invariants.py", "x = client.v1.refunds"),
    ],
)
def test_a_planted_fault_is_found(path: str, source: str) -> None:
    tree = ast.parse(source)
    (sentence,) = (
        *untyped_results(path, tree),
        *foreign_reads(path, tree, field_names()),
        *foreign_calls(path, tree, closed_functions()),
    )
    assert sentence.startswith(f"{path}:")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("workers/stripe/gateway_cards.py", "async def find() -> StripeCustomer | None: ..."),
        ("workers/stripe/gateway_cards.py", "def _params() -> Any: ..."),
        ("workers/stripe/objects/card.py", "class Card:\n    brand: str\nsums: dict[str, int] = {}"),
        ("workers/stripe/objects/card.py", "x = raw['latest_charge']"),
        ("workers/stripe/steps/hold_steps.py", "from workers.stripe.gateway_intents import create_intent"),
        ("workers/audit/invariants.py", "x = row['payment_intent']\ny = order.metadata"),
        ("workers/audit/invariants.py", "from workers.stripe.gateway_intents import retrieve_intent"),
    ],
)
def test_what_is_typed_passes(path: str, source: str) -> None:
    tree = ast.parse(source)
    assert list(untyped_results(path, tree)) == []
    assert list(foreign_reads(path, tree, field_names())) == []
    assert list(foreign_calls(path, tree, closed_functions())) == []
