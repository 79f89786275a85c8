"""What the books lack of balance transactions, each told by one discrepancy, by the ledger as it is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, any_, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.repository import sum_booked_under, sum_explained_of
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


# Minor units that the books lack of a balance transaction: nothing of it is booked, or something else than is due.
_BOOKED = sum_booked_under(unbooked_movement.c.posting_keys)
_LACKING = case(
    (_BOOKED.is_(None), unbooked_movement.c.net),
    (unbooked_movement.c.due.is_(None), 0),
    else_=unbooked_movement.c.due - _BOOKED,
) - func.coalesce(sum_explained_of(unbooked_movement.c.movement), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbookedMovement:
    """A balance transaction that the books lack, or lacked, in minor units: positive is more money at Stripe.

    Once one of the postings with `posting_keys` is booked, they come to `due`; None: other movements decide that.
    """

    movement: str
    net: int
    currency: str
    posting_keys: tuple[str, ...]
    due: int | None

    def lacking(self, booked: int | None, explained: int | None) -> int:
        """Return what the books lack, when these sums are `booked` (None: no posting) and `explained` otherwise."""
        if booked is None:
            return self.net - (explained or 0)
        return (0 if self.due is None else self.due - booked) - (explained or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LackingMovement:
    """What the books lack of a balance transaction now, in minor units, and which discrepancy tells of it."""

    movement: UnbookedMovement
    lacking: int
    told: Discrepancy


async def find_discrepancy_of_object(work: UnitOfWork, stripe_object: str) -> Discrepancy | None:
    """Return the discrepancy about a payment, transfer or refund that we do not know, in any status."""
    row = (await work.connection.execute(_discrepancies_of(stripe_object))).mappings().one_or_none()
    return None if row is None else discrepancy_from_row(row)


async def lock_discrepancy_of_object(work: UnitOfWork, stripe_object: str) -> Discrepancy | None:
    """Return the same, locked: nobody settles it before this transaction ends, so that what is noted is booked."""
    query = _discrepancies_of(stripe_object).with_for_update()
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else discrepancy_from_row(row)


def _discrepancies_of(stripe_object: str) -> Select[Any]:
    this = (discrepancy.c.subject == stripe_object, discrepancy.c.kind.in_(OBJECT_KINDS))
    return select(discrepancy).where(*this).order_by(discrepancy.c.id.desc()).limit(1)


async def note_unbooked(work: UnitOfWork, discrepancy_id: int, unbooked: UnbookedMovement) -> None:
    """Keep a balance transaction that the books lack, as told by this discrepancy."""
    values = {
        "discrepancy_id": discrepancy_id,
        "net": unbooked.net,
        "currency": unbooked.currency,
        "posting_keys": list(unbooked.posting_keys),
        "due": unbooked.due,
    }
    made = insert(unbooked_movement).values(movement=unbooked.movement, **values)
    await work.connection.execute(made.on_conflict_do_update(index_elements=["movement"], set_=values))


async def list_lacking_of(work: UnitOfWork, discrepancy_id: int) -> list[LackingMovement]:
    """Return of which balance transactions that this discrepancy tells of the books lack something now."""
    return await _list_lacking(work, discrepancy.c.id == discrepancy_id)


async def tell_movement_with(work: UnitOfWork, discrepancy_id: int, posting_key: str) -> None:
    """Let this discrepancy tell of the balance transactions that this posting would book, whichever told of them."""
    of_it = any_(unbooked_movement.c.posting_keys) == posting_key
    await work.connection.execute(update(unbooked_movement).where(of_it).values(discrepancy_id=discrepancy_id))


async def sum_moved(work: UnitOfWork, discrepancy_id: int, posting_key: str) -> int | None:
    """Return the minor units that the balance transactions of this discrepancy moved in all, booked or not.

    Return None while that of `posting_key` is not kept.
    """
    query = select(unbooked_movement.c.net, unbooked_movement.c.posting_keys)
    rows = (await work.connection.execute(query.where(unbooked_movement.c.discrepancy_id == discrepancy_id))).all()
    if not any(posting_key in row.posting_keys for row in rows):
        return None
    return sum(int(row.net) for row in rows)


async def sum_kept_beside(work: UnitOfWork, kind: DiscrepancyKind, subject: str, movement: str, currency: str) -> int:
    """Return the minor units in this currency of what is kept for this discrepancy beside this balance transaction."""
    others = (unbooked_movement.c.movement != movement, unbooked_movement.c.currency == currency)
    query = (
        select(func.coalesce(func.sum(unbooked_movement.c.net), 0))
        .join(discrepancy, discrepancy.c.id == unbooked_movement.c.discrepancy_id)
        .where(discrepancy.c.kind == kind, discrepancy.c.subject == subject, *others)
    )
    return int((await work.connection.execute(query)).scalar_one())


async def list_lacking_after_settling(work: UnitOfWork) -> list[LackingMovement]:
    """Return what admins settled and the books do not have right since: such as what was booked after all."""
    return await _list_lacking(work, discrepancy.c.status == DiscrepancyStatus.SETTLED)


async def _list_lacking(work: UnitOfWork, which: ColumnElement[bool]) -> list[LackingMovement]:
    query = (
        select(
            unbooked_movement.c.movement,
            unbooked_movement.c.net,
            unbooked_movement.c.currency.label("moved_currency"),
            unbooked_movement.c.posting_keys,
            unbooked_movement.c.due,
            _LACKING.label("lacking"),
            discrepancy,
        )
        .join(discrepancy, discrepancy.c.id == unbooked_movement.c.discrepancy_id)
        .where(which, _LACKING != 0)
        .order_by(unbooked_movement.c.movement)
    )
    return [_lacking_from_row(row) for row in (await work.connection.execute(query)).mappings()]


def _lacking_from_row(row: RowMapping) -> LackingMovement:
    movement = UnbookedMovement(
        movement=row["movement"],
        net=row["net"],
        currency=row["moved_currency"],
        posting_keys=tuple(row["posting_keys"]),
        due=row["due"],
    )
    return LackingMovement(movement=movement, lacking=int(row["lacking"]), told=discrepancy_from_row(row))


async def sum_unbooked_of(work: UnitOfWork, discrepancy_id: int) -> int:
    """Return the minor units that the books lack, as told by this discrepancy."""
    query = select(func.coalesce(func.sum(_LACKING), 0))
    of_it = query.where(unbooked_movement.c.discrepancy_id == discrepancy_id)
    return int((await work.connection.execute(of_it)).scalar_one())


async def sum_unbooked(work: UnitOfWork) -> Mapping[str, int]:
    """Return currency -> minor units that the books lack, as open discrepancies tell."""
    joined = select(unbooked_movement.c.currency, func.sum(_LACKING)).join(
        discrepancy, discrepancy.c.id == unbooked_movement.c.discrepancy_id
    )
    query = joined.where(discrepancy.c.status == DiscrepancyStatus.OPEN).group_by(unbooked_movement.c.currency)
    return {currency: int(amount) for currency, amount in await work.connection.execute(query)}
