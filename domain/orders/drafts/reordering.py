"""A customer's former orders with the stores and prices of today."""

from collections import Counter
from dataclasses import dataclass

from domain.campuses.campus import Campus, Store
from domain.campuses.fee_suggestions import initial_delivery_fee
from domain.campuses.opening import is_within_opening_hours
from domain.campuses.repository import find_store_assortment
from domain.database.unit_of_work import UnitOfWork
from domain.errors import DraftError
from domain.orders.drafts.repricing import RepricedItems, reprice_items
from domain.orders.pricing import price_order
from domain.orders.repository import list_customer_orders
from domain.orders.states import DELIVERED_STATUSES, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class ReorderPreview:
    """Whether and how a former order could be placed again now."""

    store: Store | None  # None for a store that was typed
    store_gone: bool
    closed: bool  # at this hour
    renewed: RepricedItems

    @property
    def unchanged(self) -> bool:
        """Whether every item can be ordered now."""
        return not (self.store_gone or self.closed or self.renewed.unavailable)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualOrder:
    """What a customer orders most, with its ceiling (minor units) of today."""

    order_id: int
    store_name: str
    ceiling: int


async def preview_reorder(work: UnitOfWork, campus: Campus, order: Order) -> ReorderPreview:
    """Return what a former order would be today."""
    assortment = await find_store_assortment(work, campus.id, order.store_name)
    if assortment is None:
        return ReorderPreview(store=None, store_gone=False, closed=False, renewed=reprice_items(order.items, (), ()))
    return ReorderPreview(
        store=assortment.store,
        store_gone=not assortment.active,
        closed=not is_within_opening_hours(assortment.store.hours, work.now.astimezone(campus.zone)),
        renewed=reprice_items(order.items, assortment.store.menu, assortment.discontinued),
    )


async def find_last_order(work: UnitOfWork, campus_id: int, person_id: int) -> Order | None:
    """Return the customer's newest order, in any status."""
    newest, _ = await list_customer_orders(work, campus_id, person_id, 0)
    return newest[0] if newest else None


async def find_usual_order(work: UnitOfWork, campus: Campus, person_id: int) -> UsualOrder | None:
    """Return the order delivered most often of late, the newest among equals.

    Return None while it cannot be ordered now with all its items.
    """
    former, _ = await list_customer_orders(work, campus.id, person_id, 0, DELIVERED_STATUSES)
    if (
        not former
        or campus.paused
        or not campus.reaches_runners
        or not is_within_opening_hours(campus.hours, work.now.astimezone(campus.zone))
    ):
        return None
    often = Counter((order.store_name, order.items) for order in former).most_common(1)[0][0]
    order = next(order for order in former if (order.store_name, order.items) == often)
    preview, fee = await preview_reorder(work, campus, order), initial_delivery_fee(campus, order.price.delivery_fee)
    if fee is None or not preview.unchanged:
        return None
    try:
        price = price_order(preview.renewed.items, delivery_fee=fee, tip=order.price.tip, fees=campus.fees)
    except DraftError:  # by now it costs more than an order may
        return None
    return UsualOrder(order_id=order.id, store_name=order.store_name, ceiling=price.ceiling)
