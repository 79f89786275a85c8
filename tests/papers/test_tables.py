"""Tests that the tables of the papers list what the code has: floors, sagas, failures, event types, decisions."""

import re

from bot.conversation.commands import COMMANDS
from domain.database.actors import Role
from domain.registers import ROOMS_WITH_SAGAS, build_saga_register
from domain.settings.timeout_rules import TIMEOUT_RULES
from domain.settings.timeouts import Timeout
from sandbox.play.scenes import SCENES
from tests.bot.conversation.permissions import COMMAND_RULES
from tests.conventions.floors import FLOORS
from tests.conventions.test_conventions import PROJECT
from tests.papers.markdown import CODE_SPAN, section, table_rows, text_of
from workers.audit.invariants import INVARIANTS
from workers.check.stripe.webhook_lines import CONNECTED_ACCOUNT_EVENTS
from workers.engine import call_failures
from workers.engine.call_failures import CallFailed
from workers.stripe.event_types import EVENT_TYPES, Handled
from workers.stripe.platform.key_permissions import NEEDED_PERMISSIONS

ARCHITECTURE, DEPLOYMENT, DECISIONS = "docs/architecture.md", "docs/deployment.md", "docs/decisions/README.md"
ADMIN_GUIDE, TESTING, TIMEOUTS = "docs/admin-guide.md", "docs/testing.md", "docs/timeouts.md"
WRITTEN_IN_GROUPS = {"bind"}  # in the group that it binds, which is offered no commands


def test_the_floors_are_told_from_the_highest_to_the_lowest() -> None:
    rows = [row for row in table_rows(section(ARCHITECTURE, "Rooms and floors")) if row[0].isdecimal()]
    told = [(int(row[0]), tuple(CODE_SPAN.findall(row[1]))) for row in rows]
    assert told == [(number, rooms) for number, rooms in reversed(list(enumerate(FLOORS, start=1)))]


def test_each_saga_is_told_with_its_room() -> None:
    told = {row[0].strip("`"): row[1].strip("`") for row in table_rows(section(ARCHITECTURE, "Sagas"))}
    assert set(told) == {kind for kind, _ in build_saga_register().sagas}
    for sagas, _ in ROOMS_WITH_SAGAS:
        for saga in sagas:
            room = PROJECT / "domain" / told[saga.kind]
            assert (room / "sagas" / f"{saga.kind}.py").exists() or (room / "sagas.py").exists(), saga.kind


def test_each_failure_of_a_call_is_told() -> None:
    told = {row[0].strip("`") for row in table_rows(section(ARCHITECTURE, "Laws of the engine"))}
    kinds = {name for name, kind in vars(call_failures).items() if isinstance(kind, type) and kind is not CallFailed}
    assert told == {name for name in kinds if issubclass(getattr(call_failures, name), CallFailed)}


def test_each_timeout_is_told_with_its_seconds_and_each_rule_between_them() -> None:
    told = [tuple(row) for row in table_rows(section(TIMEOUTS, "The table"))]
    assert told == [(f"`{each.name}`", f"{each.seconds:.15g}", each.bounds) for each in Timeout]
    rules = [tuple(row) for row in table_rows(section(TIMEOUTS, "What ends before what"))]
    assert rules == [
        (" + ".join(f"`{each.name}`" for each in rule.shorter), f"`{rule.longer.name}`", rule.reason)
        for rule in TIMEOUT_RULES
    ]


def test_each_invariant_is_told() -> None:
    told = [row[0] for row in table_rows(section(ARCHITECTURE, "Laws of money"))]
    assert told == [f"I{number}" for number in range(1, len(INVARIANTS) + 1)]


def test_an_operator_is_told_the_event_types_that_a_webhook_is_subscribed_to() -> None:
    rows = list(table_rows(section(DEPLOYMENT, "Webhooks")))
    subscribed = {name for name, kind in EVENT_TYPES.items() if isinstance(kind, Handled) and kind.is_subscribed}
    assert {name for row in rows for name in CODE_SPAN.findall(row[1])} == subscribed
    assert set(CODE_SPAN.findall(rows[1][1])) == CONNECTED_ACCOUNT_EVENTS


def test_an_operator_is_told_the_permissions_of_a_restricted_key_that_the_check_looks_for() -> None:
    told = {f"{row[0]}: {row[1]}" for row in table_rows(section(DEPLOYMENT, "A restricted key"))}
    assert told == set(NEEDED_PERMISSIONS)


def test_every_decision_is_listed_and_has_the_four_parts() -> None:
    listed = re.findall(r"^\| \[(\d{4})\]\(([\w-]+\.md)\)", text_of(DECISIONS), re.MULTILINE)
    files = sorted(path.name for path in (PROJECT / "docs" / "decisions").glob("0*.md"))
    assert [name for _, name in listed] == files
    for number, name in listed:
        text = text_of(f"docs/decisions/{name}")
        assert name.startswith(number)
        assert text.startswith(f"# {number}: ")
        parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Cost", "What would change it"], name


def test_every_command_of_an_admin_is_offered_and_in_their_guide() -> None:
    offered = {name for commands in COMMANDS.values() for name in commands}
    assert set(COMMAND_RULES) - offered == WRITTEN_IN_GROUPS, "add it to COMMANDS in bot/conversation/commands.py"
    told = set(re.findall(r"`/(\w+)", text_of(ADMIN_GUIDE)))
    assert set(COMMANDS[Role.ADMIN]) - told == set(), f"add it to {ADMIN_GUIDE}"


def test_every_scene_is_told() -> None:
    paragraph = section(TESTING, "Longer runs").rpartition("**`make play`**")[2]
    told = {word.rpartition("SCENE=")[2] for word in CODE_SPAN.findall(paragraph)}
    assert told == set(SCENES) - {"happy"}
