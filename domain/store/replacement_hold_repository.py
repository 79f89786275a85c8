"""Holds that shall take another's place: asked for, adopted, withdrawn; always under the order's lock."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from domain.errors import PriceIncreaseInFlight
from domain.payment import Hold, HoldPart, HoldStatus
from domain.saga import FINAL_STATUSES
from domain.store.money_repository import find_current_hold, find_hold
from domain.store.schema import hold, saga
from domain.store.unit_of_work import UnitOfWork


def is_replacement_hold_of(saga_id: UUID) -> ColumnElement[bool]:
    """The hold this replace_hold asked for, before it takes the other's place."""
    return and_(hold.c.saga_id == saga_id, hold.c.part == HoldPart.REPLACEMENT)


async def insert_replacement_hold(work: UnitOfWork, order_id: int, saga_id: UUID, amount: int, currency: str) -> None:
    """A hold of this amount (minor units) is wanted beside the one that counts."""
    wanted = {"order_id": order_id, "saga_id": saga_id, "status": HoldStatus.REQUESTED, "part": HoldPart.REPLACEMENT}
    await work.connection.execute(insert(hold).values(**wanted, amount=amount, currency=currency))


async def promote_replacement_hold(work: UnitOfWork, order_id: int, saga_id: UUID) -> tuple[Hold, Hold]:
    """The candidate counts from here on: (what counted before, what counts now). LookupError when it is not held."""
    former, replacement = (
        await find_current_hold(work, order_id),
        await find_hold(work, is_replacement_hold_of(saga_id)),
    )
    if former is None or replacement is None or replacement.status is not HoldStatus.HELD:
        raise LookupError(f"order {order_id} has no hold that could take the other's place")
    await _set_hold_part(work, former, HoldPart.FORMER)
    await _set_hold_part(work, replacement, HoldPart.CURRENT)
    return former, replacement


async def retire_replacement_hold(work: UnitOfWork, saga_id: UUID) -> None:
    """A closed candidate makes room for another one."""
    replacement = await find_hold(work, is_replacement_hold_of(saga_id))
    if replacement is not None:
        await _set_hold_part(work, replacement, HoldPart.FORMER)


async def _set_hold_part(work: UnitOfWork, which: Hold, part: HoldPart) -> None:
    await work.connection.execute(update(hold).where(hold.c.id == which.id).values(part=part))


async def require_no_price_increase(work: UnitOfWork, order_id: int) -> None:
    """PriceIncreaseInFlight while a hold of this order is being replaced; hold the order's lock to rely on it."""
    replacing = select(func.count()).where(
        saga.c.order_id == order_id, saga.c.kind == "replace_hold", saga.c.status.not_in(FINAL_STATUSES)
    )
    if (await work.connection.execute(replacing)).scalar_one():
        raise PriceIncreaseInFlight


async def count_price_increases(work: UnitOfWork, order_id: int) -> int:
    """How often a hold of this order was to be replaced."""
    query = select(func.count()).where(saga.c.order_id == order_id, saga.c.kind == "replace_hold")
    return int((await work.connection.execute(query)).scalar_one())
