"""Replacement holds: inserted, promoted and retired, always under the order's lock."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, insert, update

from domain.database.unit_of_work import UnitOfWork
from domain.errors import PriceIncreaseInFlight, TooManyPriceIncreases
from domain.orders.price_increase import MAX_PRICE_INCREASES
from domain.payments.hold_repository import find_current_hold, find_hold
from domain.payments.model import Hold, HoldPart, HoldStatus
from domain.payments.sagas.replace_hold import REPLACE_HOLD
from domain.payments.tables import hold
from domain.saga.lookup_repository import count_sagas_of_order, has_unfinished_saga


def is_replacement_hold_of(saga_id: UUID) -> ColumnElement[bool]:
    """Build the condition for the hold this replace_hold requested, until it becomes the current one."""
    return and_(hold.c.saga_id == saga_id, hold.c.part == HoldPart.REPLACEMENT)


async def insert_replacement_hold(work: UnitOfWork, order_id: int, saga_id: UUID, amount: int, currency: str) -> None:
    """Insert a requested hold of this amount (minor units) beside the current one."""
    wanted = {"order_id": order_id, "saga_id": saga_id, "status": HoldStatus.REQUESTED, "part": HoldPart.REPLACEMENT}
    await work.connection.execute(insert(hold).values(**wanted, amount=amount, currency=currency))


async def promote_replacement_hold(work: UnitOfWork, order_id: int, saga_id: UUID) -> tuple[Hold, Hold]:
    """Make the replacement hold current; return (former, current). Raise LookupError when it is not held."""
    former, replacement = (
        await find_current_hold(work, order_id),
        await find_hold(work, is_replacement_hold_of(saga_id)),
    )
    if former is None or replacement is None or replacement.status is not HoldStatus.HELD:
        raise LookupError(f"order {order_id} has no held replacement for its current hold")
    await _set_hold_part(work, former, HoldPart.FORMER)
    await _set_hold_part(work, replacement, HoldPart.CURRENT)
    return former, replacement


async def retire_replacement_hold(work: UnitOfWork, saga_id: UUID) -> None:
    """Make a closed replacement hold a former one, so that another can be requested."""
    replacement = await find_hold(work, is_replacement_hold_of(saga_id))
    if replacement is not None:
        await _set_hold_part(work, replacement, HoldPart.FORMER)


async def _set_hold_part(work: UnitOfWork, which: Hold, part: HoldPart) -> None:
    await work.connection.execute(update(hold).where(hold.c.id == which.id).values(part=part))


async def require_no_price_increase(work: UnitOfWork, order_id: int) -> None:
    """Raise PriceIncreaseInFlight while a hold of this order is being replaced.

    The caller holds the order's lock to rely on it.
    """
    if await has_unfinished_saga(work, order_id, REPLACE_HOLD.kind):
        raise PriceIncreaseInFlight


async def require_price_increase_left(work: UnitOfWork, order_id: int) -> None:
    """Raise TooManyPriceIncreases when this order may have no more."""
    if await next_price_increase_number(work, order_id) > MAX_PRICE_INCREASES:
        raise TooManyPriceIncreases(most=MAX_PRICE_INCREASES)


async def next_price_increase_number(work: UnitOfWork, order_id: int) -> int:
    """Return the number of the next price increase of this order: one more than were started, in any status."""
    return await count_sagas_of_order(work, order_id, REPLACE_HOLD.kind) + 1
