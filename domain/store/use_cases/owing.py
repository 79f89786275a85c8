"""What a customer owes for an order that was delivered: she pays it, or an admin lets it go."""

from collections.abc import Sequence

from sqlalchemy import func, select

from domain.campus import Campus
from domain.errors import DebtBeingPaid, Stale
from domain.money import spell
from domain.payment import CustomerDebt, CustomerDebtStatus
from domain.people import Action, Member, Role
from domain.postings import forgiven_posting
from domain.saga import ENDED
from domain.store.customer_debts import (
    customer_debt_of,
    end_customer_debt,
    lock_customer_debt,
    open_customer_debts,
)
from domain.store.events import Actor
from domain.store.messages import redraw_known, tell
from domain.store.money import post
from domain.store.orders import find_order
from domain.store.progress import start_saga
from domain.store.runs import Run, Start
from domain.store.schema import saga
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.ordering import add_card
from domain.store.use_cases.permission import require


async def owes(work: UnitOfWork, campus: Campus, member: Member) -> Sequence[CustomerDebt]:
    """What she owes on this campus, oldest first."""
    return await open_customer_debts(work, campus.id, member.person_id)


async def pay(work: UnitOfWork, campus: Campus, member: Member, debt_id: int) -> Run | None:
    """[Pay S$8.30]: her bank is asked now, with her there; None when a card is missing, and its link is on the way.

    Stale when it is not hers to pay any more, DebtBeingPaid while her bank is asked about it already.
    """
    owed = await lock_customer_debt(work, campus.id, debt_id)
    require(member, Action.PAY_DEBT, own=owed is None or owed.customer_id == member.person_id)
    if owed is None or owed.status is not CustomerDebtStatus.OPEN:
        raise Stale
    await _require_idle(work, owed)
    if member.card is None:
        await add_card(work, campus, member)
        return None
    start = Start(
        kind="settle_debt",
        name=f"settle_debt:{owed.id}:{owed.attempt + 1}",
        campus_id=campus.id,
        order_id=owed.order_id,
        person_id=member.person_id,
        data={"debt": owed.id},
    )
    return await start_saga(work, start)


async def debts(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[CustomerDebt]:
    """What all customers of the campus owe, oldest first."""
    require(admin, Action.SEE_STUCK)
    return await open_customer_debts(work, campus.id)


async def look_at_debt(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> CustomerDebt:
    """What is owed for this order; Stale when nothing is, or not any more."""
    require(admin, Action.SEE_STUCK)
    await find_order(work, campus.id, order_id)
    owed = await customer_debt_of(work, order_id)
    if owed is None or owed.status is not CustomerDebtStatus.OPEN:
        raise Stale
    return owed


async def forgive(work: UnitOfWork, campus: Campus, admin: Member, order_id: int, reason: str) -> CustomerDebt:
    """The platform bears what a customer owes; refused as look_at_debt says.

    NotAllowed for an order in which the admin has a part, DebtBeingPaid while the customer's bank is asked.
    """
    seen, order = await look_at_debt(work, campus, admin, order_id), await find_order(work, campus.id, order_id)
    require(admin, Action.REFUND_ANY, own=admin.person_id in (order.customer_id, order.runner_id))
    owed = await lock_customer_debt(work, campus.id, seen.id)
    if owed is None:
        raise Stale
    await _require_idle(work, owed)
    actor = Actor(role=Role.ADMIN, person_id=admin.person_id)
    if not await end_customer_debt(work, owed, CustomerDebtStatus.LET_GO, actor=actor, reason=reason):
        raise Stale
    posting = forgiven_posting(order=order_id, customer=owed.customer_id, amount=owed.amount, currency=owed.currency)
    await post(work, posting, order_id)
    await redraw_known(work, order_id)
    await tell(
        work,
        campus_id=campus.id,
        chat_id=owed.customer_id,
        name=f"forgiven:{owed.id}",
        key="push-debt-forgiven",
        order_id=order_id,
        words={"order": order_id, "amount": spell(owed.amount, owed.currency), "reason": reason},
    )
    return owed


async def _require_idle(work: UnitOfWork, owed: CustomerDebt) -> None:
    """DebtBeingPaid while a charge of this debt is under way; hold the debt's lock to rely on it."""
    asked = select(func.count()).where(
        saga.c.order_id == owed.order_id, saga.c.kind == "settle_debt", saga.c.status.not_in(ENDED)
    )
    if (await work.connection.execute(asked)).scalar_one():
        raise DebtBeingPaid
