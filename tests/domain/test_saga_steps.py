"""Step names are stored in rows that outlive a release: they are pinned, and each leads to something that can run."""

import json
from pathlib import Path

import pytest

from domain.saga import ExternalStep, LocalStep, Pivot, Saga, Wait
from domain.sagas import SAGAS, latest_saga
from domain.store.steps import LOCAL_STEPS
from domain.timers import WINDOW_NAMES

SNAPSHOT = Path(__file__).with_name("saga_steps.json")
ALL = [pytest.param(saga, id=f"{kind}-{version}") for (kind, version), saga in SAGAS.items()]


def step_lines(saga: Saga) -> list[str]:
    """Each part in a line, with everything a running row depends on."""
    lines = []
    for part in saga.steps:
        match part:
            case LocalStep(name=name, compensation=compensation):
                lines.append(f"local {name}, compensation {compensation}")
            case ExternalStep(name=name, compensation=compensation, compensation_is_external=external):
                lines.append(
                    f"external {name}, compensation {compensation}{'' if external or compensation is None else ' (local)'}"
                )
            case Wait(signal=signal, abort_signals=unless, poll=poll):
                lines.append(f"wait {signal}, unless {sorted(unless)}, poll {poll}")
            case Pivot():
                lines.append("pivot")
    return lines


def test_the_steps_of_every_process_are_the_ones_that_rows_were_written_with() -> None:
    """A changed process gets a new version here and in domain/sagas; rows of the old one drain on the old steps.

    Add the new version's lines by hand: this file is what keeps a running order from landing on another step.
    """
    pinned = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert {f"{kind} {version}": step_lines(saga) for (kind, version), saga in SAGAS.items()} == pinned


def local_names(saga: Saga) -> set[str]:
    """The names that must have a local step."""
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
def test_no_external_call_hides_behind_a_local_name(saga: Saga) -> None:
    calls = {part.name for part in saga.steps if isinstance(part, ExternalStep)}
    assert not calls & set(LOCAL_STEPS)


@pytest.mark.parametrize("saga", ALL)
def test_every_window_it_names_is_one_a_campus_can_set(saga: Saga) -> None:
    named = {part.window for part in saga.steps if isinstance(part, ExternalStep | Wait)} - {None}
    assert named <= set(WINDOW_NAMES)


@pytest.mark.parametrize("saga", ALL)
def test_a_process_has_one_pivot_at_most_and_nothing_to_compensate_behind_it(saga: Saga) -> None:
    assert sum(isinstance(part, Pivot) for part in saga.steps) <= 1
    behind = [part for part in saga.steps[saga.pivot_index :] if isinstance(part, LocalStep | ExternalStep)]
    assert [part.compensation for part in behind if part.compensation is not None] == []


def test_the_newest_version_is_what_new_rows_start_on() -> None:
    for kind, version in SAGAS:
        assert latest_saga(kind).version >= version
