"""Tests that every edge case is held by a marked test, and that the register says so."""

from pathlib import Path

import pytest

from tests.cases import CASES, marked_tests, register

PROJECT = Path(__file__).parents[2]


def test_all_sixty_cases_exist_with_different_descriptions() -> None:
    assert list(CASES) == list(range(1, 61))
    assert len({edge_case.must_hold for edge_case in CASES.values()}) == len(CASES)


def test_each_mark_is_of_a_case() -> None:
    assert {number for number, _ in marked_tests()} <= set(CASES)


@pytest.mark.parametrize("number", CASES)
def test_each_case_has_a_test_or_says_why_not(number: int) -> None:
    assert CASES[number].why or any(marked == number for marked, _ in marked_tests())


def test_the_register_is_up_to_date() -> None:
    stored = (PROJECT / "docs" / "cases.md").read_text(encoding="utf-8")
    assert stored == register(), "run: python -m tests.cases > docs/cases.md"
