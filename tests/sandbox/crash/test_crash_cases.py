"""Tests that every pinned step has cases of `make crash`, and that a step without one is refused by name."""

import json
from itertools import permutations
from pathlib import Path

import pytest

from sandbox.crash.kill_points import POINTS_OF_STEP_KIND
from sandbox.crash.scenarios.crash_cases import MAX_CASES_PER_KILL, CaseCoverageError, batch_cases, list_crash_cases

PINNED = Path(__file__).parents[2] / "domain" / "saga" / "saga_steps.json"
MANY = 100


def test_every_step_of_every_saga_has_all_its_points() -> None:
    cases = list_crash_cases(PINNED)
    assert len(cases) >= MANY
    assert {case.killed_step.saga for case in cases} == {name.split()[0] for name in json.loads(PINNED.read_text())}
    for kill in {case.killed_step for case in cases}:
        assert tuple(case.point for case in cases if case.killed_step is kill) == POINTS_OF_STEP_KIND[kill.step_kind]


@pytest.mark.parametrize(
    "part",
    ["local add_fee, compensation None", "external send_fee, compensation return_fee", "wait fee_paid, unless []"],
)
def test_a_new_step_without_a_case_is_refused_by_name(tmp_path: Path, part: str) -> None:
    sagas = json.loads(PINNED.read_text())
    sagas["create_order 1"].append(part)
    (tmp_path / "steps.json").write_text(json.dumps(sagas))
    with pytest.raises(
        CaseCoverageError, match=r"No case kills at: create_order: .*(add_fee|return_fee|wait_fee_paid)"
    ):
        list_crash_cases(tmp_path / "steps.json")


def test_a_case_of_a_removed_step_is_refused(tmp_path: Path) -> None:
    sagas = json.loads(PINNED.read_text())
    del sagas["release_order 1"]
    (tmp_path / "steps.json").write_text(json.dumps(sagas))
    with pytest.raises(CaseCoverageError, match="release_order: reopen_order"):
        list_crash_cases(tmp_path / "steps.json")


def test_a_batch_kills_one_process_and_has_nothing_that_waits_for_a_held_statement() -> None:
    cases = list_crash_cases(PINNED)
    found = list(batch_cases(cases))
    assert sorted(map(str, (case for batch in found for case in batch))) == sorted(map(str, cases))
    for batch in found:
        (victim,) = {case.killed_step.victim for case in batch}
        assert len(batch) <= MAX_CASES_PER_KILL[victim]
        assert not any(one.blocks_timers and other.needs_sweeper for one, other in permutations(batch, 2))
