"""A hold that Stripe makes after we gave up on it is released, so that no ended order keeps a person's money."""

from typing import Any

import pytest

from domain.campuses.people import Member
from domain.orders.states import Order, OrderStatus
from tests.cases import case
from tests.stack.worker_stack import WorkerStack
from workers.stripe.gateway_intents import create_intent


async def order_with_unanswered_hold(stack: WorkerStack, customer: Member) -> tuple[Order, Any]:
    """Insert an order and its prepared call, which was tried for 16 minutes without an answer."""
    await stack.inject_fault("POST /v1/payment_intents", "lost_answer", before=True, times=100)
    order = await stack.place_order(customer)
    await stack.run_due()
    await stack.sql(
        "UPDATE saga SET failing_since = now() - interval '16 minutes',"
        " data = jsonb_set(data, '{hold_request,at}', to_jsonb(extract(epoch FROM now() - interval '16 minutes')))"
        " WHERE order_id = :id",
        id=order.id,
    )
    return order, (await stack.saga(order, "create_order")).call


@case(29)
@pytest.mark.parametrize("cancelled", [False, True], ids=["window over", "cancelled"])
async def test_a_hold_made_just_after_we_gave_up_is_released(own_stack: WorkerStack, cancelled: bool) -> None:
    """The last try was a moment ago, so a missing object proves nothing, however long ago the first try was."""
    customer = await own_stack.add_member()
    order, call = await order_with_unanswered_hold(own_stack, customer)
    if cancelled:
        await own_stack.cancel(customer, order)
    await own_stack.run_now()
    await own_stack.clear_faults()
    await own_stack.run_now()
    # Stripe finishes the call that we no longer await.
    await create_intent(own_stack.context.stripe, call["params"], call["key"])
    await own_stack.run_now()
    assert (await own_stack.order(order.id)).status is OrderStatus.CANCELLED
    assert [intent["status"] for intent in await own_stack.intents(order.id)] == ["canceled"]
    assert await own_stack.breaches() == []
