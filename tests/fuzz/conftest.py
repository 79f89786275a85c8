"""Prints what was tried at the end of a run."""

import pytest

from tests.fuzz.fuzz_depth import IS_DEEP, SEED
from tests.fuzz.input_counts import INPUT_COUNTS, format_counts


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts of `make fuzz`."""
    if IS_DEEP and INPUT_COUNTS:
        terminalreporter.section(f"inputs tried, by kind; seed {SEED}")
        terminalreporter.write_line("\n".join(format_counts()))
