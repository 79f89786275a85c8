"""Tests of the table of Stripe's event types, and that all who list such types agree with it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from domain.inbox.stripe_event_types import HANDLED_EVENT_TYPES
from sandbox.launch.stack import WEBHOOK_EVENTS
from workers.stripe.event_types import EVENT_TYPES, Handled, Ignored

PROJECT = Path(__file__).parents[2]
HANDLED = {name: kind for name, kind in EVENT_TYPES.items() if isinstance(kind, Handled)}
SUBSCRIBED = {name for name, kind in HANDLED.items() if kind.is_subscribed}
EVENT_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")
OBJECTS_WITH_A_DOT = {"checkout.session", "radar.early_fraud_warning"}


def test_the_demo_subscribes_to_the_same_types() -> None:
    assert set(WEBHOOK_EVENTS) == SUBSCRIBED
    assert len(WEBHOOK_EVENTS) == len(SUBSCRIBED)


def test_the_inbox_leaves_to_a_worker_what_the_table_handles() -> None:
    assert HANDLED.keys() == HANDLED_EVENT_TYPES


def test_the_table_says_what_happens_with_each_type_of_the_stand_in() -> None:
    modules = (PROJECT / "sandbox" / "stripe" / "resources").glob("*.py")
    found = {name for module in modules for name in recorded_types(ast.parse(module.read_text()))}
    assert len(found) > 30
    assert sorted(found - EVENT_TYPES.keys()) == []


def test_a_type_is_ignored_for_a_stated_reason() -> None:
    for name, kind in EVENT_TYPES.items():
        if isinstance(kind, Ignored):
            assert len(kind.because.split()) > 3, name


def recorded_types(tree: ast.Module) -> Iterator[str]:
    """Yield the event types that a module of the stand-in passes to a function that records an event."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) != "define_endpoint":
            texts = [part.value for value in node.args for part in ast.walk(value) if isinstance(part, ast.Constant)]
            names = {text for text in texts if isinstance(text, str) and EVENT_NAME.fullmatch(text)}
            yield from names - OBJECTS_WITH_A_DOT
