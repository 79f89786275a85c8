"""Reconciliation in tests: one pass or all of it, the discrepancies found, and ways to cause them."""

import asyncio
from typing import Any, cast

from domain.orders.states import Order
from tests.stack.worker_stack import WorkerStack
from workers.reconciliation.reconciler import reconcile, reconcile_everything
from workers.stripe.event_handler import handle_waiting_stripe_events

DiscrepancyRow = tuple[str, str, str]


async def reconcile_once(stack: WorkerStack, name: str = "comparer") -> None:
    """Run the reconciler twice as a worker does; the second time every list is due."""
    await reconcile(stack.new_worker(name), asyncio.Event())
    await stack.sql("UPDATE list_cursor SET due_at = now()")
    await reconcile(stack.new_worker(name), asyncio.Event())


async def reconcile_all(stack: WorkerStack) -> None:
    """Read all lists to their end, handle the events found, and run the due sagas."""
    await reconcile_everything(stack.new_worker("comparer"))
    await handle_waiting_stripe_events(stack.context, 1_000)
    await stack.run_due()


async def discrepancies(stack: WorkerStack, status: str = "open") -> list[DiscrepancyRow]:
    """(kind, subject, note) of the discrepancies in this status."""
    query = "SELECT kind, subject, note FROM discrepancy WHERE status = :status ORDER BY id"
    return [tuple(row) for row in await stack.rows(query, status=status)]


async def admin_notifications(stack: WorkerStack) -> list[str]:
    """The keys of the admins' notifications about discrepancies and dying holds, oldest first."""
    query = (
        "SELECT key FROM notification"
        " WHERE key LIKE 'notification-discrepancy%' OR key = 'notification-hold-expiring' ORDER BY id"
    )
    return [row.key for row in await stack.rows(query)]


async def stripe_call_paths(stack: WorkerStack) -> list[str]:
    """The calls that Stripe has received."""
    return [f"{call['verb']} {call['path']}" for call in await stack.inspect_stripe("requests")]


async def create_stray_intent(stack: WorkerStack, **metadata: str) -> dict[str, Any]:
    """Create a hold at Stripe that no saga of ours made."""
    customer = (await stack.add_member()).stripe_customer
    (method,) = [
        one for one in await stack.inspect_stripe("objects", kind="payment_method") if one["customer"] == customer
    ]
    params = {"amount": 700, "currency": "sgd", "customer": customer, "payment_method": method["id"]}
    params |= {"capture_method": "manual", "confirm": True, "return_url": "https://t.me/x", "metadata": metadata}
    made = await stack.context.stripe.v1.payment_intents.create_async(cast(Any, params))
    return made.to_dict()


async def create_stray_transfer(stack: WorkerStack, order: Order, account: str, **metadata: str) -> dict[str, Any]:
    """Create a transfer of an order's money at Stripe that no saga of ours made."""
    (intent,) = await stack.intents(order.id)
    params = {"amount": 50, "currency": "sgd", "destination": account, "metadata": metadata}
    params |= {"transfer_group": f"order_{order.id}", "source_transaction": intent["latest_charge"]}
    made = await stack.context.stripe.v1.transfers.create_async(cast(Any, params))
    return made.to_dict()


async def forget_payment(stack: WorkerStack, order: Order) -> None:
    """Insert a discrepancy about a payment that the books do not know, as after a restored backup."""
    await stack.sql(
        "INSERT INTO discrepancy (campus_id, kind, subject, order_id, remote_value, currency)"
        " VALUES (:campus, 'unknown_intent', 'pi_forgotten', :order, 1130, 'sgd')",
        campus=stack.campus.id,
        order=order.id,
    )
