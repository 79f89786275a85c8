"""Refunds in a town: an admin's word, the ledger's lines, and what Stripe has."""

import json
from typing import Any

from domain.order import Bearer, Order
from domain.people import Member
from domain.store.use_cases import refunding
from tests.town import Town
from tests.workers.scenes import new_admin, refunds_of
from workers.hints import read_hint


async def completed(town: Town, runner: Member, *, card: str = "pm_card_visa") -> Order:
    """An order of somebody with this card, paid: 11.30 of which 10.30 are the runner's (8.50 for the food)."""
    order = await town.held_job(runner, await town.member(card=card))
    await town.carry(runner, order)
    await town.hand_over(runner, order)
    await town.drive()
    return await town.order(order.id)


async def give_back(
    town: Town, order: Order, amount: int | None, bearer: Bearer = Bearer.PLATFORM, *, admin: Member | None = None
) -> None:
    """An admin's [Refund]; the money has yet to move."""
    who = admin or await new_admin(town)
    async with town.database() as work:
        await refunding.give(work, town.campus, who, order.id, amount, bearer, "cold <soup>")


async def refund_rows(town: Town, order: Order) -> list[tuple[str, int, int]]:
    """(status, amount, her part) of the order's refunds."""
    rows = await town.rows("SELECT status, amount, hers FROM refund WHERE order_id = :id ORDER BY id", id=order.id)
    return [tuple(row) for row in rows]


async def payable(town: Town, order: Order) -> tuple[str, int, int]:
    """(status, withheld, sent) of what the runner is owed."""
    ((status, withheld, sent),) = await town.rows(
        "SELECT status, withheld, sent FROM payable WHERE order_id = :id", id=order.id
    )
    return status, withheld, sent


async def booked(town: Town, order: Order) -> dict[str, int]:
    """What the order's postings sum up to, by the account's first word."""
    rows = await town.rows(
        "SELECT split_part(a.code, ':', 1) AS account, sum(e.amount) AS amount FROM ledger_entry e"
        " JOIN ledger_txn t ON t.id = e.txn_id JOIN ledger_account a ON a.id = e.account_id"
        " WHERE t.order_id = :id GROUP BY 1 HAVING sum(e.amount) <> 0",
        id=order.id,
    )
    return {row.account: int(row.amount) for row in rows}


async def late_answer(town: Town, order: Order) -> dict[str, Any]:
    """The bank's late answer to a refund: how the refund stands at Stripe after it."""
    await town.control("clock", advance=61)
    (found,) = await refunds_of(town, order.id)
    return found


async def hear(town: Town, event_id: str, found: dict[str, Any], account: str | None = None) -> None:
    """Stripe's event about this object, stored and read."""
    values = {"id": event_id, "account": account, "payload": json.dumps({"data": {"object": found}})}
    await town.sql(
        "INSERT INTO stripe_event (id, type, account, payload) VALUES (:id, 'any', :account, CAST(:payload AS jsonb))",
        **values,
    )
    await read_hint(town.workshop, event_id)
    await town.drive()


async def dispute(town: Town, order: Order, **change: object) -> dict[str, Any]:
    """The bank begins to look into the payment, or decides; we are told of it, twice."""
    (intent,) = [one for one in await town.intents(order.id) if one["status"] == "succeeded"]
    found: dict[str, Any] = await town.control(f"disputes/{intent['latest_charge']}", **change)
    for number in range(2):
        await hear(town, f"evt_{found['id']}_{found['status']}_{number}", found)
    return found
