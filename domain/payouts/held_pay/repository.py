"""Held payables in Postgres: held for an admin, found when due, and released once by a guarded UPDATE."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ARRAY, BigInteger, ColumnElement, all_, bindparam, func, select, update

from domain.database.literal_status import literal_status
from domain.database.unit_of_work import UnitOfWork
from domain.orders.sagas.pay_delay import PayDelay
from domain.payouts.model import Payable, PayoutStatus
from domain.payouts.payout_blocks import PayoutBlocks
from domain.payouts.repository import log_payable, payable_from_row
from domain.payouts.tables import payable

_IS_OPEN = payable.c.status == literal_status(PayoutStatus.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePayable:
    """A held payable whose time has passed."""

    id: int
    campus_id: int
    order_id: int
    runner_id: int


async def hold_for_review(work: UnitOfWork, order_id: int) -> None:
    """Hold the order's open payable until an admin lets it go, and log it; its time may come later than that.

    Do nothing when the order has no open payable.
    """
    until = func.greatest(func.now(), payable.c.held_until)
    held = update(payable).where(payable.c.order_id == order_id, _IS_OPEN)
    statement = held.values(held_until=until, held_for=PayDelay.REVIEW).returning(payable)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    if row is not None:
        await log_payable(work, payable_from_row(row), "held", PayDelay.REVIEW)


async def list_due_payables(work: UnitOfWork, limit: int, *, but: Collection[int] = ()) -> Sequence[DuePayable]:
    """Return held payables whose time has passed and that nothing keeps, longest due first, without the ids `but`."""
    others = payable.c.id != all_(bindparam("but", list(but), type_=ARRAY(BigInteger)))
    query = select(payable.c.id, payable.c.campus_id, payable.c.order_id, payable.c.runner_id)
    due = query.where(*_releasable(work), others).order_by(payable.c.held_until).limit(limit)
    return [DuePayable(**row) for row in (await work.connection.execute(due)).mappings()]


async def list_held_payables(work: UnitOfWork, campus_id: int, runner_id: int) -> Sequence[Payable]:
    """Return what is held of a runner's pay on this campus, the soonest first."""
    own = (payable.c.campus_id == campus_id, payable.c.runner_id == runner_id)
    query = select(payable).where(*own, _IS_OPEN, payable.c.held_until.is_not(None)).order_by(payable.c.held_until)
    return [payable_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def list_overdue_payables(work: UnitOfWork, min_overdue: timedelta) -> Sequence[int]:
    """Return the orders of held payables whose time passed that long ago, though nothing keeps them."""
    long_ago = payable.c.held_until < func.now() - min_overdue
    query = select(payable.c.order_id).where(*_releasable(work), long_ago).order_by(payable.c.order_id)
    return (await work.connection.execute(query)).scalars().all()


async def release_payable(work: UnitOfWork, payable_id: int) -> Payable | None:
    """Let a held payable go and log it: from now on it is sent as any other.

    Return None, and change nothing, when its time has not come, something keeps it, or another worker was faster.
    The caller has locked the order, so that no case about it is opened meanwhile.
    """
    statement = update(payable).where(payable.c.id == payable_id, *_releasable(work))
    released = statement.values(held_until=None, held_for=None).returning(payable)
    row = (await work.connection.execute(released)).mappings().one_or_none()
    if row is None:
        return None
    kept = payable_from_row(row)
    await log_payable(work, kept, "released")
    return kept


def _releasable(work: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    """Build the conditions of a release: the time has passed, no dispute freezes it, no case about it is open."""
    keeps = work.registers.get(PayoutBlocks).keep_held
    return payable.c.held_until <= func.now(), _IS_OPEN, ~payable.c.frozen, *(~is_kept() for is_kept in keeps)
