"""Tests that every `make` target and `python -m` module in the papers exists; nothing is run."""

import importlib.util
import re

import pytest

from tests.conventions.test_conventions import PROJECT
from tests.papers.markdown import code_lines, handwritten_papers

MAKE = re.compile(r"\bmake ([a-z]+)\b((?: [A-Z]+=\S+)*)")
MODULE = re.compile(r"\bpython3? -m ([\w.]+)")
OF_OTHERS = frozenset({"venv", "pip", "pytest", "mypy", "ruff", "alembic"})


def targets() -> frozenset[str]:
    """Return the targets of the Makefile."""
    return frozenset(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def variables() -> frozenset[str]:
    """Return the variables that the Makefile reads."""
    return frozenset(re.findall(r"\b([A-Z]+)\b", (PROJECT / "Makefile").read_text(encoding="utf-8")))


@pytest.mark.parametrize("paper", handwritten_papers())
def test_every_make_target_and_variable_exists(paper: str) -> None:
    said = [found for line in code_lines(paper) for found in MAKE.findall(line)]
    assert {target for target, _ in said} - targets() == set()
    assert set(re.findall(r"([A-Z]+)=", " ".join(given for _, given in said))) - variables() == set()


@pytest.mark.parametrize("paper", handwritten_papers())
def test_every_module_that_is_run_exists(paper: str) -> None:
    named = {module for line in code_lines(paper) for module in MODULE.findall(line)} - OF_OTHERS
    assert {module for module in named if not can_be_run(module)} == set()


def can_be_run(module: str) -> bool:
    """Return whether `python -m` finds this module, and in a package its __main__."""
    try:
        found = importlib.util.find_spec(module)
        if found is not None and found.submodule_search_locations is not None:
            found = importlib.util.find_spec(f"{module}.__main__")
    except ModuleNotFoundError:
        return False
    return found is not None


def test_the_readme_names_the_two_commands_of_a_newcomer() -> None:
    said = {target for line in code_lines("README.md") for target, _ in MAKE.findall(line)}
    assert {"demo", "test"} <= said
