"""Holds that shall take another's place: asked for, adopted, withdrawn; always under the order's lock."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from domain.errors import RaiseUnderWay
from domain.payment import Hold, HoldPart, HoldStatus
from domain.saga import ENDED
from domain.store.money import current_hold, find_hold
from domain.store.schema import hold, saga
from domain.store.unit_of_work import UnitOfWork


def candidate_of(saga_id: UUID) -> ColumnElement[bool]:
    """The hold this replace_hold asked for, before it takes the other's place."""
    return and_(hold.c.saga_id == saga_id, hold.c.part == HoldPart.CANDIDATE)


async def open_candidate(work: UnitOfWork, order_id: int, saga_id: UUID, amount: int, currency: str) -> None:
    """A hold of this amount (minor units) is wanted beside the one that counts."""
    wanted = {"order_id": order_id, "saga_id": saga_id, "status": HoldStatus.REQUESTED, "part": HoldPart.CANDIDATE}
    await work.connection.execute(insert(hold).values(**wanted, amount=amount, currency=currency))


async def adopt(work: UnitOfWork, order_id: int, saga_id: UUID) -> tuple[Hold, Hold]:
    """The candidate counts from here on: (what counted before, what counts now). LookupError when it is not held."""
    former, candidate = await current_hold(work, order_id), await find_hold(work, candidate_of(saga_id))
    if former is None or candidate is None or candidate.status is not HoldStatus.HELD:
        raise LookupError(f"order {order_id} has no hold that could take the other's place")
    await _turn_into(work, former, HoldPart.FORMER)
    await _turn_into(work, candidate, HoldPart.CURRENT)
    return former, candidate


async def withdraw(work: UnitOfWork, saga_id: UUID) -> None:
    """A closed candidate makes room for another one."""
    candidate = await find_hold(work, candidate_of(saga_id))
    if candidate is not None:
        await _turn_into(work, candidate, HoldPart.FORMER)


async def _turn_into(work: UnitOfWork, which: Hold, part: HoldPart) -> None:
    await work.connection.execute(update(hold).where(hold.c.id == which.id).values(part=part))


async def require_no_candidate(work: UnitOfWork, order_id: int) -> None:
    """RaiseUnderWay while a hold of this order is being replaced; hold the order's lock to rely on it."""
    replacing = select(func.count()).where(
        saga.c.order_id == order_id, saga.c.kind == "replace_hold", saga.c.status.not_in(ENDED)
    )
    if (await work.connection.execute(replacing)).scalar_one():
        raise RaiseUnderWay


async def raises_so_far(work: UnitOfWork, order_id: int) -> int:
    """How often a hold of this order was to be replaced."""
    query = select(func.count()).where(saga.c.order_id == order_id, saga.c.kind == "replace_hold")
    return int((await work.connection.execute(query)).scalar_one())
