"""A customer agrees to pay more than confirmed first: a higher fee while no runner came, or what the shop wants."""

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import HoldNotChecked, PriceChanged, Stale
from domain.messaging.notification.repository import count_notifications, has_notification
from domain.messaging.outbox_repository import notify
from domain.orders.price_increase import PriceIncreaseKind, next_fee_offer, require_increasable, with_shop_limit
from domain.orders.pricing import Price
from domain.orders.repository import lock_order, save_asked_limit
from domain.orders.states import Order
from domain.orders.use_cases.ownership import require_own_delivery
from domain.payments.notifications.price_increases import (
    LIMIT_QUESTION,
    limit_increase_requested,
    limit_refused,
    name_limit_questions,
)
from domain.payments.replacement_hold_repository import (
    next_price_increase_number,
    require_no_price_increase,
    require_price_increase_left,
)
from domain.payments.sagas.replace_hold import build_price_increase_start
from domain.payments.use_cases.saved_cards import start_card_setup
from domain.risk.refusals import TooManyQuestions
from domain.saga.run import SagaRun
from domain.saga.start import start_saga

MAX_LIMIT_QUESTIONS = 5  # of one runner about one order; the later ones make no sound, and each replaces the one before


async def preview_fee_increase(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> tuple[Order, Price]:
    """[Raise fee]: return the order, and the price that one more tap would agree to.

    Raise OrderClosed once a runner has the order or it is over, PriceIncreaseInFlight while another increase is in
    flight, TooManyPriceIncreases, and PriceOutOfRange or OrderOutOfRange when the campus allows no more.
    """
    order = await lock_order(work, campus.id, order_id)
    require_permission(member, Action.INCREASE_PRICE, own=order.customer_id == member.person_id)
    require_increasable(order, PriceIncreaseKind.FEE)
    await require_no_price_increase(work, order.id)
    await require_price_increase_left(work, order.id)
    return order, next_fee_offer(order, campus)


async def increase_delivery_fee(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, ceiling: int
) -> SagaRun | None:
    """[Hold S$10.40]: start the increase that was shown with this ceiling (minor units).

    Return None when a card is missing: the link to save one is on its way. Raise what `preview_fee_increase` raises,
    and PriceChanged when one more tap does not make this ceiling any more.
    """
    order, price = await preview_fee_increase(work, campus, member, order_id)
    if price.ceiling != ceiling:
        raise PriceChanged
    return await _start_replace_hold(work, campus, member, order, price, PriceIncreaseKind.FEE)


async def ask_customer_for_higher_limit(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, wanted: int
) -> Order:
    """[Ask Mei]: tell the customer that the shop wants more than the limit, and ask for consent.

    `wanted` is in minor units. The question shows both ceilings. A second question makes the buttons of the first one
    old, and is silent. The same question is not sent again while it has no answer. Raise Stale when the limit is
    enough, TooManyPriceIncreases, TooManyQuestions, and OrderOutOfRange when the campus allows no such order.
    """
    order = await lock_order(work, campus.id, order_id)
    require_own_delivery(member, Action.BUY, order)
    require_increasable(order, PriceIncreaseKind.LIMIT)
    if not order.hold_checked:
        raise HoldNotChecked
    if wanted <= order.price.shop_limit:
        raise Stale
    await require_no_price_increase(work, order.id)
    await require_price_increase_left(work, order.id)
    price = with_shop_limit(order.price, wanted, campus.fees)
    if order.asked_limit == wanted:
        return order
    asked = await count_notifications(work, order.id, name_limit_questions(order))
    if asked >= MAX_LIMIT_QUESTIONS:
        raise TooManyQuestions(most=asked)
    await save_asked_limit(work, order.id, wanted)
    asked_before = await has_notification(work, order.id, LIMIT_QUESTION)
    question = limit_increase_requested(order, price, member.first_name, work.now, asked_before=asked_before)
    await notify(work, question)
    return order


async def accept_higher_limit(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, ceiling: int
) -> SagaRun | None:
    """[Yes, max S$10.00]: start the increase, while the same runner is in the shop.

    Return None when a card is missing: the link to save one is on its way. Raise OrderClosed when the order was bought
    or released, Stale when nobody asks, PriceChanged for an older question.
    """
    order, price = await _lock_asked_order(work, campus, member, order_id, ceiling)
    run = await _start_replace_hold(work, campus, member, order, price, PriceIncreaseKind.LIMIT)
    if run is not None:
        await _log_answer(work, member, order, "limit_agreed")
    return run


async def decline_higher_limit(work: UnitOfWork, campus: Campus, member: Member, order_id: int, ceiling: int) -> Order:
    """[No]: keep the limit and tell the runner; raise what `accept_higher_limit` raises."""
    order, _ = await _lock_asked_order(work, campus, member, order_id, ceiling)
    await save_asked_limit(work, order.id, None)
    await _log_answer(work, member, order, "limit_declined")
    await notify(work, limit_refused(order, work.now))
    return order


async def _log_answer(work: UnitOfWork, member: Member, order: Order, happened: str) -> None:
    await log_event(
        work,
        Actor(role=Role.CUSTOMER, person_id=member.person_id),
        campus_id=order.campus_id,
        order_id=order.id,
        subject="order",
        subject_id=order.id,
        happened=happened,
        before=order.status,
        after=order.status,
    )


async def _lock_asked_order(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, ceiling: int
) -> tuple[Order, Price]:
    """Return the order, locked, and the price that its customer is asked to agree to."""
    order = await lock_order(work, campus.id, order_id)
    require_permission(member, Action.INCREASE_PRICE, own=order.customer_id == member.person_id)
    require_increasable(order, PriceIncreaseKind.LIMIT)
    if order.asked_limit is None:
        raise Stale
    await require_no_price_increase(work, order.id)
    price = with_shop_limit(order.price, order.asked_limit, campus.fees)
    if price.ceiling != ceiling:
        raise PriceChanged
    return order, price


async def _start_replace_hold(
    work: UnitOfWork, campus: Campus, member: Member, order: Order, price: Price, kind: PriceIncreaseKind
) -> SagaRun | None:
    if member.card is None:
        await start_card_setup(work, campus, member)
        return None
    await require_price_increase_left(work, order.id)
    number = await next_price_increase_number(work, order.id)
    start = build_price_increase_start(order, price, kind, person_id=member.person_id, number=number)
    return await start_saga(work, start)
