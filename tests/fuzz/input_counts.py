"""Counts the inputs of a run by kind."""

from collections import Counter

INPUT_COUNTS: Counter[str] = Counter()


def count_inputs(kind: str, many: int = 1) -> None:
    """Count inputs of a kind."""
    INPUT_COUNTS[kind] += many


def format_counts() -> list[str]:
    """Format a line for each kind, and the total."""
    width = max((len(kind) for kind in INPUT_COUNTS), default=0)
    lines = [f"{kind:<{width}}  {count:>9,}" for kind, count in sorted(INPUT_COUNTS.items())]
    return [*lines, f"{'all':<{width}}  {INPUT_COUNTS.total():>9,}"]
