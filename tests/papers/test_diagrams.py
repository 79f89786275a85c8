"""Tests that each state diagram of the architecture is the transition table that it names, in both directions."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import ModuleType

import pytest

from domain import errors
from domain.orders.states import FINAL_ORDER_STATUSES
from domain.restrictions import errors as restriction_errors
from domain.risk import refusals
from domain.saga import next_move as moves
from domain.saga import stuck_repository
from domain.saga.definition import FINAL_STATUSES, ExternalStep, LocalStep, Pivot, Saga, SagaStatus, Wait
from domain.saga.next_move import Advance, Finish, Progress, begin_compensation, next_move
from tests.conventions.test_conventions import PROJECT, modules, name_of
from tests.papers.markdown import diagrams, section, text_of
from workers.engine import saga_failures

PAPER = "docs/architecture.md"
STATES = "States"
SAGA_HEADING = "Saga run"
TABLE = re.compile(r"^(\w+_TRANSITIONS): Mapping", re.MULTILINE)
NAMED_TABLE = re.compile(r"`(\w+_TRANSITIONS)` in `([\w/]+\.py)`")
ARROW = re.compile(r"^ +(\S+) --> (\S+?)(?: : (.+))?$", re.MULTILINE)
BRANCH = re.compile(r"^([│ ]*)[├└]── ([\w, ]+?)(?:  .+|: see .+)?$", re.MULTILINE)
EDGE = "[*]"
DRAWN = {errors.__name__, restriction_errors.__name__, refusals.__name__}  # the modules in the tree of refusals
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SAMPLE = Saga(
    kind="sample",
    steps=(
        LocalStep(name="first", compensation="undo_first"),
        ExternalStep(name="second", compensation="undo_second"),
        Wait(signal="heard", window="payment", timeout_reason="silence", abort_signals=frozenset({"stop"})),
        Pivot(),
        LocalStep(name="last"),
    ),
)

Transitions = Mapping[tuple[StrEnum, StrEnum], StrEnum]


def tables_in_code() -> dict[str, str]:
    """Return each transition table of domain with the path of its module."""
    paths = (path for path in modules() if path.is_relative_to(PROJECT / "domain"))
    return {name: name_of(path) for path in paths for name in TABLE.findall(path.read_text(encoding="utf-8"))}


def headings_of_states() -> list[str]:
    """Return the headings of the diagrams."""
    return re.findall(r"^### (.+)$", section(PAPER, STATES), re.MULTILINE)


def diagram_below(heading: str) -> str:
    """Return the one state diagram below this heading."""
    (found,) = diagrams(section(PAPER, heading), "stateDiagram-v2")
    return found


def arrows(diagram: str) -> list[tuple[str, str, str]]:
    """Return (from, to, event) of each arrow."""
    return [(before, after, event) for before, after, event in ARROW.findall(diagram)]


def named_tables() -> dict[str, tuple[str, str]]:
    """Return heading -> (table, path) as the paper has them."""
    found = {heading: NAMED_TABLE.search(section(PAPER, heading)) for heading in headings_of_states()}
    return {heading: (named[1], named[2]) for heading, named in found.items() if named is not None}


def load_table(heading: str) -> Transitions:
    """Return the transition table that stands below this heading."""
    name, path = named_tables()[heading]
    table: Transitions = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)
    return table


def test_every_transition_table_has_a_diagram() -> None:
    assert dict(named_tables().values()) == tables_in_code()
    assert set(headings_of_states()) - set(named_tables()) == {SAGA_HEADING}


@pytest.mark.parametrize("heading", sorted(named_tables()))
def test_a_diagram_and_its_table_have_the_same_moves(heading: str) -> None:
    table = load_table(heading)
    told = sorted(arrow for arrow in arrows(diagram_below(heading)) if EDGE not in arrow)
    assert told == sorted((str(before), str(after), str(event)) for (before, event), after in table.items())


@pytest.mark.parametrize("heading", sorted(named_tables()))
def test_a_diagram_shows_each_status_and_which_are_final(heading: str) -> None:
    table = load_table(heading)
    (status_type,) = {type(before) for before, _ in table}
    told = arrows(diagram_below(heading))
    assert {end for arrow in told for end in arrow[:2]} - {EDGE} == {str(status) for status in status_type}
    final = {str(status) for status in status_type} - {str(before) for before, _ in table}
    assert {before for before, after, _ in told if after == EDGE} == final
    if status_type is type(next(iter(FINAL_ORDER_STATUSES))):
        assert final == {str(status) for status in FINAL_ORDER_STATUSES}


def test_the_diagram_of_a_saga_run_has_the_moves_of_the_engine() -> None:
    told = {(before, after) for before, after, _ in arrows(diagram_below(SAGA_HEADING)) if EDGE not in (before, after)}
    assert told == {(str(before), str(after)) for before, after in engine_moves()}


def test_the_diagram_of_a_saga_run_shows_each_status_and_which_are_final() -> None:
    told = arrows(diagram_below(SAGA_HEADING))
    assert {end for arrow in told for end in arrow[:2]} - {EDGE} == {str(status) for status in SagaStatus}
    assert {before for before, after, _ in told if after == EDGE} == {str(status) for status in FINAL_STATUSES}


def engine_moves() -> set[tuple[SagaStatus, SagaStatus]]:
    """Return every change of status that the engine or an admin can make."""
    active = (SagaStatus.RUNNING, SagaStatus.COMPENSATING)
    found = set(pure_moves())
    found |= {(before, after) for before in active for after in statuses_named_in(saga_failures, "mark_stuck")}
    for function in ("retry_stuck_saga", "resolve_stuck_saga"):
        found |= {(SagaStatus.STUCK, after) for after in statuses_named_in(stuck_repository, function)}
    return found


def pure_moves() -> Iterator[tuple[SagaStatus, SagaStatus]]:
    """Yield the changes of status of every progress of a sample saga, by running the pure functions."""
    for status in (SagaStatus.RUNNING, SagaStatus.COMPENSATING):
        for position in range(-1 if status is SagaStatus.COMPENSATING else 0, len(SAMPLE.steps) + 1):
            for signals in (frozenset[str](), frozenset({"heard"}), frozenset({"stop"})):
                progress = Progress(status=status, position=position, signals=signals, waiting_until=NOW)
                after = status_after(progress)
                if after is not status:
                    yield status, after
            if status is SagaStatus.RUNNING:
                yield status, begin_compensation(SAMPLE, progress, "refused").status


def status_after(progress: Progress) -> SagaStatus:
    """Return the status after the next move; local steps and calls leave it as it is, or change the progress."""
    if progress.status is SagaStatus.COMPENSATING and progress.position >= len(SAMPLE.steps):
        return progress.status
    match next_move(SAMPLE, progress, NOW):
        case Finish(status=status):
            return status
        case Advance(next_progress=then) | moves.RunLocalStep(next_progress=then):
            return then.status
        case _:
            return progress.status


def statuses_named_in(module: ModuleType, function: str) -> set[SagaStatus]:
    """Return the statuses that the source of a function names."""
    tree = ast.parse(inspect.getsource(getattr(module, function)))
    return {
        SagaStatus[node.attr]
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "SagaStatus"
    }


def test_the_one_tap_is_a_sequence_diagram_whose_participants_all_act() -> None:
    (diagram,) = diagrams(text_of(PAPER), "sequenceDiagram")
    declared = set(re.findall(r"^ +(?:participant|actor) (\w+)$", diagram, re.MULTILINE))
    acting = {name for pair in re.findall(r"^ +(\w+)-+>>(\w+):", diagram, re.MULTILINE) for name in pair}
    assert declared == acting


def test_the_tree_of_refusals_is_that_of_the_classes() -> None:
    drawn: dict[str, str] = {}
    path = ["CampusGError"]
    for stem, names in BRANCH.findall(inspect.getdoc(errors) or ""):
        del path[len(stem) // 4 + 1 :]
        drawn |= dict.fromkeys(names.split(", "), path[-1])
        path.append(names)
    found = [vars(module).values() for module in (errors, restriction_errors, refusals)]
    classes = [each for values in found for each in values if isinstance(each, type) and each.__module__ in DRAWN]
    parents = {each.__name__: each.__bases__[0].__name__ for each in classes if each is not errors.CampusGError}
    assert drawn == {name: parent for name, parent in parents.items() if parent != "RiskRefused"}
