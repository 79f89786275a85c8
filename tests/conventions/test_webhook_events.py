"""Tests that the README lists the webhook events that the demo delivers, and that sagas may wait for each."""

import re
from pathlib import Path

from domain.inbox.repository import HANDLED_EVENT_PREFIXES
from sandbox.launch.stack import WEBHOOK_EVENTS

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_names_each_type_that_the_demo_delivers() -> None:
    text = README.read_text()
    step = text[text.index("point a Stripe webhook at") : text.index("Let your proxy pass")]
    words = re.findall(r"`([a-z_.]+)`", step)
    told, family = set(), ""
    for word in words:
        if word.endswith("."):
            family = word
        else:
            told.add(word if "." in word else family + word)
    assert told == set(WEBHOOK_EVENTS)


def test_each_delivered_type_is_handled() -> None:
    assert [kind for kind in WEBHOOK_EVENTS if not kind.startswith(HANDLED_EVENT_PREFIXES)] == []
