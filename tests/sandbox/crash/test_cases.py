"""The cases of `make crash`: every pinned step has some, and one that has none is refused with its name."""

import json
from itertools import permutations
from pathlib import Path

import pytest

from sandbox.crash.cases import AT_ONCE, CasesError, all_cases, batches
from sandbox.crash.points import POINTS

PINNED = Path(__file__).parents[2] / "domain" / "saga_steps.json"
MANY = 100


def test_every_step_of_every_saga_has_all_its_points() -> None:
    cases = all_cases(PINNED)
    assert len(cases) >= MANY
    assert {case.kill.saga for case in cases} == {name.split()[0] for name in json.loads(PINNED.read_text())}
    for kill in {case.kill for case in cases}:
        assert tuple(case.point for case in cases if case.kill is kill) == POINTS[kill.way]


@pytest.mark.parametrize("part", ["local dance, undo None", "outside sing, undo hush", "wait applause, unless []"])
def test_a_new_step_without_a_case_is_refused_by_name(tmp_path: Path, part: str) -> None:
    sagas = json.loads(PINNED.read_text())
    sagas["create_order 1"].append(part)
    (tmp_path / "steps.json").write_text(json.dumps(sagas))
    with pytest.raises(CasesError, match=r"No case kills at: create_order: .*(dance|hush|wait_applause)"):
        all_cases(tmp_path / "steps.json")


def test_a_step_that_is_gone_is_noticed(tmp_path: Path) -> None:
    sagas = json.loads(PINNED.read_text())
    del sagas["release_order 1"]
    (tmp_path / "steps.json").write_text(json.dumps(sagas))
    with pytest.raises(CasesError, match="release_order: reopen_order"):
        all_cases(tmp_path / "steps.json")


def test_a_batch_has_one_victim_and_nothing_that_waits_for_what_is_kept_back() -> None:
    cases = all_cases(PINNED)
    found = list(batches(cases))
    assert sorted(map(str, (case for batch in found for case in batch))) == sorted(map(str, cases))
    for batch in found:
        (victim,) = {case.kill.victim for case in batch}
        assert len(batch) <= AT_ONCE[victim]
        assert not any(one.stops_timers and other.needs_sweep for one, other in permutations(batch, 2))
