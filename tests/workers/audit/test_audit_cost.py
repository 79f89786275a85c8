"""The cost of an audit of some days does not grow with the number of older orders."""

from pathlib import Path

import pytest

from bench.audit_cost import filled_stack, measure_modes

pytestmark = pytest.mark.long


async def test_a_window_reads_few_rows_and_pages_when_there_are_many_old_orders(
    database_url: str, tmp_path: Path
) -> None:
    """`python -m bench.audit_cost` measures the same with 5,000 older orders."""
    async with filled_stack(database_url, tmp_path, old=150, new=2) as stack:
        full, window = await measure_modes(stack, database_url)
    assert (full.broken, window.broken) == ([], [])
    assert (full.orders, window.orders) == (152, 2)
    assert full.rows > 152 * 10
    assert window.rows < 2 * 30
    assert full.calls == 2 + 2 + 1 + 1, "152 intents, 152 transfers, no refunds, the balance"
    assert window.calls == 5, "intents, transfers, refunds, reversals, the balance"
