"""Prometheus' own programs, which not every machine has; `.ci/run` installs them where it can."""

import shutil

import pytest


def require_program(name: str) -> str:
    """Return the path of prometheus or promtool; without it the test is skipped, and the summary says so."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path
