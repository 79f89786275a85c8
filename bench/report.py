"""Lines of a report that somebody reads while the rest is still measured, and the percentile that they tell."""

import statistics
from collections.abc import Sequence


def print_line(line: str) -> None:
    """Print a line and flush it."""
    print(line, flush=True)


def find_p99(values: Sequence[float]) -> float:
    """Return the 99th percentile, interpolated between the values; of a single value, that one."""
    return statistics.quantiles(values, n=100, method="inclusive")[98] if len(values) > 1 else values[0]
