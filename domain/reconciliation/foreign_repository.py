"""What others made on the same Stripe account: which objects, how many were not told, when they were told last."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import ARRAY, Text, any_, func, literal, select, union, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.unit_of_work import UnitOfWork
from domain.reconciliation.discrepancy import DiscrepancyStatus, ForeignCounts, ForeignKind, TransferMeaning
from domain.reconciliation.tables import discrepancy, foreign_object
from domain.reconciliation.unbooked_repository import OBJECT_KINDS

FOREIGN_LOCK = (7_260_119, 3)  # a Postgres advisory lock of two numbers


async def keep_foreign_object(work: UnitOfWork, stripe_object: str, kind: ForeignKind, currency: str) -> None:
    """Count an object of others; one that was counted stays as it is."""
    made = insert(foreign_object).values(stripe_object=stripe_object, kind=kind, currency=currency)
    await work.connection.execute(made.on_conflict_do_nothing())


async def is_any_foreign(work: UnitOfWork, stripe_objects: Collection[str]) -> bool:
    """Return whether one of these objects is known to be of others."""
    query = select(foreign_object.c.kind).where(foreign_object.c.stripe_object.in_(stripe_objects)).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def take_untold(work: UnitOfWork, interval: timedelta) -> tuple[ForeignCounts, str] | None:
    """Count the objects that nobody was told of, with the currency of one of them; they count as told then.

    Return None when there is none, or when something was told within `interval`.
    """
    await work.connection.execute(select(func.pg_advisory_xact_lock(*FOREIGN_LOCK)))
    last = (await work.connection.execute(select(func.max(foreign_object.c.told_at)))).scalar_one()
    if last is not None and last > work.now - interval:
        return None
    untold = update(foreign_object).where(foreign_object.c.told_at.is_(None)).values(told_at=func.now())
    rows = (await work.connection.execute(untold.returning(foreign_object.c.kind, foreign_object.c.currency))).all()
    if not rows:
        return None
    kinds = Counter(row.kind for row in rows)
    counts = ForeignCounts(
        payments=kinds[ForeignKind.PAYMENT],
        refunds=kinds[ForeignKind.REFUND],
        transfers=kinds[ForeignKind.TRANSFER],
        disputes=kinds[ForeignKind.DISPUTE],
    )
    return counts, rows[0].currency


async def list_explained_objects(work: UnitOfWork, stripe_objects: Collection[str]) -> Mapping[str, str]:
    """Return those of the objects that need no row of ours: of others, or settled by an admin; each with its kind."""
    any_of_these = any_(literal(list(stripe_objects), ARRAY(Text)))  # one parameter, however many they are
    foreign = select(foreign_object.c.stripe_object, foreign_object.c.kind).where(
        foreign_object.c.stripe_object == any_of_these
    )
    is_settled = (
        discrepancy.c.kind.in_(OBJECT_KINDS),
        discrepancy.c.status == DiscrepancyStatus.SETTLED,
        discrepancy.c.meaning.is_distinct_from(TransferMeaning.PAY),  # that one is ours now
    )
    settled = select(discrepancy.c.subject, discrepancy.c.status).where(
        discrepancy.c.subject == any_of_these, *is_settled
    )
    return {row[0]: row[1] for row in await work.connection.execute(union(foreign, settled))}
