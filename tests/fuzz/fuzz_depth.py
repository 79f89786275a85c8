"""How many inputs a run tries, and its seed: `make test` few and always the same, `make fuzz` many and new ones."""

import os
import time
from collections.abc import Sequence
from typing import TypeVar

IS_DEEP = os.environ.get("CAMPUSG_FUZZ") == "deep"
SEED = int(os.environ.get("CAMPUSG_FUZZ_SEED") or (time.time_ns() % 1_000_000 if IS_DEEP else 4))

Case = TypeVar("Case")


def iterations(few: int, many: int) -> int:
    """Return the number of iterations for this kind of run."""
    return many if IS_DEEP else few


def sample(cases: Sequence[Case], every: int, first: int = 0) -> list[Case]:
    """Return all cases in a deep run, else every nth one, beginning with the one at this place."""
    return list(cases) if IS_DEEP else list(cases)[first::every]
