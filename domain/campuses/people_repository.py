"""Persons and memberships in Postgres."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.campuses.campus import Campus
from domain.campuses.people import Member, RunnerStatus, SavedCard
from domain.campuses.repository import campus_from_row, find_campus_once, keep_campus
from domain.campuses.tables import campus, membership, person, saved_card
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork


def _members() -> Select[Any]:
    joined = membership.join(person, person.c.id == membership.c.person_id).outerjoin(
        saved_card, saved_card.c.person_id == person.c.id
    )
    joined = joined.join(campus, campus.c.id == membership.c.campus_id)
    columns = [column for column in (*membership.c, *person.c) if column.name not in ("id", "admitted")]
    admitted = or_(membership.c.admitted, campus.c.open_to_all).label("admitted")
    card = (column for column in saved_card.c if column.name != "person_id")
    return select(*columns, admitted, *card).select_from(joined)


_PROFILE = ("first_name", "username", "language")
_NEWCOMER = insert(person)
_CHANGED = {name: _NEWCOMER.excluded[name] for name in _PROFILE}
_UPSERT_PERSON = _NEWCOMER.on_conflict_do_update(index_elements=["id"], set_=_CHANGED)
_JOIN = insert(membership).on_conflict_do_nothing()
_CAMPUS_LABELS = {column.name: f"of_campus_{column.name}" for column in campus.c}
_MEMBER = _members().where(membership.c.campus_id == bindparam("campus"), membership.c.person_id == bindparam("person"))
_CAMPUS_AND_MEMBER = _MEMBER.add_columns(*(column.label(_CAMPUS_LABELS[column.name]) for column in campus.c))


async def find_campus_and_member(work: UnitOfWork, campus_id: int, person_id: int) -> tuple[Campus, Member | None]:
    """Return the campus as `find_campus_once` does, and the person as a member of it; None for a newcomer."""
    found = await work.connection.execute(_CAMPUS_AND_MEMBER, {"campus": campus_id, "person": person_id})
    row = found.mappings().one_or_none()
    if row is None:
        return await find_campus_once(work, campus_id), None
    here = keep_campus(work, campus_from_row({name: row[label] for name, label in _CAMPUS_LABELS.items()}))
    return here, member_from_row(row)


async def ensure_member(
    work: UnitOfWork,
    campus_id: int,
    person_id: int,
    *,
    first_name: str,
    username: str | None,
    language: str,
    known: Member | None = None,  # as this transaction has just read it
) -> Member:
    """Return the person as a member of this campus, inserted if new; the name follows Telegram's.

    A member whose profile is unchanged is only read, to avoid a deadlock. This transaction would lock the person
    and then want an order. The worker that completes the order locks the order first and then its runner.
    """
    profile = (first_name, username, language)
    member = known or await _find_member_or_none(work, campus_id, person_id)
    if member is None or (member.first_name, member.username, member.language) != profile:
        await _upsert_member(work, campus_id, person_id, profile)
        member = await find_member(work, campus_id, person_id)
    return member


async def _upsert_member(work: UnitOfWork, campus_id: int, person_id: int, profile: Sequence[str | None]) -> None:
    await work.connection.execute(_UPSERT_PERSON, {"id": person_id, **dict(zip(_PROFILE, profile, strict=True))})
    await work.connection.execute(_JOIN, {"campus_id": campus_id, "person_id": person_id})


async def mark_reachable(work: UnitOfWork, campus_id: int, person_id: int) -> None:
    """Record that the bot can write to this member."""
    here = update(membership).where(membership.c.campus_id == campus_id, membership.c.person_id == person_id)
    await work.connection.execute(here.values(reachable=True))


async def find_member(work: UnitOfWork, campus_id: int, person_id: int) -> Member:
    """Return the member. Raise LookupError when the person is no member of this campus."""
    member = await _find_member_or_none(work, campus_id, person_id)
    if member is None:
        raise LookupError(f"person {person_id} is no member of campus {campus_id}")
    return member


async def _find_member_or_none(work: UnitOfWork, campus_id: int, person_id: int) -> Member | None:
    found = await work.connection.execute(_MEMBER, {"campus": campus_id, "person": person_id})
    row = found.mappings().one_or_none()
    return None if row is None else member_from_row(row)


async def list_members_by_username(work: UnitOfWork, campus_id: int, username: str) -> Sequence[int]:
    """Return the members who had this @name when they wrote last, whatever its case: a name may change its owner."""
    named = select(person.c.id).join(membership, membership.c.person_id == person.c.id)
    here = named.where(membership.c.campus_id == campus_id, func.lower(person.c.username) == username.lower())
    return (await work.connection.execute(here.order_by(person.c.id))).scalars().all()


async def list_admin_ids(work: UnitOfWork, campus_id: int) -> Sequence[int]:
    """Return all admins of a campus."""
    query = select(membership.c.person_id).where(membership.c.campus_id == campus_id, membership.c.is_admin)
    return (await work.connection.execute(query.order_by(membership.c.person_id))).scalars().all()


async def is_admin_of_any_campus(work: UnitOfWork, person_id: int) -> bool:
    """Return whether the person is an admin of some campus of this deployment."""
    query = select(exists().where(membership.c.person_id == person_id, membership.c.is_admin))
    return bool((await work.connection.execute(query)).scalar_one())


async def list_members_by_runner_status(work: UnitOfWork, campus_id: int, status: RunnerStatus) -> Sequence[Member]:
    query = _members().where(membership.c.campus_id == campus_id, membership.c.runner_status == status)
    return [member_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def change_runner_status(
    work: UnitOfWork,
    actor: Actor,
    campus_id: int,
    person_id: int,
    *,
    before: RunnerStatus,
    after: RunnerStatus,
    reason: str | None = None,
) -> bool:
    """Move a runner status from `before` to `after`, and log it. Return False when it is not `before` any more."""
    statement = (
        update(membership)
        .where(
            membership.c.campus_id == campus_id,
            membership.c.person_id == person_id,
            membership.c.runner_status == before,
        )
        .values(runner_status=after)
    )
    if (await work.connection.execute(statement)).rowcount == 0:
        return False
    await log_event(
        work,
        actor,
        campus_id=campus_id,
        order_id=None,
        subject="membership",
        subject_id=person_id,
        happened="runner_status",
        before=before,
        after=after,
        reason=reason,
    )
    return True


async def lock_runner_status(work: UnitOfWork, campus_id: int, person_id: int) -> RunnerStatus | None:
    """Return the runner status of this membership, locked until this transaction ends; None for no member."""
    query = (
        select(membership.c.runner_status)
        .where(membership.c.campus_id == campus_id, membership.c.person_id == person_id)
        .with_for_update(key_share=True)
    )
    found = (await work.connection.execute(query)).scalar_one_or_none()
    return None if found is None else RunnerStatus(found)


async def admit_member(work: UnitOfWork, campus_id: int, person_id: int) -> bool:
    """Let this member order on this campus, and log it. Return False when an invitation admitted them before."""
    newcomer = (
        update(membership)
        .where(membership.c.campus_id == campus_id, membership.c.person_id == person_id, ~membership.c.admitted)
        .values(admitted=True)
    )
    if (await work.connection.execute(newcomer)).rowcount == 0:
        return False
    await log_event(
        work,
        Actor(role=Role.CUSTOMER, person_id=person_id),
        campus_id=campus_id,
        order_id=None,
        subject="membership",
        subject_id=person_id,
        happened="admitted",
        after="admitted",
    )
    return True


async def save_default_place(work: UnitOfWork, campus_id: int, person_id: int, place: str | None) -> None:
    """Save the place this member's food usually goes to; None removes it."""
    mine = update(membership).where(membership.c.campus_id == campus_id, membership.c.person_id == person_id)
    await work.connection.execute(mine.values(default_place=place))


async def mark_unreachable(work: UnitOfWork, campus_id: int, person_id: int) -> None:
    """Record that the person blocked the bot: nothing is sent until they write again."""
    statement = update(membership).where(membership.c.campus_id == campus_id, membership.c.person_id == person_id)
    await work.connection.execute(statement.values(reachable=False))


async def save_stripe_customer(work: UnitOfWork, person_id: int, customer: str) -> str:
    """Save the person's Stripe customer unless one is saved, and return the saved one."""
    kept = func.coalesce(person.c.stripe_customer, customer)
    statement = update(person).where(person.c.id == person_id).values(stripe_customer=kept)
    return str((await work.connection.execute(statement.returning(person.c.stripe_customer))).scalar_one())


async def save_stripe_account(work: UnitOfWork, person_id: int, account: str) -> str:
    """Save the person's Stripe account unless one is saved, and return the saved one."""
    kept = func.coalesce(person.c.stripe_account, account)
    statement = update(person).where(person.c.id == person_id).values(stripe_account=kept)
    return str((await work.connection.execute(statement.returning(person.c.stripe_account))).scalar_one())


async def find_campus_id_of_stripe_owner(work: UnitOfWork, *, customer: str | None, account: str | None) -> int | None:
    """Return a campus of the person with this Stripe customer or connected account, if there is one."""
    joined = membership.join(person, person.c.id == membership.c.person_id)
    columns = ((person.c.stripe_customer, customer), (person.c.stripe_account, account))
    is_owner = or_(false(), *(column == name for column, name in columns if name is not None))
    query = select(membership.c.campus_id).select_from(joined).where(is_owner).limit(1)
    found: int | None = (await work.connection.execute(query)).scalar_one_or_none()
    return found


async def find_person_id_of_account(work: UnitOfWork, account: str) -> int | None:
    """Return the person with this account at Stripe."""
    query = select(person.c.id).where(person.c.stripe_account == account)
    found: int | None = (await work.connection.execute(query)).scalar_one_or_none()
    return found


async def forget_stripe_account(work: UnitOfWork, person_id: int, account: str) -> bool:
    """Remove the person's Stripe account, and its trouble, if it is still this one. Return False when it is not."""
    this = update(person).where(person.c.id == person_id, person.c.stripe_account == account)
    forgotten = await work.connection.execute(
        this.values(stripe_account=None, account_trouble=None).returning(person.c.id)
    )
    return forgotten.scalar_one_or_none() is not None


async def forget_stripe_customer(work: UnitOfWork, person_id: int, customer: str) -> None:
    """Remove the person's Stripe customer if it is still this one."""
    this = update(person).where(person.c.id == person_id, person.c.stripe_customer == customer)
    await work.connection.execute(this.values(stripe_customer=None))


async def replace_gone_customer(work: UnitOfWork, person_id: int, gone: str, customer: str) -> None:
    """Save a new Stripe customer in place of one that Stripe does not know; the card of that one is gone with it."""
    await forget_stripe_customer(work, person_id, gone)
    if await save_stripe_customer(work, person_id, customer) == customer:
        await work.connection.execute(delete(saved_card).where(saved_card.c.person_id == person_id))


async def set_payouts_ready(work: UnitOfWork, person_id: int, *, ready: bool) -> None:
    """Save whether transfers to the person's account are possible now."""
    await work.connection.execute(update(person).where(person.c.id == person_id).values(payouts_ready=ready))


async def change_account_trouble(work: UnitOfWork, person_id: int, trouble: str | None) -> str | None:
    """Save what Stripe lacks of the person's account, and return what was saved before; None: nothing."""
    query = select(person.c.account_trouble).where(person.c.id == person_id).with_for_update(key_share=True)
    before: str | None = (await work.connection.execute(query)).scalar_one()
    await work.connection.execute(update(person).where(person.c.id == person_id).values(account_trouble=trouble))
    return before


async def lock_payouts_ready(work: UnitOfWork, person_id: int) -> bool:
    """Return whether transfers are possible, with the person's row locked.

    The lock keeps a payable that is booked and an account that becomes ready from missing each other.
    """
    query = select(person.c.payouts_ready).where(person.c.id == person_id).with_for_update(key_share=True)
    return bool((await work.connection.execute(query)).scalar_one())


async def upsert_saved_card(work: UnitOfWork, person_id: int, card: SavedCard) -> None:
    """Save the person's one card in place of the former one."""
    values = {name: getattr(card, name) for name in SavedCard.__slots__}
    statement = insert(saved_card).values(person_id=person_id, **values)
    await work.connection.execute(
        statement.on_conflict_do_update(index_elements=["person_id"], set_={**values, "saved_at": func.now()})
    )


async def delete_saved_card(work: UnitOfWork, person_id: int, payment_method: str) -> bool:
    """Delete the person's card if it is still this one. Return False when it is not, or there is none."""
    mine = delete(saved_card).where(saved_card.c.person_id == person_id)
    return (await work.connection.execute(mine.where(saved_card.c.payment_method == payment_method))).rowcount == 1


def member_from_row(row: RowValues) -> Member:
    """Build a member from a row that joins membership, person and saved card (the card's columns may be null)."""
    plain = {name: row[name] for name in Member.__slots__ if name not in ("runner_status", "card")}
    card = None
    if row["payment_method"] is not None:
        card = SavedCard(**{name: row[name] for name in SavedCard.__slots__})
    return Member(runner_status=RunnerStatus(row["runner_status"]), card=card, **plain)
