"""Tests that notifications are built by factories alone, and that each one can be said."""

import ast
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import pytest

from domain.messaging.notification.model import Notification
from domain.words import say, say_plain
from tests.conventions.syntax_trees import all_nodes
from tests.conventions.test_conventions import PRODUCT, trees_of
from tests.domain.messaging.factory_calls import FORMER_KEYS, notification_factories, sample_notifications
from tests.locales.sentence_keys import sentence_parameters

BUTTON_MODULES = ("domain/messaging/notification/model.py", "domain/messaging/notification/notification_buttons.py")
FACTORIES = list(notification_factories())


def inline_notifications(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each notification, or button of one, that a module builds inline."""
    place = PurePosixPath(path)
    if "notifications" in (place.stem, place.parent.name):
        return
    for node in all_nodes(tree):
        match node:
            case ast.Call(func=ast.Name(id="Notification") | ast.Attribute(attr="Notification")):
                yield f"{path}:{node.lineno}: a notification is built in notifications.py"
            case ast.Call(func=ast.Name(id="NotificationButton") | ast.Attribute(attr="NotificationButton")):
                if path not in BUTTON_MODULES:
                    yield f"{path}:{node.lineno}: a button of notifications is built beside their factories"


def test_notifications_are_built_by_factories_alone() -> None:
    found = [sentence for path, tree in trees_of(*PRODUCT).items() for sentence in inline_notifications(path, tree)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", ["domain/orders/steps/claims.py", "workers/engine/saga_failures.py"])
def test_one_that_is_built_inline_is_found(path: str) -> None:
    tree = ast.parse("await notify(work, Notification(buttons=[NotificationButton(label='button-wait')]))")
    assert len(list(inline_notifications(path, tree))) == 2


@pytest.mark.parametrize("factory", FACTORIES, ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_a_notification_and_its_buttons_can_be_said(factory: Callable[..., Notification]) -> None:
    known = sentence_parameters("en")
    for told in sample_notifications(factory):
        assert known[told.key] <= set(told.args), told
        assert say("en", told.key, **told.args)
        for button in told.buttons:
            assert known[button.label] <= set(told.args), told
            assert say_plain("en", button.label, **told.args)


def test_every_sentence_of_a_notification_is_told_by_a_factory() -> None:
    told = {each.key for factory in FACTORIES for each in sample_notifications(factory)}
    assert {key for key in sentence_parameters("en") if key.startswith("notification-")} - told == FORMER_KEYS
