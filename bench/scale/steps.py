"""What one order costs, step by step: measured by `measured_steps.py`, kept as JSON, used by the simulation."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).parents[1] / "results" / "scale" / "steps.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A tap of a person and all that follows from it. Times in seconds, of the processor where not said otherwise."""

    name: str
    bot: float
    worker: float
    postgres: float
    alone: float  # seconds from the tap until the next person can go on, without any other order
    stripe_calls: float
    group_sends: float  # to the group of the runners
    group_edits: float
    private_sends: float  # sends and edits


def keep_steps(steps: Sequence[Step]) -> None:
    """Keep what was measured."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {key: value if isinstance(value, str) else round(value, 4) for key, value in asdict(step).items()}
        for step in steps
    ]
    FILE.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def kept_steps() -> tuple[Step, ...]:
    """Return what was kept. Raise FileNotFoundError when nothing was measured."""
    return tuple(Step(**row) for row in json.loads(FILE.read_text(encoding="utf-8")))
