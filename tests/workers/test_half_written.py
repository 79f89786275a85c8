"""A database that fails in the middle of what an answer changes: all of it is written, or nothing."""

import pytest

from domain.order import OrderStatus
from tests.town import Town
from tests.workers.breakage import broken


@pytest.mark.parametrize("at_commit", [False, True], ids=["in the middle", "at the commit"])
@pytest.mark.parametrize("table", ["hold", "ledger_txn", "ledger_entry", "payable", "live_card", "event"])
async def test_m16_a_capture_is_booked_whole_or_not_at_all(shared_town: Town, table: str, at_commit: bool) -> None:
    """M16."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    async with broken(town, table, at_commit=at_commit):
        await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.DELIVERED
    assert await town.rows("SELECT captured FROM hold WHERE order_id = :id", id=order.id) == [(0,)]
    for empty in ("ledger_txn", "payable"):
        assert await town.rows(f"SELECT id FROM {empty} WHERE order_id = :id", id=order.id) == []
    row = await town.saga(order, "complete_order")
    assert (row.status, row.tries) == ("running", 1)
    assert "broken" in row.error
    await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    assert len(await town.transfers(order.id)) == 1
    assert await town.breaches() == []


@pytest.mark.parametrize("table", ["hold", "orders", "timer", "live_card"])
async def test_s10_an_order_is_published_with_its_deadline_or_not_at_all(shared_town: Town, table: str) -> None:
    """S10, M16."""
    town = shared_town
    order = await town.place(await town.member())
    async with broken(town, table):
        await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.PENDING
    assert await town.rows("SELECT id FROM timer WHERE order_id = :id", id=order.id) == []
    assert await town.rows("SELECT status FROM hold WHERE order_id = :id", id=order.id) == [("requested",)]
    await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.CREATED
    assert await town.rows("SELECT status FROM timer WHERE order_id = :id", id=order.id) == [("set",)] * 3
    assert len(await town.intents(order.id)) == 1


@pytest.mark.parametrize("table", ["saga", "live_card", "push", "event"])
async def test_a_claim_is_written_whole_or_not_at_all(shared_town: Town, table: str) -> None:
    town = shared_town
    runner, order = await town.member(runner=True, card=None), await town.open_job()
    async with broken(town, table):
        with pytest.raises(Exception, match="broken on purpose"):
            await town.claim(runner, order)
    assert await town.order(order.id) == order
    await town.claim(runner, order)
    await town.drive()
    assert (await town.order(order.id)).hold_checked


@pytest.mark.parametrize("table", ["payable", "ledger_entry", "push"])
async def test_m16_a_transfer_is_booked_whole_or_not_at_all(shared_town: Town, table: str) -> None:
    """M16, M4."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.fault("POST /v1/transfers", "status", status=429)
    await town.drive()
    async with broken(town, table):
        await town.hurry()
    assert await town.rows("SELECT status FROM payable WHERE order_id = :id", id=order.id) == [("sending",)]
    assert await town.rows("SELECT id FROM ledger_txn WHERE order_id = :id AND kind = 'transfer'", id=order.id) == []
    assert "push-paid" not in await town.told(order)
    await town.hurry()
    assert await town.rows("SELECT status FROM payable WHERE order_id = :id", id=order.id) == [("paid",)]
    assert await town.breaches() == []
