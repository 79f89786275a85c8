"""From a database row to the domain's frozen data, and back for what is stored as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from domain.aftercare import Praise, Rating
from domain.campus import Campus
from domain.draft import Draft
from domain.order import Bearer, Order, OrderStatus
from domain.payment import (
    CustomerDebt,
    CustomerDebtStatus,
    Debt,
    DebtStatus,
    Dispute,
    DisputeStatus,
    Hold,
    HoldPart,
    HoldStatus,
    Payable,
    PayoutStatus,
    Refund,
    RefundStatus,
)
from domain.people import Member, RunnerStatus, SavedCard
from domain.pricing import Fees, Item, Price
from domain.timers import Windows

Values = RowMapping | Mapping[str, Any]  # a row, or a part of one, by the names of its columns

_PRICE = ("currency", "shop_limit", "delivery_fee", "service_fee", "tip", "platform_basis_points")
_ORDER_MADE = ("status", "items", "price", "borne_by")
_DRAFT_MADE = ("items",)


def items_from(stored: Sequence[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Items of their JSON."""
    return tuple(Item(name=line["name"], quantity=line["quantity"], price=line["price"]) for line in stored)


def items_to(items: Sequence[Item]) -> list[dict[str, str | int]]:
    """Items as JSON."""
    return [{"name": item.name, "quantity": item.quantity, "price": item.price} for item in items]


def order_from(row: Values) -> Order:
    """An order of its row."""
    plain = {name: row[name] for name in Order.__slots__ if name not in _ORDER_MADE}
    price = Price(items=row["items_cost"], **{name: row[name] for name in _PRICE})
    borne_by = None if row["borne_by"] is None else Bearer(row["borne_by"])
    items = items_from(row["items"])
    return Order(status=OrderStatus(row["status"]), items=items, price=price, borne_by=borne_by, **plain)


def price_columns(price: Price) -> dict[str, str | int]:
    """The columns that freeze an offer on an order."""
    frozen: dict[str, str | int] = {name: getattr(price, name) for name in _PRICE}
    return frozen | {"items_cost": price.items, "ceiling": price.ceiling}


def draft_from(row: Values) -> Draft:
    """A draft of its row."""
    plain = {name: row[name] for name in Draft.__slots__ if name not in _DRAFT_MADE}
    return Draft(items=items_from(row["items"]), **plain)


def hold_from(row: Values) -> Hold:
    """A hold of its row."""
    plain = {name: row[name] for name in Hold.__slots__ if name not in ("status", "part")}
    return Hold(status=HoldStatus(row["status"]), part=HoldPart(row["part"]), **plain)


def payable_from(row: Values) -> Payable:
    """A payable of its row."""
    plain = {name: row[name] for name in Payable.__slots__ if name != "status"}
    return Payable(status=PayoutStatus(row["status"]), **plain)


def refund_from(row: Values) -> Refund:
    """A refund of its row."""
    plain = {name: row[name] for name in Refund.__slots__ if name != "status"}
    return Refund(status=RefundStatus(row["status"]), **plain)


def debt_from(row: Values) -> Debt:
    """A runner's debt of its row."""
    plain = {name: row[name] for name in Debt.__slots__ if name != "status"}
    return Debt(status=DebtStatus(row["status"]), **plain)


def customer_debt_from(row: Values) -> CustomerDebt:
    """A customer's debt of its row."""
    plain = {name: row[name] for name in CustomerDebt.__slots__ if name != "status"}
    return CustomerDebt(status=CustomerDebtStatus(row["status"]), **plain)


def dispute_from(row: Values) -> Dispute:
    """A dispute of its row."""
    plain = {name: row[name] for name in Dispute.__slots__ if name != "status"}
    return Dispute(status=DisputeStatus(row["status"]), **plain)


def rating_from(row: Values) -> Rating:
    """What a customer said of her row."""
    return Rating(good=row["good"], reason=None if row["reason"] is None else Praise(row["reason"]))


def campus_from(row: Values) -> Campus:
    """A campus of its row."""
    made = ("fees", "windows", "hours", "fee_suggestions")
    plain = {name: row[name] for name in Campus.__slots__ if name not in made}
    return Campus(
        fees=Fees(currency=row["currency"], **row["fees"]),
        windows=Windows(**row["windows"]),
        hours={day: (opens, closes) for day, (opens, closes) in row["hours"].items()},
        fee_suggestions=tuple(row["fee_suggestions"]),
        **plain,
    )


def member_from(row: Values) -> Member:
    """A member of a row that joins membership, person and saved card (columns of the card may be null)."""
    plain = {name: row[name] for name in Member.__slots__ if name not in ("runner_status", "card")}
    card = None
    if row["payment_method"] is not None:
        card = SavedCard(**{name: row[name] for name in SavedCard.__slots__})
    return Member(runner_status=RunnerStatus(row["runner_status"]), card=card, **plain)
