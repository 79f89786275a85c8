"""The page of scale lists each statement that is about several campuses, or about a person wherever they are."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.scale.simulation import Deployment, arrivals, simulate
from bench.scale.steps import kept_steps
from tests.conventions.test_conventions import PROJECT
from tests.papers.markdown import section, table_rows

PAPER = "bench/scale.md"
ROOMS = ("bot", "console", "domain", "workers")
CONNECTIONS = frozenset({"UnitOfWork", "AsyncConnection"})
# Parameters that name no campus, no order and no other row.
BOUNDS = frozenset(
    {"after", "but", "currency", "days", "delay", "interval", "kinds", "limit", "min_age", "min_overdue", "most", "now"}
    | {"full", "overdue", "prefix", "seconds", "since", "tasks", "within", "worker"}
)
OF_A_PERSON = frozenset({"person_id", "customer_id", "runner_id", "people"})
WHOLE_MODULES = ("workers/audit/", "workers/check/", "workers/metrics/")  # each as one row: they look at everything


def repository_functions() -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    """Yield each public function that runs statements, with the path of its module."""
    for room in ROOMS:
        for path in sorted((PROJECT / room).rglob("*repository.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
                    yield path.relative_to(PROJECT).as_posix(), node


def scope_of(function: ast.AsyncFunctionDef) -> str | None:
    """Return "all" or "person" for a statement that no campus, order or row bounds; None for any other."""
    first, *others = function.args.args
    if first.annotation is None or ast.unparse(first.annotation) not in CONNECTIONS:
        return None
    names = {each.arg for each in (*others, *function.args.kwonlyargs)}
    if names <= BOUNDS:
        return "all"
    return "person" if names & OF_A_PERSON and names <= BOUNDS | OF_A_PERSON | {"kind"} else None


def found(scope: str) -> set[str]:
    """Return what the page must list: `module` function, or the folder that is listed as a whole."""
    listed = set()
    for path, function in repository_functions():
        if scope_of(function) == scope:
            whole = next((folder for folder in WHOLE_MODULES if path.startswith(folder)), None)
            listed.add(whole or f"{path}: {function.name}")
    return listed


@pytest.mark.parametrize(
    ("heading", "scope"), [("Statements about all campuses", "all"), ("Statements about a person", "person")]
)
def test_each_statement_that_crosses_campuses_is_listed(heading: str, scope: str) -> None:
    listed = set()
    for module, functions, *_ in table_rows(section(PAPER, heading)):
        names = [name.strip(" `") for name in functions.split(",")]
        listed |= {module.strip("`")} if names == ["all"] else {f"{module.strip('`')}: {name}" for name in names}
    assert listed == found(scope)


def test_what_bounds_a_statement_is_read_from_its_parameters() -> None:
    scopes = {
        "async def f(work: UnitOfWork) -> int: ...": "all",
        "async def f(work: UnitOfWork, limit: int, within: timedelta) -> int: ...": "all",
        "async def f(work: UnitOfWork, person_id: int) -> int: ...": "person",
        "async def f(work: UnitOfWork, campus_id: int, person_id: int) -> int: ...": None,
        "async def f(work: UnitOfWork, order_id: int) -> int: ...": None,
        "async def f(number: int) -> int: ...": None,
    }
    for source, scope in scopes.items():
        (function,) = ast.parse(source).body
        assert isinstance(function, ast.AsyncFunctionDef)
        assert scope_of(function) == scope, source


def test_the_simulation_lets_orders_wait_where_a_part_is_too_small() -> None:
    steps = kept_steps()
    placed = arrivals(4, 30, peak=300.0, spread=60.0, seed=2)
    wide = simulate(steps, placed, Deployment(workers=50, bots=50, postgres_cores=50, stripe_calls_per_second=1_000))
    narrow = simulate(steps, placed, Deployment(stripe_calls_per_second=1))
    assert len(wide.seconds_to_group) == len(narrow.seconds_to_group) == len(placed)
    alone = next(step.alone for step in steps if step.name == "place")
    assert min(wide.seconds_to_group) >= alone * 0.99
    assert max(wide.queues["worker"]) == 0
    assert max(narrow.queues["stripe"]) > 0
    assert sum(narrow.seconds_to_group) > sum(wide.seconds_to_group)


def test_the_group_of_a_campus_gets_no_more_than_telegram_allows() -> None:
    steps = kept_steps()
    placed = [(1, 0.0)] * 40  # at once, for one group
    outcome = simulate(steps, placed, Deployment(workers=50, bots=50, postgres_cores=50))
    in_the_first_minute = [seconds for seconds in outcome.seconds_to_group if seconds < 60]
    assert len(in_the_first_minute) == 18
    assert Path(PROJECT / "bench" / "results" / "scale" / "lunch.svg").exists()
