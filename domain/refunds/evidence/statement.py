"""The evidence for a customer's bank: one text with the order, its times and what proves the hand-over."""

from dataclasses import dataclass
from datetime import datetime

from domain.campuses.campus import Campus
from domain.database.event_log_repository import read_order_history
from domain.database.unit_of_work import UnitOfWork
from domain.money import format_money
from domain.orders.states import Order
from domain.refunds.model import LIVE_REFUNDS, Dispute
from domain.refunds.repository import list_order_refunds
from domain.words import say_plain

BANKS_LANGUAGE = "en"
MAX_ITEMS_LENGTH = 1_000  # characters; the rest of the text is shorter, and Stripe takes 20,000 in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the bank is sent, as Stripe names it. Nothing in it names a person."""

    product_description: str
    service_date: str  # the day of the hand-over at the campus; empty when nothing was handed over
    uncategorized_text: str


async def build_evidence(work: UnitOfWork, campus: Campus, order: Order, opened: Dispute) -> Evidence:
    """Return what we know of the order that a dispute is about."""
    currency, zone = order.price.currency, campus.zone
    refunds = await list_order_refunds(work, order.id)
    back = sum(one.amount for one in refunds if one.status in LIVE_REFUNDS)
    proof = await find_handover_proof(work, order)
    moments = {
        "placed": order.placed_at,
        "accepted": order.accepted_at,
        "bought": order.bought_at,
        "arrived": order.arrived_at,
        "delivered": order.delivered_at,
    }

    def tell_time(moment: datetime | None) -> str:
        return "-" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"

    items = ", ".join(f"{item.quantity} x {item.name}" for item in order.items)[:MAX_ITEMS_LENGTH]
    text = say_plain(
        BANKS_LANGUAGE,
        "bot-dispute-evidence",
        order=order.id,
        campus=campus.title,
        items=items,
        store=order.store_name,
        place=order.drop_point,
        ceiling=format_money(order.price.ceiling, currency),
        paid="-" if order.total is None else format_money(order.total, currency),
        back=format_money(back, currency),
        amount=format_money(opened.amount, opened.currency),
        zone=campus.time_zone,
        proof=proof if order.delivered_at is not None else "none",
        **{name: tell_time(moment) for name, moment in moments.items()},
    )
    return Evidence(
        product_description=items,
        service_date="" if order.delivered_at is None else f"{order.delivered_at.astimezone(zone):%Y-%m-%d}",
        uncategorized_text=text,
    )


async def find_handover_proof(work: UnitOfWork, order: Order) -> str:
    """Return what proves the handover: the PIN, a photo, or only an admin's word."""
    if order.proof_photo is not None:
        return "photo"
    told = await read_order_history(work, order.campus_id, order.id)
    return "admin" if any(event.event == "finished_by_admin" for event in told) else "pin"
