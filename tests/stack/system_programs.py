"""Programs of others, which not every machine has; `.ci/run` installs them where it can."""

import shutil

import pytest

FOLDERS_OF_SERVERS = "/usr/local/sbin:/usr/sbin"  # not on everybody's PATH


def require_program(name: str) -> str:
    """Return the path of prometheus, promtool or pgbouncer; without it the test is skipped, and the summary says so."""
    path = shutil.which(name) or shutil.which(name, path=FOLDERS_OF_SERVERS)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path
