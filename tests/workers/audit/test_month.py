"""Days of a platform that is paid out daily, with all that moves its money, end in a clean audit."""

import pytest

from bench.month import CALENDAR, play_month
from tests.scenarios.reconciliation_setup import discrepancies
from tests.stack.worker_stack import WorkerStack


@pytest.mark.long
async def test_three_days_of_everything_end_clean(stack: WorkerStack) -> None:
    """`python -m bench.month` plays thirty."""
    month = await play_month(stack, days=3, orders_per_day=2)
    assert set(month.done) == {happens.__name__ for happens in CALENDAR}
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []
    ((oldest, newest),) = await stack.rows("SELECT now() - min(created_at), now() - max(created_at) FROM ledger_txn")
    assert (oldest.days, newest.days) == (3, 1)
