"""A customer agrees to pay more than she first confirmed: a higher fee while nobody came, or what the shop wants."""

from sqlalchemy import exists, select, update

from domain.buttons import Style, Tap, pack
from domain.campus import Campus
from domain.errors import HoldNotChecked, OrderClosed, PriceMoved, Stale
from domain.money import spell
from domain.order import Order, OrderStatus
from domain.people import Action, Member
from domain.pricing import Price
from domain.raising import RaiseKind, next_offer, with_limit
from domain.store.candidates import raises_so_far, require_no_candidate
from domain.store.messages import tell
from domain.store.orders import lock_order
from domain.store.progress import start_saga
from domain.store.runs import Run, Start
from domain.store.schema import orders, push
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.ordering import add_card
from domain.store.use_cases.permission import require, require_job


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


async def ask_customer(work: UnitOfWork, campus: Campus, member: Member, order_id: int, wanted: int) -> Order:
    """[Ask Mei]: the shop wants so much (minor units), more than the limit; she is asked with both ceilings.

    Stale when the limit would do, OrderOutOfRange when the campus allows no such order. A second question makes
    the first one's buttons old, and no sound; the same one, still unanswered, is not put again.
    """
    order = await lock_order(work, campus.id, order_id)
    require_job(member, Action.BUY, order)
    if order.status is not OrderStatus.ACCEPTED:
        raise OrderClosed
    if not order.hold_checked:
        raise HoldNotChecked
    if wanted <= order.price.shop_limit:
        raise Stale
    await require_no_candidate(work, order.id)
    price = with_limit(order.price, wanted, campus.fees)
    if order.asked_limit == wanted:
        return order
    await _ask_for(work, order, wanted)
    yes = {"key": "button-agree", "data": pack(Tap.AGREE, order.id, price.ceiling), "style": Style.SUCCESS}
    await tell(
        work,
        campus_id=campus.id,
        chat_id=order.customer_id,
        name=f"dearer:{order.claim}:{work.now.timestamp()}",
        key="push-dearer",
        order_id=order.id,
        buttons=[yes, {"key": "button-disagree", "data": pack(Tap.DISAGREE, order.id, price.ceiling)}],
        words={
            "order": order.id,
            "runner": member.first_name,
            "wanted": spell(wanted, price.currency),
            "limit": spell(order.price.shop_limit, price.currency),
            "now": spell(order.price.ceiling, price.currency),
            "then": spell(price.ceiling, price.currency),
        },
        silent=await _asked_before(work, order),
    )
    return order


async def agree(work: UnitOfWork, campus: Campus, member: Member, order_id: int, ceiling: int) -> Run | None:
    """[Yes, max S$10.00]: her bank is asked, while the same runner is in the shop; None when a card is missing.

    OrderClosed when it was bought or given back, Stale when nobody asks, PriceMoved for an older question.
    """
    order, price = await _asked(work, campus, member, order_id, ceiling)
    return await _start(work, campus, member, order, price, RaiseKind.LIMIT)


async def disagree(work: UnitOfWork, campus: Campus, member: Member, order_id: int, ceiling: int) -> Order:
    """[No]: the limit stays, and the runner hears it; refused as agree says."""
    order, _ = await _asked(work, campus, member, order_id, ceiling)
    await _ask_for(work, order, None)
    await tell(
        work,
        campus_id=campus.id,
        chat_id=order.runner_id or 0,
        name=f"dearer_refused:{order.claim}:{work.now.timestamp()}",
        key="push-limit-refused",
        order_id=order.id,
        words={"order": order.id, "limit": spell(order.price.shop_limit, order.price.currency)},
    )
    return order


async def _asked(work: UnitOfWork, campus: Campus, member: Member, order_id: int, ceiling: int) -> tuple[Order, Price]:
    """The order, locked, and what its customer is asked to agree to."""
    order = await lock_order(work, campus.id, order_id)
    require(member, Action.RAISE, own=order.customer_id == member.person_id)
    if order.status is not OrderStatus.ACCEPTED:
        raise OrderClosed
    if order.asked_limit is None:
        raise Stale
    await require_no_candidate(work, order.id)
    price = with_limit(order.price, order.asked_limit, campus.fees)
    if price.ceiling != ceiling:
        raise PriceMoved
    return order, price


async def _asked_before(work: UnitOfWork, order: Order) -> bool:
    """Whether its customer's phone rang for such a question already: once an order is enough."""
    query = select(exists().where(push.c.order_id == order.id, push.c.key == "push-dearer"))
    return bool((await work.connection.execute(query)).scalar_one())


async def _ask_for(work: UnitOfWork, order: Order, wanted: int | None) -> None:
    await work.connection.execute(update(orders).where(orders.c.id == order.id).values(asked_limit=wanted))


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
