"""Tests that `make test` and `make drills` together run each test once."""

import subprocess
import sys

import pytest

from sandbox.launch.stack import PROJECT

FILES = ("tests/workers/engine/test_lease_renewal.py", "tests/domain/payouts/test_netting.py")  # long tests, drills
DRILLS_OF_NETTING = 14


@pytest.mark.long
def test_both_parts_together_are_the_whole_and_share_nothing() -> None:
    whole, tests, drills = (collect(*part) for part in ((), ("--part=test",), ("--part=drills",)))

    assert sorted(tests + drills) == sorted(whole)
    assert len([name for name in whole if name.startswith(FILES[1])]) == DRILLS_OF_NETTING
    assert len([name for name in tests if name.startswith(FILES[1])]) == -(-DRILLS_OF_NETTING // 8)


def collect(*options: str) -> list[str]:
    """Return the names of the tests that pytest would run with these options."""
    command = (sys.executable, "-m", "pytest", "--collect-only", *options, *FILES)
    shown = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [line for line in shown.splitlines() if "::" in line]
