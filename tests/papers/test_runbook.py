"""The runbook is whole: each warning and error of the log, and each message to the admins, has its row."""

import ast
from collections.abc import Iterator

from domain.messaging.notification.model import ADMIN_CHAT
from tests.conventions.syntax_trees import all_nodes
from tests.conventions.test_conventions import modules, name_of, tree_of
from tests.domain.messaging.factory_calls import notification_factories, sample_notifications
from tests.papers.markdown import section, table_rows, text_of

PAPER = "docs/log-events.md"
LOUD = frozenset({"warning", "error", "exception", "critical"})
RUNNING = ("bot/", "console/", "domain/", "webserver/", "workers/")
PASSED_ON = {"workers/metrics/exporter.py": {"database_gauges_not_read", "queue_not_read"}}  # events as arguments


def loud_events() -> Iterator[str]:
    """Yield the name of each event that is logged loudly; of one that a function is given, those it is given."""
    for path in modules():
        name = name_of(path)
        if not name.startswith(RUNNING):
            continue
        for node in all_nodes(tree_of(path)):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=level), args=[event, *_]) if (
                    level in LOUD
                ):
                    if isinstance(event, ast.Constant):
                        yield str(event.value)
                    else:
                        yield from PASSED_ON[name]


def test_each_loud_event_is_told_with_what_it_means_and_what_to_do() -> None:
    rows = list(table_rows(text_of(PAPER)))
    assert [row[0].strip("`") for row in rows] == sorted(set(loud_events()))
    assert all(len(row) == 3 and all(cell.strip() for cell in row) for row in rows)


def test_each_message_to_the_admins_is_told_with_what_it_means_and_what_to_do() -> None:
    """A reader of the runbook finds each message by the name of its sentence."""
    rows = list(table_rows(section("docs/admin-guide.md", "What the bot tells you")))
    sent = (told for factory in notification_factories() for told in sample_notifications(factory))
    keys = {told.key.removeprefix("notification-") for told in sent if told.chat_id is ADMIN_CHAT}
    assert [row[0].strip("`") for row in rows] == sorted(keys)
    assert all(len(row) == 3 and all(cell.strip() for cell in row) for row in rows)
