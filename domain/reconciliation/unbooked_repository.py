"""What the books lack of balance transactions, each told by one discrepancy."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from domain.database.unit_of_work import UnitOfWork
from domain.reconciliation.discrepancy import Discrepancy, DiscrepancyKind, DiscrepancyStatus
from domain.reconciliation.repository import discrepancy_from_row
from domain.reconciliation.tables import discrepancy, unbooked_movement

OBJECT_KINDS = (  # the subject is the id of a payment, a transfer or a refund
    DiscrepancyKind.UNKNOWN_INTENT,
    DiscrepancyKind.UNKNOWN_TRANSFER,
    DiscrepancyKind.UNKNOWN_REFUND,
    DiscrepancyKind.LATE_INTENT,
    DiscrepancyKind.LATE_TRANSFER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbookedMovement:
    """What the books lack of a balance transaction, in minor units: positive is more money at Stripe."""

    movement: str
    net: int
    currency: str


async def find_discrepancy_of_object(work: UnitOfWork, stripe_object: str) -> Discrepancy | None:
    """Return the discrepancy about a payment, transfer or refund that we do not know, in any status."""
    this = (discrepancy.c.subject == stripe_object, discrepancy.c.kind.in_(OBJECT_KINDS))
    query = select(discrepancy).where(*this).order_by(discrepancy.c.id.desc()).limit(1)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else discrepancy_from_row(row)


async def note_unbooked(work: UnitOfWork, discrepancy_id: int, unbooked: UnbookedMovement) -> None:
    """Keep what the books lack, as told by this discrepancy."""
    values = {"discrepancy_id": discrepancy_id, "net": unbooked.net, "currency": unbooked.currency}
    made = insert(unbooked_movement).values(movement=unbooked.movement, **values)
    await work.connection.execute(made.on_conflict_do_update(index_elements=["movement"], set_=values))


async def take_unbooked(work: UnitOfWork, discrepancy_id: int) -> list[UnbookedMovement]:
    """Forget what the books lack, as told by this discrepancy, and return it: the caller books it."""
    these = delete(unbooked_movement).where(unbooked_movement.c.discrepancy_id == discrepancy_id)
    taken = these.returning(unbooked_movement.c.movement, unbooked_movement.c.net, unbooked_movement.c.currency)
    return [UnbookedMovement(**row) for row in (await work.connection.execute(taken)).mappings()]


async def sum_unbooked_of(work: UnitOfWork, discrepancy_id: int) -> int:
    """Return the minor units that the books lack, as told by this discrepancy."""
    query = select(func.coalesce(func.sum(unbooked_movement.c.net), 0))
    of_it = query.where(unbooked_movement.c.discrepancy_id == discrepancy_id)
    return int((await work.connection.execute(of_it)).scalar_one())


async def sum_unbooked(work: UnitOfWork) -> Mapping[str, int]:
    """Return currency -> minor units that the books lack, as open discrepancies tell."""
    joined = select(unbooked_movement.c.currency, func.sum(unbooked_movement.c.net)).join(
        discrepancy, discrepancy.c.id == unbooked_movement.c.discrepancy_id
    )
    query = joined.where(discrepancy.c.status == DiscrepancyStatus.OPEN).group_by(unbooked_movement.c.currency)
    return {currency: int(amount) for currency, amount in await work.connection.execute(query)}
