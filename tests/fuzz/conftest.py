"""At the end of a run: what was tried."""

import pytest

from tests.fuzz.counts import TRIED, table
from tests.fuzz.depth import DEEP, SEED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts of `make fuzz`."""
    if DEEP and TRIED:
        terminalreporter.section(f"what was tried, by kind; seed {SEED}")
        terminalreporter.write_line("\n".join(table()))
