"""Signals and events: they reach a running saga as rows, are handled once, and never wake a saga that is over."""

import time

from domain.orders.states import Order, OrderStatus
from domain.saga.signal_repository import signal_saga
from tests.cases import case
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga
from workers.scheduling.due_work_repository import list_due_sagas
from workers.stripe.event_handler import handle_stripe_event, handle_waiting_stripe_events

APPROVAL_CARD = "pm_card_authenticationRequired"


async def order_awaiting_approval(stack: WorkerStack) -> Order:
    """Return an order whose bank was asked for an approval."""
    order = await stack.place_order(await stack.add_member(card=APPROVAL_CARD))
    await stack.run_due()
    return order


async def test_s8_late_signals_never_restart_a_saga_that_is_over(shared_stack: WorkerStack) -> None:
    """The original reopened cancelled orders."""
    stack = shared_stack
    order = await order_awaiting_approval(stack)
    await stack.cancel(await stack.committed_member(order.customer_id), order)
    await stack.run_due()
    ended, row = await stack.order(order.id), await stack.saga(order, "create_order")
    async with stack.database() as work:
        for name in ("hold_made", "declined", "cancelled", "account_ready"):
            await signal_saga(work, row.id, name)
    await stack.run_now()
    await advance_saga(stack.context, row.id)
    assert await stack.order(order.id) == ended
    assert await stack.saga(order, "create_order") == row


async def test_a_signal_wakes_a_saga_that_rests(shared_stack: WorkerStack) -> None:
    """The saga does not wait for its next poll."""
    stack = shared_stack
    order = await order_awaiting_approval(stack)
    async with stack.database() as work:
        assert await list_due_sagas(work.connection, 10) == []
    await stack.cancel(await stack.committed_member(order.customer_id), order)
    async with stack.database() as work:
        assert await list_due_sagas(work.connection, 10) == [(await stack.saga(order, "create_order")).id]
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED


async def test_a_signal_sent_twice_is_handled_once(shared_stack: WorkerStack) -> None:
    stack = shared_stack
    order = await order_awaiting_approval(stack)
    customer = await stack.committed_member(order.customer_id)
    for _ in range(3):
        await stack.cancel(customer, order)
    await stack.run_due()
    assert await stack.rows(
        "SELECT count(*) FROM event_log WHERE order_id = :id AND event = 'unpaid'", id=order.id
    ) == [(1,)]


async def test_a_signal_that_is_read_does_not_keep_a_saga_awake(shared_stack: WorkerStack) -> None:
    stack = shared_stack
    order = await order_awaiting_approval(stack)
    async with stack.database() as work:
        await signal_saga(work, (await stack.saga(order, "create_order")).id, "stripe_event:nothing_new")
    await stack.run_due()
    async with stack.database() as work:
        assert await list_due_sagas(work.connection, 10) == []
    assert (await stack.order(order.id)).status is OrderStatus.PENDING


async def test_m13_an_event_of_stripe_lets_the_saga_check_at_once(shared_stack: WorkerStack) -> None:
    """The event only makes the saga ask Stripe."""
    stack = shared_stack
    order = await order_awaiting_approval(stack)
    (intent,) = await stack.intents(order.id)
    about = {"object": "payment_intent", "id": intent["id"]}
    await stack.control_stripe(f"approve/{intent['id']}", ok=True)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.PENDING
    kind = "payment_intent.amount_capturable_updated"
    event = await stack.store_event("evt_true", kind, about)
    for _ in range(2):
        await handle_stripe_event(stack.context, event)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CREATED


@case(37)
async def test_a1_an_event_that_lies_changes_nothing(shared_stack: WorkerStack) -> None:
    """The event says that the money is held; Stripe, when asked, says that it is not."""
    stack = shared_stack
    order = await order_awaiting_approval(stack)
    (intent,) = await stack.intents(order.id)
    lie = {"object": "payment_intent", "id": intent["id"], "status": "requires_capture", "metadata": {"order": "1"}}
    await stack.store_event("evt_lie", "payment_intent.amount_capturable_updated", lie)
    await stack.store_event("evt_odd", "payment_intent.canceled", {"object": "payment_intent", "id": "pi_of_nobody"})
    await stack.store_event("evt_other", "file.created", {"object": "file", "id": "file_1"})
    await handle_waiting_stripe_events(stack.context, 50)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.PENDING
    assert await stack.rows("SELECT count(*) FROM stripe_event WHERE handled_at IS NULL") == [(0,)]


async def test_s8_events_for_what_is_over_change_nothing(shared_stack: WorkerStack) -> None:
    """The events are replayed in every state."""
    stack = shared_stack
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    about = {"object": "payment_intent", "id": intent["id"]}
    done, states = await stack.order(order.id), await stack.saga_states(order.id)
    for number, kind in enumerate(("payment_intent.canceled", "payment_intent.succeeded", "payment_intent.created")):
        await stack.store_event(f"evt_late{number}", kind, about)
    await handle_waiting_stripe_events(stack.context, 50)
    await stack.run_now()
    assert (await stack.order(order.id), await stack.saga_states(order.id)) == (done, states)


async def test_s6_checks_grow_rarer_but_never_pass_the_deadline(shared_stack: WorkerStack) -> None:
    """With every webhook lost, the poll finds the change."""
    stack = shared_stack
    order = await order_awaiting_approval(stack)
    for waited, expected in ((0, 3), (100, 10), (300, 30), (890, 10)):
        began = time.monotonic()
        await stack.sql(
            "UPDATE saga SET waiting_until = now() + make_interval(secs => 900 - :w) WHERE order_id = :id",
            w=waited,
            id=order.id,
        )
        await stack.run_now()
        ((pause,),) = await stack.rows(
            "SELECT extract(epoch FROM wake_at - now()) FROM saga WHERE order_id = :id", id=order.id
        )
        passed = time.monotonic() - began
        assert expected - passed - 0.1 <= float(pause) <= expected + passed / 10 + 0.1


async def test_the_books_balance_after_all_this(shared_stack: WorkerStack) -> None:
    assert await shared_stack.breaches() == []


async def test_an_event_that_can_not_be_read_is_given_up_and_holds_up_no_other(shared_stack: WorkerStack) -> None:
    stack = shared_stack
    order = await order_awaiting_approval(stack)
    (intent,) = await stack.intents(order.id)
    about = {"object": "payment_intent", "id": intent["id"]}
    await stack.sql(
        "INSERT INTO stripe_event (id, type, payload) VALUES ('evt_broken', 'odd', '{\"data\": {\"object\": []}}')"
    )
    await stack.store_event("evt_behind", "payment_intent.canceled", about)
    await handle_waiting_stripe_events(stack.context, 50)
    query = (
        "SELECT id, tries, handled_at IS NULL FROM stripe_event WHERE id IN ('evt_broken', 'evt_behind') ORDER BY id"
    )
    assert await stack.rows(query) == [("evt_behind", 0, False), ("evt_broken", 1, True)]
    for _ in range(4):
        await handle_waiting_stripe_events(stack.context, 50)
    assert await stack.rows(query) == [("evt_behind", 0, False), ("evt_broken", 5, False)]
