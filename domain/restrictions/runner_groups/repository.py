"""Removals from runner groups in Postgres: requested with the decision, leased by a bot, done or given up once."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import membership
from domain.database.literal_status import literal_status
from domain.database.unit_of_work import UnitOfWork
from domain.restrictions.model import GroupRemoval, RemovalStatus
from domain.restrictions.tables import group_removal
from domain.settings.timeouts import Timeout

REMOVAL_LEASE = Timeout.GROUP_REMOVAL_LEASE.delta  # longer than the calls may take: then another process tries again
MAX_REMOVALS = 10  # in one turn


_DUE = literal_status(RemovalStatus.DUE)


async def request_removal(work: UnitOfWork, campus_id: int, person_id: int) -> None:
    """Have this person removed from the runner group of this campus, once."""
    statement = insert(group_removal).values(campus_id=campus_id, person_id=person_id)
    again = statement.on_conflict_do_update(
        index_elements=["campus_id", "person_id"],
        index_where=text("status = 'due'"),
        set_={"due_at": func.now(), "told_at": None},
    )
    await work.connection.execute(again)


async def lease_removals(work: UnitOfWork, campus_ids: Collection[int]) -> Sequence[GroupRemoval]:
    """Return due removals of these campuses, leased: for a while no other process is given them."""
    due = (
        select(group_removal.c.id)
        .where(
            group_removal.c.campus_id.in_(campus_ids),
            group_removal.c.status == _DUE,
            group_removal.c.due_at <= func.now(),
        )
        .order_by(group_removal.c.due_at)
        .limit(MAX_REMOVALS)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(group_removal)
        .where(group_removal.c.id.in_(due))
        .values(due_at=func.now() + REMOVAL_LEASE)
        .returning(group_removal.c.id, group_removal.c.campus_id, group_removal.c.person_id)
    )
    return [GroupRemoval(**row) for row in (await work.connection.execute(statement)).mappings()]


async def end_removal(work: UnitOfWork, removal: GroupRemoval, status: RemovalStatus) -> None:
    """Record how a removal ended."""
    this = update(group_removal).where(group_removal.c.id == removal.id)
    await work.connection.execute(this.values(status=status, ended_at=func.now()))


async def postpone_removal(work: UnitOfWork, removal: GroupRemoval, delay: timedelta) -> None:
    """Try a removal again after this delay."""
    this = update(group_removal).where(group_removal.c.id == removal.id)
    await work.connection.execute(this.values(due_at=func.now() + delay))


async def mark_admins_told(work: UnitOfWork, removal: GroupRemoval) -> bool:
    """Record that the admins are told that a removal does not succeed. Return False when they were told before."""
    this = update(group_removal).where(group_removal.c.id == removal.id, group_removal.c.told_at.is_(None))
    return (await work.connection.execute(this.values(told_at=func.now()))).rowcount == 1


async def list_runner_campuses(work: UnitOfWork, person_id: int) -> Sequence[int]:
    """Return the campuses where the person is an approved or suspended runner."""
    holds = membership.c.runner_status.in_((RunnerStatus.APPROVED, RunnerStatus.SUSPENDED))
    query = select(membership.c.campus_id).where(membership.c.person_id == person_id, holds)
    return (await work.connection.execute(query.order_by(membership.c.campus_id))).scalars().all()
