"""Refunds and disputes in tests: an admin's refund, the ledger's postings, and what Stripe has."""

import json
from typing import Any

from domain.campuses.people import Member
from domain.orders.states import Bearer, Order
from domain.refunds import use_cases as refunds_use_cases
from tests.scenarios.scenario_setup import new_admin, refunds_of
from tests.stack.worker_stack import WorkerStack
from workers.stripe.event_handler import handle_stripe_event

EVENT_TYPES_BY_OBJECT = {
    "payment_intent": "payment_intent.canceled",
    "refund": "refund.updated",
    "dispute": "charge.dispute.updated",
    "account": "account.updated",
    "application": "account.application.deauthorized",
    "payout": "payout.failed",
}


async def completed_order(stack: WorkerStack, runner: Member, *, card: str = "pm_card_visa") -> Order:
    """Play an order paid with this card: 11.30, of which 10.30 are the runner's (8.50 for the food)."""
    order = await stack.claimed_order(runner, await stack.add_member(card=card))
    await stack.deliver(runner, order)
    await stack.run_due()
    return await stack.order(order.id)


async def refund_order(
    stack: WorkerStack,
    order: Order,
    amount: int | None,
    bearer: Bearer = Bearer.PLATFORM,
    *,
    admin: Member | None = None,
) -> None:
    """Tap [Refund] as an admin; the money has not moved yet."""
    who = admin or await new_admin(stack)
    await stack.act(refunds_use_cases.start_refund, who, order.id, amount, bearer, "cold <soup>")


async def complete_refund(
    stack: WorkerStack, order: Order, amount: int | None, bearer: Bearer = Bearer.PLATFORM
) -> None:
    """Tap [Refund] as an admin, and let the workers move the money."""
    await refund_order(stack, order, amount, bearer)
    await stack.run_due()


async def refund_rows(stack: WorkerStack, order: Order) -> list[tuple[str, int, int]]:
    """(status, amount, runner's part) of the order's refunds."""
    rows = await stack.rows_of(order, "refund", "status, amount, runner_amount")
    return [(status, amount, runner_amount) for status, amount, runner_amount in rows]


async def payable_state(stack: WorkerStack, order: Order) -> tuple[str, int, int]:
    """(status, withheld, sent) of the runner's payable."""
    ((status, withheld, sent),) = await stack.rows_of(order, "payable", "status, withheld, sent")
    return status, withheld, sent


async def booked_amounts(stack: WorkerStack, order: Order) -> dict[str, int]:
    """The sums of the order's postings, by the first word of the ledger account."""
    rows = await stack.rows(
        "SELECT split_part(a.code, ':', 1) AS account, sum(e.amount) AS amount FROM ledger_entry e"
        " JOIN ledger_txn t ON t.id = e.txn_id JOIN ledger_account a ON a.id = e.account_id"
        " WHERE t.order_id = :id GROUP BY 1 HAVING sum(e.amount) <> 0",
        id=order.id,
    )
    return {row.account: int(row.amount) for row in rows}


async def settle_refund_late(stack: WorkerStack, order: Order) -> dict[str, Any]:
    """Set the status that a refund has at Stripe after the bank's late answer."""
    await stack.control_stripe("clock", advance=61)
    (found,) = await refunds_of(stack, order.id)
    return found


async def receive_event(stack: WorkerStack, event_id: str, found: dict[str, Any], account: str | None = None) -> None:
    """Store Stripe's event about this object, and handle it."""
    values = {"id": event_id, "account": account, "payload": json.dumps({"data": {"object": found}})}
    await stack.sql(
        "INSERT INTO stripe_event (id, type, account, payload) VALUES (:id, :type, :account, CAST(:payload AS jsonb))",
        type=EVENT_TYPES_BY_OBJECT[found["object"]],
        **values,
    )
    await handle_stripe_event(stack.context, event_id)
    await stack.run_due()


async def deliver_dispute(stack: WorkerStack, order: Order, **change: object) -> dict[str, Any]:
    """Open or decide a dispute at Stripe, and handle its event twice."""
    (intent,) = [one for one in await stack.intents(order.id) if one["status"] == "succeeded"]
    found: dict[str, Any] = await stack.control_stripe(f"disputes/{intent['latest_charge']}", **change)
    for number in range(2):
        await receive_event(stack, f"evt_{found['id']}_{found['status']}_{number}", found)
    return found
