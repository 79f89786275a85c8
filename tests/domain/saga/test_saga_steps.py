"""Tests of step names: stored rows outlive a release, so the names are pinned, and each has a function."""

import json
from pathlib import Path

import pytest

from domain.campuses.windows import WINDOW_NAMES
from domain.registers import build_saga_register
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga, Wait
from tests.cases import case

REGISTER = build_saga_register()
SAGAS, LOCAL_STEPS = REGISTER.sagas, REGISTER.local_steps
SNAPSHOT = Path(__file__).with_name("saga_steps.json")
ALL = [pytest.param(saga, id=f"{kind}-{version}") for (kind, version), saga in SAGAS.items()]


def step_lines(saga: Saga) -> list[str]:
    """Format each step as a line, with everything a running row depends on."""
    lines = []
    for part in saga.steps:
        match part:
            case LocalStep(name=name, compensation=compensation):
                lines.append(f"local {name}, compensation {compensation}")
            case ExternalStep(name=name, compensation=compensation, compensation_is_external=external):
                place = "" if external or compensation is None else " (local)"
                lines.append(f"external {name}, compensation {compensation}{place}")
            case Wait(signal=signal, abort_signals=unless, poll=poll):
                lines.append(f"wait {signal}, unless {sorted(unless)}, poll {poll}")
            case Pivot():
                lines.append("pivot")
    return lines


@case(56)
def test_the_steps_of_every_saga_are_the_ones_that_rows_were_written_with() -> None:
    """A changed saga gets a new version here and in the sagas of its room. Rows of the old version keep the old steps.

    Add the new version's lines by hand. This file prevents that a running row continues at another step.
    """
    pinned = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert {f"{kind} {version}": step_lines(saga) for (kind, version), saga in SAGAS.items()} == pinned


def local_names(saga: Saga) -> set[str]:
    """Return the names that must have a local step."""
    named = {part.name for part in saga.steps if isinstance(part, LocalStep)}
    compensations = {part.compensation for part in saga.steps if isinstance(part, LocalStep)}
    compensations |= {
        part.compensation for part in saga.steps if isinstance(part, ExternalStep) and not part.compensation_is_external
    }
    return named | {name for name in compensations if name is not None}


@pytest.mark.parametrize("saga", ALL)
def test_every_local_step_and_compensation_has_its_function(saga: Saga) -> None:
    assert local_names(saga) <= set(LOCAL_STEPS)


def test_no_local_step_is_left_over() -> None:
    assert set(LOCAL_STEPS) == set[str]().union(*(local_names(saga) for saga in SAGAS.values()))


@pytest.mark.parametrize("saga", ALL)
def test_no_external_step_has_the_name_of_a_local_step(saga: Saga) -> None:
    calls = {part.name for part in saga.steps if isinstance(part, ExternalStep)}
    assert not calls & set(LOCAL_STEPS)


@pytest.mark.parametrize("saga", ALL)
def test_every_window_of_a_saga_is_one_a_campus_can_set(saga: Saga) -> None:
    named = {part.window for part in saga.steps if isinstance(part, ExternalStep | Wait)} - {None}
    assert named <= set(WINDOW_NAMES)


@pytest.mark.parametrize("saga", ALL)
def test_a_saga_has_at_most_one_pivot_and_nothing_to_compensate_after_it(saga: Saga) -> None:
    assert sum(isinstance(part, Pivot) for part in saga.steps) <= 1
    behind = [part for part in saga.steps[saga.pivot_index :] if isinstance(part, LocalStep | ExternalStep)]
    assert [part.compensation for part in behind if part.compensation is not None] == []


def test_the_newest_version_is_what_new_rows_start_on() -> None:
    for kind, version in SAGAS:
        assert REGISTER.latest_saga(kind).version >= version
