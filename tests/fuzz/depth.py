"""How far a run goes: `make test` a little, `make fuzz` a long way."""

import os

DEEP = os.environ.get("CAMPUSG_FUZZ") == "deep"


def rounds(few: int, many: int) -> int:
    """So many for this run."""
    return many if DEEP else few
