"""How many inputs of each kind a run tried, and what became of them."""

from collections import Counter

TRIED: Counter[str] = Counter()


def tried(kind: str, many: int = 1) -> None:
    """Count inputs of a kind."""
    TRIED[kind] += many


def table() -> list[str]:
    """A line for each kind, and how many in all."""
    width = max((len(kind) for kind in TRIED), default=0)
    lines = [f"{kind:<{width}}  {count:>9,}" for kind, count in sorted(TRIED.items())]
    return [*lines, f"{'all':<{width}}  {TRIED.total():>9,}"]
