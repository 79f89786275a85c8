"""A hold that Stripe makes after we gave up on it: no order that ended keeps somebody's money."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.order import Order, OrderStatus
from domain.people import Member
from tests.town import Town, founded
from workers.stripe_gateway import create_intent


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with founded(database_url) as place:
        yield place


async def unanswered_for_long(town: Town, customer: Member) -> tuple[Order, Any]:
    """An order whose hold was asked for again and again, for 16 minutes, without an answer; and the call."""
    await town.fault("POST /v1/payment_intents", "lost_answer", before=True, times=100)
    order = await town.place(customer)
    await town.drive()
    await town.sql(
        "UPDATE saga SET failing_since = now() - interval '16 minutes',"
        " data = jsonb_set(data, '{hold_call,at}', to_jsonb(extract(epoch FROM now() - interval '16 minutes')))"
        " WHERE order_id = :id",
        id=order.id,
    )
    return order, (await town.saga(order, "create_order")).call


@pytest.mark.parametrize("cancelled", [False, True], ids=["window over", "cancelled"])
async def test_a_hold_made_just_after_we_gave_up_is_released(town: Town, cancelled: bool) -> None:
    """Asked for the last time a moment ago: no trace of it yet means nothing, however long ago the first time was."""
    customer = await town.member()
    order, call = await unanswered_for_long(town, customer)
    if cancelled:
        await town.cancel(customer, order)
    await town.hurry()
    await town.no_faults()
    await town.hurry()
    await create_intent(town.workshop.stripe, call["params"], call["key"])  # Stripe finishes what we no longer await
    await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED
    assert [intent["status"] for intent in await town.intents(order.id)] == ["canceled"]
    assert await town.breaches() == []
