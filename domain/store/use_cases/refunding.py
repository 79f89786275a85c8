"""What an admin does about money that goes back: look what may, give it back, let a runner's debt go."""

from collections.abc import Sequence

from domain.campus import Campus
from domain.errors import OrderDisputed, Stale
from domain.order import Bearer, Order
from domain.payment import Debt, DebtStatus
from domain.people import Action, Member, Role
from domain.postings import debt_let_go_posting
from domain.refunds import Refundable
from domain.store.disputes import is_disputed, is_lost, is_open
from domain.store.events import Actor, log
from domain.store.money import payable_of, post
from domain.store.orders import find_order, lock_order
from domain.store.progress import start_saga
from domain.store.refunds import (
    end_debt,
    find_debt,
    lock_debt,
    open_debts,
    refundable,
    refunds_of,
)
from domain.store.runs import Run, Start
from domain.store.steps.disputes import free
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission import require


async def look(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> tuple[Order, Refundable]:
    """What may go back of somebody else's order now; OrderDisputed while her bank decides about it."""
    require(admin, Action.REFUND_ANY, own=False)
    order = await find_order(work, campus.id, order_id)
    _require_others(admin, order)
    if await is_disputed(work, order_id):
        raise OrderDisputed
    return order, await refundable(work, campus.id, order_id)


async def give(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int, amount: int | None, bearer: Bearer, reason: str
) -> Run:
    """Start a refund of `amount` minor units, or of all that is left; refused as request_refund and divide_refund say.

    Her own order or job is another admin's to decide about: NotAllowed.
    """
    require(admin, Action.REFUND_ANY, own=False)
    order = await lock_order(work, campus.id, order_id)
    _require_others(admin, order)
    number = len(await refunds_of(work, order_id)) + 1
    start = Start(
        kind="refund_order",
        name=f"refund_order:{order_id}:{number}",
        campus_id=campus.id,
        order_id=order_id,
        person_id=admin.person_id,
        data={"amount": amount, "bearer": bearer, "reason": reason},
    )
    return await start_saga(work, start)


def _require_others(admin: Member, order: Order) -> None:
    require(admin, Action.REFUND_ANY, own=admin.person_id in (order.customer_id, order.runner_id))


async def pay_anyway(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> None:
    """Send what is owed for an order whose payment a bank took back for good; Stale when nothing is kept of it.

    OrderDisputed while a bank decides about another part of it.
    """
    require(admin, Action.REFUND_ANY, own=False)
    order = await lock_order(work, campus.id, order_id)
    _require_others(admin, order)
    owed = await payable_of(work, order_id)
    if owed is None or not owed.frozen or not await is_lost(work, order_id):
        raise Stale
    if await is_open(work, order_id):
        raise OrderDisputed
    start = await free(work, order_id)
    if start is not None:
        await start_saga(work, start)


async def debts(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Debt]:
    """What runners owe for refunds, oldest first."""
    require(admin, Action.SEE_STUCK)
    return await open_debts(work, campus.id)


async def look_at_debt(work: UnitOfWork, campus: Campus, admin: Member, debt_id: int) -> Debt:
    """A debt that is open; Stale when it is not, or not any more."""
    require(admin, Action.SEE_STUCK)
    found = await find_debt(work, campus.id, debt_id)
    if found is None or found.status is not DebtStatus.OPEN:
        raise Stale
    return found


async def let_go(work: UnitOfWork, campus: Campus, admin: Member, debt_id: int) -> Debt:
    """The platform bears after all what a runner owes; Stale when she owes it no more, NotAllowed for one's own."""
    seen = await look_at_debt(work, campus, admin, debt_id)
    require(admin, Action.REFUND_ANY, own=seen.runner_id == admin.person_id)
    owed = await lock_debt(work, seen.refund_id)
    if owed is None or owed.status is not DebtStatus.OPEN:
        raise Stale
    await end_debt(work, owed.id, DebtStatus.LET_GO)
    posting = debt_let_go_posting(
        refund=owed.refund_id, runner=owed.runner_id, amount=owed.left, currency=owed.currency
    )
    await post(work, posting, owed.order_id)
    await log(
        work,
        Actor(role=Role.ADMIN, person_id=admin.person_id),
        campus_id=campus.id,
        order_id=owed.order_id,
        subject="debt",
        subject_id=owed.id,
        happened="let_go",
        before=owed.status,
        after=DebtStatus.LET_GO,
    )
    return owed
