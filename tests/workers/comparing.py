"""Reconciliation in a town: one turn, or all of it; what differs; and the levers that make it differ."""

import asyncio
from typing import Any

from domain.order import Order
from tests.town import Town
from workers.hints import read_hints
from workers.reconciling.rounds import reconcile, reconcile_everything
from workers.stripe_gateway import create_intent, create_transfer

Row = tuple[str, str, str]


async def turn(town: Town, name: str = "comparer") -> None:
    """What a worker does every two seconds; the second time everything is due."""
    await reconcile(town.worker(name), asyncio.Event())
    await town.sql("UPDATE reading SET due_at = now()")
    await reconcile(town.worker(name), asyncio.Event())


async def compare(town: Town) -> None:
    """All lists to their end, what they brought handled, and the sagas driven."""
    await reconcile_everything(town.worker("comparer"))
    await read_hints(town.workshop, 1_000)
    await town.drive()


async def differences(town: Town, status: str = "open") -> list[Row]:
    """(kind, subject, note) of those that stand like this."""
    query = "SELECT kind, subject, note FROM difference WHERE status = :status ORDER BY id"
    return [tuple(row) for row in await town.rows(query, status=status)]


async def told(town: Town) -> list[str]:
    """What the admins were told of differences and holds, oldest first."""
    query = "SELECT key FROM push WHERE key LIKE 'push-difference%' OR key = 'push-hold-dying' ORDER BY id"
    return [row.key for row in await town.rows(query)]


async def paths(town: Town) -> list[str]:
    """The calls Stripe got so far."""
    return [f"{call['verb']} {call['path']}" for call in await town.look("requests")]


async def stray_intent(town: Town, **metadata: str) -> dict[str, Any]:
    """A hold that somebody made behind our back."""
    customer = (await town.member()).stripe_customer
    (method,) = [one for one in await town.look("objects", kind="payment_method") if one["customer"] == customer]
    params = {"amount": 700, "currency": "sgd", "customer": customer, "payment_method": method["id"]}
    params |= {"capture_method": "manual", "confirm": True, "return_url": "https://t.me/x", "metadata": metadata}
    return await create_intent(town.workshop.stripe, params, f"stray:{customer}")


async def stray_transfer(town: Town, order: Order, account: str, **metadata: str) -> dict[str, Any]:
    """A transfer of an order's money that somebody made behind our back."""
    (intent,) = await town.intents(order.id)
    params = {"amount": 50, "currency": "sgd", "destination": account, "metadata": metadata}
    params |= {"transfer_group": f"order_{order.id}", "source_transaction": intent["latest_charge"]}
    return await create_transfer(town.workshop.stripe, params, f"stray:{order.id}:{len(metadata)}")


async def forget_payment(town: Town, order: Order) -> None:
    """Stripe has a payment of this order that the books know nothing of, as after a restored backup."""
    await town.sql(
        "INSERT INTO difference (campus_id, kind, subject, order_id, theirs, currency)"
        " VALUES (:campus, 'unknown_intent', 'pi_forgotten', :order, 1130, 'sgd')",
        campus=town.campus.id,
        order=order.id,
    )
