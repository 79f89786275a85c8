"""What a customer does with an order: place it, cancel it, begin it anew."""

from dataclasses import dataclass

from domain.campus import Campus
from domain.draft import Draft
from domain.errors import DraftChanged, DraftEmpty, OrderClosed, Stale
from domain.offers import fitting_fee
from domain.order import ENDED, Order, OrderStatus
from domain.people import Action, Member, Role
from domain.store.customer_debts import require_no_debt
from domain.store.drafts import ask_for_card, change_draft, lock_draft
from domain.store.opening import require_open
from domain.store.orders import find_order, lock_order
from domain.store.progress import send_signal, start_saga
from domain.store.reordering import Outlook, last_order, look_again
from domain.store.rows import items_to
from domain.store.runs import Run, Start
from domain.store.saga_rows import saga_of_order
from domain.store.steps.money import order_start
from domain.store.under_way import being_placed
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission import require


@dataclass(frozen=True, slots=True)
class Placed:
    """The order is PENDING: the hold is being made."""

    order_id: int


@dataclass(frozen=True, slots=True)
class CardWanted:
    """Only the card is missing: the draft places itself when it is saved; a link follows as a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A former order as a basket, and what became of it since."""

    draft: Draft
    store_name: str
    outlook: Outlook


async def place(work: UnitOfWork, campus: Campus, member: Member, *, version: int, ceiling: int) -> Placed | CardWanted:
    """[Place order], tapped under this ceiling (minor units).

    Stale for an old button or a basket that is being placed already, DraftChanged when the price moved, OrdersPaused
    when campus or store take no orders now, OwesMoney before an earlier order is paid.
    """
    require(member, Action.PLACE)
    draft = await lock_draft(work, campus.id, member.person_id)
    if draft is None or draft.version != version or await being_placed(work, draft):
        raise Stale
    if draft.price(campus.fees).ceiling != ceiling:
        raise DraftChanged
    await require_open(work, campus, draft)
    await require_no_debt(work, campus.id, member.person_id)
    if member.card is None:
        await ask_for_card(work, draft, ceiling)
        await add_card(work, campus, member)
        return CardWanted()
    run = await start_saga(work, order_start(draft, ceiling=ceiling))
    return Placed(run.order)


async def add_card(work: UnitOfWork, campus: Campus, member: Member) -> Run:
    """Start a card set-up; its link arrives as a message of its own within a second or two."""
    require(member, Action.PLACE)
    name = f"save_card:{campus.id}:{member.person_id}:{work.now.timestamp()}"
    return await start_saga(work, Start(kind="save_card", name=name, campus_id=campus.id, person_id=member.person_id))


async def cancel(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[Cancel] of one's own order: while PENDING a signal to its saga, while CREATED a saga of its own.

    OrderClosed once a runner has it, or when it is over.
    """
    order = await lock_order(work, campus.id, order_id)
    require(member, Action.CANCEL, own=order.customer_id == member.person_id)
    await close(work, campus, member, order, role=Role.CUSTOMER, reason="customer")
    return await find_order(work, campus.id, order_id)


async def close(work: UnitOfWork, campus: Campus, member: Member, order: Order, *, role: Role, reason: str) -> None:
    """End a locked order before the purchase, in the role's name."""
    if order.status is OrderStatus.PENDING:
        placing = await saga_of_order(work, order.id, "create_order")
        await send_signal(work, placing, "cancelled", role=role, person=member.person_id, reason=reason)
        return
    if order.status in ENDED or (role is Role.CUSTOMER and order.status is not OrderStatus.CREATED):
        raise OrderClosed
    start = Start(
        kind="cancel_order",
        name=f"cancel_order:{order.id}",
        campus_id=campus.id,
        order_id=order.id,
        person_id=member.person_id,
        data={"role": role, "reason": reason},
    )
    await start_saga(work, start)


async def begin(work: UnitOfWork, campus: Campus, member: Member) -> Draft:
    """The member's basket; a new one starts with her place and her last fee, or the one the campus suggests."""
    require(member, Action.PLACE)
    known = await lock_draft(work, campus.id, member.person_id)
    if known is not None:
        return known
    last = await last_order(work, campus.id, member.person_id)
    fee = fitting_fee(campus, None if last is None else last.price.delivery_fee)
    return await change_draft(work, campus.id, member.person_id, drop_point=member.default_place, delivery_fee=fee)


async def order_again(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Again:
    """A draft with the content of one's own former order, for another card or another day.

    Its prices are those of now; what can't be had any more is left out, and told. OwesMoney as place says.
    """
    require(member, Action.PLACE)
    order = await find_order(work, campus.id, order_id)
    require(member, Action.CANCEL, own=order.customer_id == member.person_id)
    if not order.items:
        raise DraftEmpty
    await require_no_debt(work, campus.id, member.person_id)
    outlook = await look_again(work, campus, order)
    gone = outlook.store_gone
    draft = await change_draft(
        work,
        campus.id,
        member.person_id,
        store_id=None if gone or outlook.store is None else outlook.store.id,  # its opening hours count again
        store_name=None if gone else order.store_name,
        items=[] if gone else items_to(outlook.renewed.items),
        drop_point=order.drop_point,
        note=order.note,
        delivery_fee=fitting_fee(campus, order.price.delivery_fee),
        tip=order.price.tip,
    )
    return Again(draft=draft, store_name=order.store_name, outlook=outlook)
