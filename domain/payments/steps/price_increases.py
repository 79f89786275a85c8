"""Local steps of replace_hold: request a replacement hold, adopt it with its price, or leave all as it was."""

from dataclasses import replace

from domain.campuses.repository import find_campus
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderClosed
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.money import format_money
from domain.orders.drafts.customer_limits import require_may_pay_more
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.price_increase import PriceIncreaseKind, require_increasable
from domain.orders.pricing import Price
from domain.orders.repository import find_order, lock_order, save_price
from domain.orders.risk_checks import RiskChecks
from domain.orders.states import FINAL_ORDER_STATUSES, ORDER_CHANGED_SIGNAL, Order
from domain.payments.notifications.price_increases import (
    limit_increased,
    limit_not_increased,
    price_increase_failed,
    price_increase_overtaken,
)
from domain.payments.replacement_hold_repository import (
    insert_replacement_hold,
    promote_replacement_hold,
    retire_replacement_hold,
)
from domain.payments.sagas.replace_hold import ReplaceHoldData
from domain.payments.steps.cards import send_card_page
from domain.saga.refusals import CARD_GONE
from domain.saga.run import SagaRun

OVERTAKEN_REASONS = frozenset({ORDER_CHANGED_SIGNAL, OrderClosed.key})


async def request_replacement_hold(work: UnitOfWork, run: SagaRun) -> None:
    """Request a hold of the new ceiling.

    Raise OrderClosed when the order is not as the customer saw it, RiskRefused above a limit of the campus, and what
    `require_may_pay_more` raises.

    Only a use case starts this saga. In this transaction, under the order's lock, it has found no other increase in
    flight; the unique index `hold_one_replacement` would refuse a second one.
    """
    order = await lock_order(work, run.campus_id, run.required_order_id)
    _require_order_unmoved(order, run)
    price = build_agreed_price(run, order)
    run.data_as(ReplaceHoldData).ceiling = price.ceiling
    more = price.ceiling - order.price.ceiling
    campus = await find_campus(work, order.campus_id)
    await require_may_pay_more(work, campus, order.customer_id, more)
    await work.registers.get(RiskChecks).require_charge_allowed(work, campus, order.customer_id, more)
    await insert_replacement_hold(work, order.id, run.id, price.ceiling, price.currency)


def build_agreed_price(run: SagaRun, order: Order) -> Price:
    """Return the price that the customer agreed to, as frozen by the tap."""
    agreed = run.data_as(ReplaceHoldData)
    return replace(order.price, delivery_fee=agreed.delivery_fee, shop_limit=agreed.shop_limit)


def _require_order_unmoved(order: Order, run: SagaRun) -> None:
    """Raise OrderClosed unless the order is as it was.

    It still waits for a runner (higher fee), or the same runner still shops for it (higher limit).
    """
    agreed = run.data_as(ReplaceHoldData)
    require_increasable(order, agreed.kind)
    same_claim = order.claim is not None and str(order.claim) == agreed.claim
    if agreed.kind is PriceIncreaseKind.LIMIT and not (same_claim and order.hold_checked):
        raise OrderClosed


async def adopt_replacement_hold(work: UnitOfWork, run: SagaRun) -> None:
    """Make the new price and the new hold count, both at once.

    Raise OrderClosed when the order changed meanwhile.
    """
    order = await lock_order(work, run.campus_id, run.required_order_id)
    _require_order_unmoved(order, run)
    former, _ = await promote_replacement_hold(work, order.id, run.id)
    run.data_as(ReplaceHoldData).former = former.id
    price = build_agreed_price(run, order)
    await save_price(work, order.id, price)
    await log_event(
        work,
        Actor(role=Role.CUSTOMER, person_id=run.required_person_id),
        campus_id=order.campus_id,
        order_id=order.id,
        subject="order",
        subject_id=order.id,
        happened="raised",
        before=order.status,
        after=order.status,
        reason=f"{format_money(order.price.ceiling, price.currency)} -> {format_money(price.ceiling, price.currency)}",
    )
    increased = await find_order(work, order.campus_id, order.id)
    await refresh_order_messages(work, increased)
    if run.data_as(ReplaceHoldData).kind is PriceIncreaseKind.LIMIT:
        await notify(work, limit_increased(increased, run))


async def withdraw_replacement_hold(work: UnitOfWork, run: SagaRun) -> None:
    """Leave price and hold as they were, and tell the people who wait for the increase why."""
    order = await lock_order(work, run.campus_id, run.required_order_id)
    await retire_replacement_hold(work, run.id)
    await refresh_existing_order_messages(work, order.id)
    if order.status in FINAL_ORDER_STATUSES:
        return  # the end was told, and the order message says that the money is released
    agreed = run.data_as(ReplaceHoldData)
    if run.reason in OVERTAKEN_REASONS:
        await notify(work, price_increase_overtaken(order, run, agreed.ceiling))
        return
    await notify(work, price_increase_failed(order, run, agreed.ceiling))
    if run.reason == CARD_GONE:
        await send_card_page(work, run)
    if agreed.kind is PriceIncreaseKind.LIMIT and str(order.claim) == agreed.claim:
        await notify(work, limit_not_increased(order, run))
