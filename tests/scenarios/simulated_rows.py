"""The rows that Postgres would have of simulated orders, at a moment of the simulation that is now."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Table, insert

from domain.campuses.tables import membership, person, saved_card
from domain.database.actors import Role
from domain.database.tables import event_log
from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import OrderStatus
from domain.orders.tables import orders
from domain.payments.model import HoldEvent, HoldStatus
from domain.payments.tables import hold
from domain.refunds.tables import refund
from tests.domain.risk.simulated_facts import KeptOrder, KeptRows
from tests.domain.risk.simulation import REFUND_DELAY
from tests.domain.risk.traffic import IntendedOrder

DELIVERY_FEE = 100  # any: the rules see totals only
STAGES = ("claimed", "bought", "picked_up", "arrived", "handed_over")
STATUSES = (
    OrderStatus.CREATED,
    OrderStatus.ACCEPTED,
    OrderStatus.PLACED,
    OrderStatus.ON_THE_WAY,
    OrderStatus.ARRIVED,
    OrderStatus.COMPLETED,
)
REACHED = ("accepted_at", "bought_at", "picked_up_at", "arrived_at", "delivered_at")
Rows = dict[Table, list[dict[str, Any]]]


async def insert_kept(work: UnitOfWork, campus_id: int, kept: KeptRows, now: datetime) -> None:
    """Insert all that the simulation keeps at its `now`, which becomes the `now` of this transaction."""
    shift = work.now - now
    rows: Rows = {table: [] for table in (person, membership, saved_card, orders, hold, event_log, refund)}
    for number in sorted({*kept.customers, *kept.runners}):
        rows[person].append({"id": number, "first_name": "Somebody", "language": "en"})
        rows[membership].append({"campus_id": campus_id, "person_id": number})
    for number, customer in kept.customers.items():
        card = {"payment_method": f"pm_{number}", "brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2040}
        rows[saved_card].append({"person_id": number, "fingerprint": next(iter(customer.cards)), **card})
        taken = {each.at: each.order for each in customer.orders}
        newest = [each.order for each in customer.orders]
        for attempt in customer.attempts:
            order = taken.get(attempt.at) or newest[0]
            _add_order(rows, campus_id, KeptOrder(at=attempt.at, order=order), now, shift, declined=attempt.declined)
    numbered = insert(orders).returning(orders.c.id, sort_by_parameter_order=True)
    for table in (person, membership, saved_card):
        await work.connection.execute(insert(table), rows[table])
    numbers = (await work.connection.execute(numbered, rows[orders])).scalars().all()
    for table in (hold, event_log, refund):
        if rows[table]:
            found = [row | {"order_id": numbers[row["order_id"]]} for row in rows[table]]
            await work.connection.execute(insert(table), found)


def _add_order(rows: Rows, campus_id: int, kept: KeptOrder, now: datetime, shift: timedelta, *, declined: bool) -> None:
    order, number = kept.order, len(rows[orders])  # its place among the orders
    times = [kept.at, *_times_of(kept)]
    reached = 0 if declined else sum(at <= now for at in times) - 1
    is_over = reached == len(STAGES)
    row = {
        name: at + shift if index < reached else None
        for index, (name, at) in enumerate(zip(REACHED, times[1:], strict=True))
    }
    rows[orders].append(
        _money_of(order, is_bought=reached >= 2)
        | row
        | {
            "campus_id": campus_id,
            "customer_id": order.customer,
            "runner_id": order.runner if reached > 0 else None,
            "status": OrderStatus.CANCELLED if declined else STATUSES[reached],
            "placed_at": kept.at + shift,
            "completed_at": row["delivered_at"] if is_over else None,
            "ended_at": kept.at + shift if declined else None,
            "proof_photo": None if order.by_pin or not is_over else "a photo",
        }
    )
    rows[hold].append(_hold_of(number, kept, shift, is_over=is_over, declined=declined))
    happened = HoldEvent.DECLINED if declined else HoldEvent.MADE
    logged = {"campus_id": campus_id, "order_id": number, "subject": "hold", "subject_id": str(number)}
    rows[event_log].append(logged | {"event": happened, "actor_role": Role.SYSTEM, "at": kept.at + shift})
    if is_over and order.complains and order.by_pin and times[-1] + REFUND_DELAY < now:
        rows[refund].append(_refund_of(campus_id, number, order, times[-1] + REFUND_DELAY + shift))


def _hold_of(number: int, kept: KeptOrder, shift: timedelta, *, is_over: bool, declined: bool) -> dict[str, Any]:
    return {
        "order_id": number,
        "saga_id": uuid4(),
        "status": HoldStatus.REFUSED if declined else HoldStatus.CAPTURED if is_over else HoldStatus.HELD,
        "amount": kept.order.ceiling,
        "currency": "sgd",
        "payment_intent": f"pi_{number}",
        "captured": kept.order.total if is_over else 0,
        "made_at": None if declined else kept.at + shift,
        "card_fingerprint": kept.order.card,
        "risk_level": kept.order.radar_level,
    }


def _times_of(kept: KeptOrder) -> Iterator[datetime]:
    at = kept.at
    for stage in STAGES:
        at += getattr(kept.order.stages, stage)
        yield at


def _money_of(order: IntendedOrder, *, is_bought: bool) -> dict[str, Any]:
    service_fee = order.total - order.receipt - DELIVERY_FEE
    shop_limit = order.ceiling - DELIVERY_FEE - service_fee
    bought = {"receipt": order.receipt, "total": order.total, "runner_share": order.receipt}
    return {
        "store_name": "Koufu",
        "drop_point": "SOB, lobby",
        "currency": "sgd",
        "items_cost": order.receipt,
        "shop_limit": shop_limit,
        "delivery_fee": DELIVERY_FEE,
        "service_fee": service_fee,
        "tip": 0,
        "platform_basis_points": 1_000,
        "ceiling": order.ceiling,
        **(bought if is_bought else dict.fromkeys(bought)),
    }


def _refund_of(campus_id: int, number: int, order: IntendedOrder, at: datetime) -> dict[str, Any]:
    return {
        "campus_id": campus_id,
        "order_id": number,
        "runner_id": order.runner,
        "asked_by": order.customer,
        "amount": order.total,
        "runner_amount": 0,
        "currency": "sgd",
        "payment_intent": f"pi_{number}",
        "reason": "cold",
        "status": "requested",
        "asked_at": at,
    }
