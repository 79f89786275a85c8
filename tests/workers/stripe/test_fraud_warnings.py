"""An early fraud warning of a bank is told to the admins of its order, once; the event is not believed."""

from domain.messaging.buttons import Tap, pack
from tests.scenarios.refund_setup import complete_refund, completed_order
from tests.stack.worker_stack import WorkerStack
from workers.stripe.event_handler import handle_stripe_event

TYPE = "radar.early_fraud_warning.created"


async def test_a_warning_is_told_once_however_often_and_late_it_comes(shared_stack: WorkerStack) -> None:
    stack = shared_stack
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    (intent,) = await stack.intents(order.id)
    warning = await stack.control_stripe(f"disputes/{intent['latest_charge']}", warn=True)
    for number in (1, 2):
        await handle_stripe_event(stack.context, await stack.store_event(f"evt_warning_{number}", TYPE, warning))
    admins = stack.campus.admin_chat
    assert (await stack.notification_keys(order, admins)).count("notification-fraud-warning") == 1
    lines = await stack.rows("SELECT event FROM event_log WHERE order_id = :id AND subject = 'order'", id=order.id)
    assert [line.event for line in lines].count("fraud_warned") == 1, "the order's history says it once"


async def test_a_warning_is_settled_by_the_refund_it_asks_for(shared_stack: WorkerStack) -> None:
    stack = shared_stack
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    (intent,) = await stack.intents(order.id)
    warning = await stack.control_stripe(f"disputes/{intent['latest_charge']}", warn=True)
    await handle_stripe_event(stack.context, await stack.store_event("evt_refunded", TYPE, warning))
    query = (
        "SELECT notification.buttons, question.event FROM notification LEFT JOIN question"
        " ON question.notification_id = notification.id"
        " WHERE order_id = :id AND notification.key = 'notification-fraud-warning'"
    )
    (asked,) = await stack.rows(query, id=order.id)
    assert pack(Tap.REFUND, order.id) in str(asked.buttons) and asked.event is None
    await complete_refund(stack, order, None)
    (settled,) = await stack.rows(query, id=order.id)
    assert settled.event == "refund-requested"


async def test_a_warning_about_a_payment_of_somebody_else_tells_nothing(shared_stack: WorkerStack) -> None:
    stack = shared_stack
    lie = {"id": "issfr_1", "charge": "ch_of_somebody", "payment_intent": "pi_of_somebody", "metadata": {"order": "1"}}
    before = await stack.rows("SELECT count(*) FROM notification")
    await handle_stripe_event(stack.context, await stack.store_event("evt_lie", TYPE, lie))
    assert await stack.rows("SELECT count(*) FROM notification") == before
