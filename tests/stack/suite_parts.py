"""The two parts of the suite: `make test` has every test but the long ones, and some of each file's drills.

A drill tries one claim in one more way, at the price of a process, a migration or a whole order. `make test` runs every
eighth of a file, and `make drills` the others with the long tests, so that both together run each test once. Without
`--part`, pytest runs whatever it is given.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

PARTS = ("test", "drills")
EVERY_NTH_DRILL = 8  # of a file is in `make test`, beginning with the first


def add_part_option(parser: pytest.Parser) -> None:
    """Add `--part` to the options of pytest."""
    parser.addoption("--part", choices=PARTS, help="run this part of the suite alone: tests, or long tests and drills")


def deselect_other_part(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the part that was asked for does not have."""
    part = config.getoption("part")
    if part is None:
        return
    longer = _longer_items(items)
    left_out = longer if part == "test" else [item for item in items if item not in longer]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if (item in longer) is (part == "drills")]


def _longer_items(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    longer = {item for item in items if item.get_closest_marker("long")}
    drills = [item for item in items if item not in longer and item.get_closest_marker("drill")]
    seen: Counter[Path] = Counter()
    for item in drills:
        if seen[item.path] % EVERY_NTH_DRILL:
            longer.add(item)
        seen[item.path] += 1
    return longer
