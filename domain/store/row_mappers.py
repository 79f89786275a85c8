"""Mappers from database rows to the domain's frozen data, and back for what is stored as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from domain.campus import Campus
from domain.draft import Draft
from domain.feedback import Rating, RatingReason
from domain.order import Bearer, Order, OrderStatus
from domain.payment import (
    CustomerDebt,
    CustomerDebtStatus,
    Dispute,
    DisputeStatus,
    Hold,
    HoldPart,
    HoldStatus,
    Payable,
    PayoutStatus,
    Refund,
    RefundStatus,
    RunnerDebt,
    RunnerDebtStatus,
)
from domain.people import Member, RunnerStatus, SavedCard
from domain.pricing import Fees, Item, Price
from domain.timers import Windows

RowValues = RowMapping | Mapping[str, Any]  # a row, or a part of one, by the names of its columns

_PRICE = ("currency", "shop_limit", "delivery_fee", "service_fee", "tip", "platform_basis_points")
_ORDER_CONVERTED = ("status", "items", "price", "borne_by")
_DRAFT_CONVERTED = ("items",)


def items_from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[Item, ...]:
    return tuple(Item(name=line["name"], quantity=line["quantity"], price=line["price"]) for line in stored)


def items_to_json(items: Sequence[Item]) -> list[dict[str, str | int]]:
    return [{"name": item.name, "quantity": item.quantity, "price": item.price} for item in items]


def order_from_row(row: RowValues) -> Order:
    plain = {name: row[name] for name in Order.__slots__ if name not in _ORDER_CONVERTED}
    price = Price(items=row["items_cost"], **{name: row[name] for name in _PRICE})
    borne_by = None if row["borne_by"] is None else Bearer(row["borne_by"])
    items = items_from_json(row["items"])
    return Order(status=OrderStatus(row["status"]), items=items, price=price, borne_by=borne_by, **plain)


def price_columns(price: Price) -> dict[str, str | int]:
    """Return the columns that keep an offer's price on an order."""
    columns: dict[str, str | int] = {name: getattr(price, name) for name in _PRICE}
    return columns | {"items_cost": price.items, "ceiling": price.ceiling}


def draft_from_row(row: RowValues) -> Draft:
    plain = {name: row[name] for name in Draft.__slots__ if name not in _DRAFT_CONVERTED}
    return Draft(items=items_from_json(row["items"]), **plain)


def hold_from_row(row: RowValues) -> Hold:
    plain = {name: row[name] for name in Hold.__slots__ if name not in ("status", "part")}
    return Hold(status=HoldStatus(row["status"]), part=HoldPart(row["part"]), **plain)


def payable_from_row(row: RowValues) -> Payable:
    plain = {name: row[name] for name in Payable.__slots__ if name != "status"}
    return Payable(status=PayoutStatus(row["status"]), **plain)


def refund_from_row(row: RowValues) -> Refund:
    plain = {name: row[name] for name in Refund.__slots__ if name != "status"}
    return Refund(status=RefundStatus(row["status"]), **plain)


def runner_debt_from_row(row: RowValues) -> RunnerDebt:
    plain = {name: row[name] for name in RunnerDebt.__slots__ if name != "status"}
    return RunnerDebt(status=RunnerDebtStatus(row["status"]), **plain)


def customer_debt_from_row(row: RowValues) -> CustomerDebt:
    plain = {name: row[name] for name in CustomerDebt.__slots__ if name != "status"}
    return CustomerDebt(status=CustomerDebtStatus(row["status"]), **plain)


def dispute_from_row(row: RowValues) -> Dispute:
    plain = {name: row[name] for name in Dispute.__slots__ if name != "status"}
    return Dispute(status=DisputeStatus(row["status"]), **plain)


def rating_from_row(row: RowValues) -> Rating:
    return Rating(good=row["good"], reason=None if row["reason"] is None else RatingReason(row["reason"]))


def campus_from_row(row: RowValues) -> Campus:
    made = ("fees", "windows", "hours", "fee_suggestions")
    plain = {name: row[name] for name in Campus.__slots__ if name not in made}
    return Campus(
        fees=Fees(currency=row["currency"], **row["fees"]),
        windows=Windows(**row["windows"]),
        hours={day: (opens, closes) for day, (opens, closes) in row["hours"].items()},
        fee_suggestions=tuple(row["fee_suggestions"]),
        **plain,
    )


def member_from_row(row: RowValues) -> Member:
    """Build a member from a row that joins membership, person and saved card (the card's columns may be null)."""
    plain = {name: row[name] for name in Member.__slots__ if name not in ("runner_status", "card")}
    card = None
    if row["payment_method"] is not None:
        card = SavedCard(**{name: row[name] for name in SavedCard.__slots__})
    return Member(runner_status=RunnerStatus(row["runner_status"]), card=card, **plain)
