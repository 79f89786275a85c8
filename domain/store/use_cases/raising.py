"""A customer agrees to pay more than she first confirmed: a higher fee while nobody came, or what the shop wants."""

from domain.campus import Campus
from domain.errors import OrderClosed, PriceMoved
from domain.order import Order, OrderStatus
from domain.people import Action, Member
from domain.pricing import Price
from domain.raising import RaiseKind, next_offer, with_limit
from domain.store.candidates import raises_so_far, require_no_candidate
from domain.store.orders import lock_order
from domain.store.progress import start_saga
from domain.store.runs import Run, Start
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.ordering import add_card
from domain.store.use_cases.permission import require


async def see_raise(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> tuple[Order, Price]:
    """[Raise fee]: the order, and what she would agree to by one tap more.

    OrderClosed once a runner has it or it is over, RaiseUnderWay while a raise of it is under way, PriceOutOfRange
    or OrderOutOfRange when the campus allows no more.
    """
    order = await lock_order(work, campus.id, order_id)
    require(member, Action.RAISE, own=order.customer_id == member.person_id)
    if order.status is not OrderStatus.CREATED:
        raise OrderClosed
    await require_no_candidate(work, order.id)
    return order, next_offer(order, campus)


async def raise_fee(work: UnitOfWork, campus: Campus, member: Member, order_id: int, ceiling: int) -> Run | None:
    """[Hold S$10.40], tapped under this ceiling (minor units); None when a card is missing, its link is on the way.

    Refused as see_raise, and PriceMoved when the ceiling shown is not what one tap more makes any longer.
    """
    order, price = await see_raise(work, campus, member, order_id)
    if price.ceiling != ceiling:
        raise PriceMoved
    return await _start(work, campus, member, order, price, RaiseKind.FEE)


async def raise_limit(work: UnitOfWork, campus: Campus, member: Member, order_id: int, shop_limit: int) -> Run | None:
    """Yes to what the shop wants (minor units), while the same runner is still in the shop."""
    order = await lock_order(work, campus.id, order_id)
    require(member, Action.RAISE, own=order.customer_id == member.person_id)
    if order.status is not OrderStatus.ACCEPTED or not order.hold_checked:
        raise OrderClosed
    await require_no_candidate(work, order.id)
    return await _start(work, campus, member, order, with_limit(order.price, shop_limit, campus.fees), RaiseKind.LIMIT)


async def _start(
    work: UnitOfWork, campus: Campus, member: Member, order: Order, price: Price, kind: RaiseKind
) -> Run | None:
    if member.card is None:
        await add_card(work, campus, member)
        return None
    start = Start(
        kind="replace_hold",
        name=f"replace_hold:{order.id}:{await raises_so_far(work, order.id) + 1}",
        campus_id=campus.id,
        order_id=order.id,
        person_id=member.person_id,
        data={
            "kind": kind,
            "delivery_fee": price.delivery_fee,
            "shop_limit": price.shop_limit,
            "claim": None if order.claim is None else str(order.claim),
        },
    )
    return await start_saga(work, start)
