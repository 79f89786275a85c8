"""Tests that the list of edge cases is complete, and that every test it names exists."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.conventions.edge_cases import CASES

TESTS = Path(__file__).parents[1]


@cache
def names_in(file: str) -> frozenset[str]:
    """Return the names of a file's tests, or none when there is no such file."""
    path = TESTS / file
    if not path.is_file():
        return frozenset()
    top = ast.parse(path.read_bytes()).body
    named = (node.name for node in top if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in named if name.startswith("test_"))


def test_all_sixty_cases_exist_with_different_descriptions() -> None:
    assert list(CASES) == list(range(1, 61))
    assert len({case.must_hold for case in CASES.values()}) == len(CASES)


@pytest.mark.parametrize("number", CASES)
def test_each_case_names_existing_tests_or_says_why_not(number: int) -> None:
    case = CASES[number]
    assert case.tests or case.why
    for named in case.tests.split():
        file, _, name = named.partition("::")
        assert name in names_in(file), f"case {number}: there is no {named}"
