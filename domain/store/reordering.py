"""What a customer ordered before, seen with the shops and prices of now."""

from collections import Counter
from dataclasses import dataclass

from domain.campus import Campus, Store, is_open
from domain.errors import DraftError
from domain.offers import fitting_fee
from domain.order import Order, OrderStatus
from domain.pricing import price_order
from domain.reorder import Renewed, renew
from domain.store.orders import customers_orders
from domain.store.shelves import shelf_named
from domain.store.unit_of_work import UnitOfWork

DELIVERED = (OrderStatus.DELIVERED, OrderStatus.COMPLETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Whether and how an order could be had once more."""

    store: Store | None  # None for one that was typed
    store_gone: bool
    closed: bool  # at this hour
    renewed: Renewed

    @property
    def unchanged(self) -> bool:
        """All of it can be had, now."""
        return not (self.store_gone or self.closed or self.renewed.gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What somebody mostly orders, at the ceiling (minor units) it has today."""

    order_id: int
    store_name: str
    ceiling: int


async def look_again(work: UnitOfWork, campus: Campus, order: Order) -> Outlook:
    """A former order as it would be today."""
    shelf = await shelf_named(work, campus.id, order.store_name)
    if shelf is None:
        return Outlook(store=None, store_gone=False, closed=False, renewed=renew(order.items, (), ()))
    return Outlook(
        store=shelf.store,
        store_gone=not shelf.active,
        closed=not is_open(shelf.store.hours, work.now.astimezone(campus.zone)),
        renewed=renew(order.items, shelf.store.menu, shelf.put_aside),
    )


async def last_order(work: UnitOfWork, campus_id: int, person_id: int) -> Order | None:
    """The customer's newest order, however it ended."""
    newest, _ = await customers_orders(work, campus_id, person_id, 0)
    return newest[0] if newest else None


async def usual_of(work: UnitOfWork, campus: Campus, person_id: int) -> Usual | None:
    """What was delivered most often of late, the newest of equals; None while it can not be had just so."""
    former, _ = await customers_orders(work, campus.id, person_id, 0, DELIVERED)
    if not former or campus.paused or not is_open(campus.hours, work.now.astimezone(campus.zone)):
        return None
    often = Counter((order.store_name, order.items) for order in former).most_common(1)[0][0]
    order = next(order for order in former if (order.store_name, order.items) == often)
    outlook, fee = await look_again(work, campus, order), fitting_fee(campus, order.price.delivery_fee)
    if fee is None or not outlook.unchanged:
        return None
    try:
        price = price_order(outlook.renewed.items, delivery_fee=fee, tip=order.price.tip, fees=campus.fees)
    except DraftError:  # dearer than an order may be by now
        return None
    return Usual(order_id=order.id, store_name=order.store_name, ceiling=price.ceiling)
