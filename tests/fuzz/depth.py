"""How far a run goes, with which luck: `make test` a little and always the same, `make fuzz` a long way and anew."""

import os
import time

DEEP = os.environ.get("CAMPUSG_FUZZ") == "deep"
SEED = int(os.environ.get("CAMPUSG_FUZZ_SEED") or (time.time_ns() % 1_000_000 if DEEP else 4))


def rounds(few: int, many: int) -> int:
    """So many for this run."""
    return many if DEEP else few
