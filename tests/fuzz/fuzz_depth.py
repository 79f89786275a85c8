"""How far a run goes, with which luck: `make test` a little and always the same, `make fuzz` a long way and anew."""

import os
import time

IS_DEEP = os.environ.get("CAMPUSG_FUZZ") == "deep"
SEED = int(os.environ.get("CAMPUSG_FUZZ_SEED") or (time.time_ns() % 1_000_000 if IS_DEEP else 4))


def iterations(few: int, many: int) -> int:
    """So many for this run."""
    return many if IS_DEEP else few
