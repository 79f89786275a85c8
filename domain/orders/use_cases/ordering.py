"""What a customer does with an order: place it, cancel it, order it again."""

from dataclasses import dataclass

from domain.campuses.campus import Campus
from domain.campuses.fee_suggestions import initial_delivery_fee
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Role
from domain.database.unit_of_work import UnitOfWork
from domain.errors import DraftEmpty, OrderClosed, Stale
from domain.orders.drafts.customer_limits import require_may_order
from domain.orders.drafts.draft import Draft
from domain.orders.drafts.placing_guard import lock_placeable_draft
from domain.orders.drafts.reordering import ReorderPreview, find_last_order, preview_reorder
from domain.orders.drafts.repository import change_draft, find_draft, lock_draft, record_card_requested
from domain.orders.order_payments import OrderPayments
from domain.orders.repository import find_order, lock_order
from domain.orders.rows import items_to_json
from domain.orders.sagas.cancel_order import build_cancel_start
from domain.orders.sagas.create_order import CANCELLED_SIGNAL, CREATE_ORDER, OrderCancellation, build_order_start
from domain.orders.states import FINAL_ORDER_STATUSES, Order, OrderStatus
from domain.saga.repository import find_saga_of_order
from domain.saga.signal_repository import signal_saga
from domain.saga.start import start_saga


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """The order is PENDING: the hold is being made."""

    order_id: int


@dataclass(frozen=True, slots=True)
class CardRequired:
    """Only the card is missing: a link follows as a notification, and a saved card places the draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorder:
    """A draft with the items of a former order, and what changed since."""

    draft: Draft
    store_name: str
    preview: ReorderPreview


async def submit_order(
    work: UnitOfWork, campus: Campus, member: Member, *, version: int, ceiling: int, read: Draft | None = None
) -> OrderPlaced | CardRequired:
    """[Place order]: place the draft that was shown with this ceiling (minor units); `read` is it, if known already.

    Raise what `lock_placeable_draft` raises: the step that places the order calls it. Without a card it is called here,
    so that nobody enters a card for a draft that cannot be placed.
    """
    require_permission(member, Action.PLACE)
    if member.card is None:
        waiting = await lock_placeable_draft(work, campus, member.person_id, version=version, ceiling=ceiling)
        await record_card_requested(work, waiting, ceiling)
        await work.registers.get(OrderPayments).start_card_setup(work, campus, member)
        return CardRequired()
    draft = read or await find_draft(work, campus.id, member.person_id)
    if draft is None:
        raise Stale
    run = await start_saga(work, build_order_start(draft, version=version, ceiling=ceiling))
    return OrderPlaced(run.required_order_id)


async def cancel_own_order(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[Cancel]: cancel the customer's own order; raise OrderClosed once a runner has it, or it is over.

    While the order is PENDING, its saga gets a signal. While it is CREATED, another saga cancels it.
    """
    order = await lock_order(work, campus.id, order_id)
    require_permission(member, Action.CANCEL, own=order.customer_id == member.person_id)
    await close_before_purchase(work, campus, member, order, role=Role.CUSTOMER, reason="customer")
    return await find_order(work, campus.id, order_id)


async def close_before_purchase(
    work: UnitOfWork, campus: Campus, member: Member, order: Order, *, role: Role, reason: str
) -> None:
    """End a locked order before the purchase, in the name of this role.

    Raise OrderClosed when the order is over, and for a customer when a runner has it.
    """
    if order.status is OrderStatus.PENDING:
        placing = await find_saga_of_order(work, order.id, CREATE_ORDER.kind)
        cancellation = OrderCancellation(role=role, person=member.person_id, reason=reason)
        await signal_saga(work, placing, CANCELLED_SIGNAL, cancellation)
        return
    if order.status in FINAL_ORDER_STATUSES or (role is Role.CUSTOMER and order.status is not OrderStatus.CREATED):
        raise OrderClosed
    await start_saga(work, build_cancel_start(order, person_id=member.person_id, role=role, reason=reason))


async def start_draft(work: UnitOfWork, campus: Campus, member: Member) -> Draft:
    """Return the member's draft, or a new one.

    A new one starts with the default place, and with the fee of the last order or the fee that the campus suggests.
    """
    require_permission(member, Action.PLACE)
    existing = await lock_draft(work, campus.id, member.person_id)
    if existing is not None:
        return existing
    last = await find_last_order(work, campus.id, member.person_id)
    fee = initial_delivery_fee(campus, None if last is None else last.price.delivery_fee)
    return await change_draft(work, campus.id, member.person_id, drop_point=member.default_place, delivery_fee=fee)


async def reorder(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Reorder:
    """Return a draft with the content of the customer's own former order, at the prices of now.

    What is not available any more is left out, and reported in the preview. Raise DraftEmpty when the order has no
    items, and what `require_may_order` raises.
    """
    require_permission(member, Action.PLACE)
    order = await find_order(work, campus.id, order_id)
    require_permission(member, Action.CANCEL, own=order.customer_id == member.person_id)
    if not order.items:
        raise DraftEmpty
    await require_may_order(work, campus, member.person_id)
    preview = await preview_reorder(work, campus, order)
    gone = preview.store_gone
    draft = await change_draft(
        work,
        campus.id,
        member.person_id,
        store_id=None if gone or preview.store is None else preview.store.id,  # so its opening hours are checked again
        store_name=None if gone else order.store_name,
        items=[] if gone else items_to_json(preview.renewed.items),
        drop_point=order.drop_point,
        note=order.note,
        delivery_fee=initial_delivery_fee(campus, order.price.delivery_fee),
        tip=order.price.tip,
    )
    return Reorder(draft=draft, store_name=order.store_name, preview=preview)
