"""How many inputs a run tries, and its seed: `make test` few and always the same, `make fuzz` many and new ones."""

import os
import time

IS_DEEP = os.environ.get("CAMPUSG_FUZZ") == "deep"
SEED = int(os.environ.get("CAMPUSG_FUZZ_SEED") or (time.time_ns() % 1_000_000 if IS_DEEP else 4))


def iterations(few: int, many: int) -> int:
    """Return the number of iterations for this kind of run."""
    return many if IS_DEEP else few
