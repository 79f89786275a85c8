"""Persons and memberships in Postgres."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.people import Member, Role, RunnerStatus, SavedCard
from domain.store.event_log import Actor, log_event
from domain.store.row_mappers import member_from_row
from domain.store.schema import campus, membership, order_message, person, saved_card
from domain.store.unit_of_work import UnitOfWork


def _members() -> Select[Any]:
    joined = membership.join(person, person.c.id == membership.c.person_id).outerjoin(
        saved_card, saved_card.c.person_id == person.c.id
    )
    joined = joined.join(campus, campus.c.id == membership.c.campus_id)
    columns = [column for column in (*membership.c, *person.c) if column.name not in ("id", "admitted")]
    admitted = or_(membership.c.admitted, campus.c.open_to_all).label("admitted")
    card = (column for column in saved_card.c if column.name != "person_id")
    return select(*columns, admitted, *card).select_from(joined)


_MEMBER = _members().where(membership.c.campus_id == bindparam("campus"), membership.c.person_id == bindparam("person"))


async def ensure_member(
    work: UnitOfWork,
    campus_id: int,
    person_id: int,
    *,
    first_name: str,
    username: str | None,
    language: str,
    private: bool,
) -> Member:
    """The person as a member of this campus, new or known; the name follows Telegram's.

    Only who writes in `private` can be written to: her cards that could not be delivered come now. Whoever is known
    already is only read: with her row locked here and an order's lock wanted next, this transaction and the worker
    that completes the order (order first, then its runner) would wait for each other.
    """
    profile = (first_name, username, language)
    member = await _find_member_or_none(work, campus_id, person_id)
    if member is None or (member.first_name, member.username, member.language) != profile:
        await _upsert_member(work, campus_id, person_id, profile)
        member = await find_member(work, campus_id, person_id)
    if not private or member.reachable:
        return member
    await _mark_reachable(work, campus_id, person_id)
    return replace(member, reachable=True)


async def _upsert_member(
    work: UnitOfWork, campus_id: int, person_id: int, profile: tuple[str, str | None, str]
) -> None:
    changed = dict(zip(("first_name", "username", "language"), profile, strict=True))
    newcomer = insert(person).values(id=person_id, **changed)
    await work.connection.execute(newcomer.on_conflict_do_update(index_elements=["id"], set_=changed))
    joined = insert(membership).values(campus_id=campus_id, person_id=person_id).on_conflict_do_nothing()
    await work.connection.execute(joined)


async def _mark_reachable(work: UnitOfWork, campus_id: int, person_id: int) -> None:
    here = update(membership).where(membership.c.campus_id == campus_id, membership.c.person_id == person_id)
    await work.connection.execute(here.values(reachable=True))
    order_messages = update(order_message).where(
        order_message.c.campus_id == campus_id, order_message.c.chat_id == person_id
    )
    undelivered = order_messages.where(
        order_message.c.due_at.is_(None), order_message.c.requested_revision > order_message.c.sent_revision
    )
    await work.connection.execute(undelivered.values(due_at=func.now()))


async def find_member(work: UnitOfWork, campus_id: int, person_id: int) -> Member:
    """The member; LookupError for a stranger to this campus."""
    member = await _find_member_or_none(work, campus_id, person_id)
    if member is None:
        raise LookupError(f"person {person_id} is no member of campus {campus_id}")
    return member


async def _find_member_or_none(work: UnitOfWork, campus_id: int, person_id: int) -> Member | None:
    found = await work.connection.execute(_MEMBER, {"campus": campus_id, "person": person_id})
    row = found.mappings().one_or_none()
    return None if row is None else member_from_row(row)


async def list_members_by_runner_status(work: UnitOfWork, campus_id: int, status: RunnerStatus) -> Sequence[Member]:
    """The members with this runner status."""
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
    """Move a member's runner status from `before` to `after`; False when it is not `before` any more."""
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


async def admit_member(work: UnitOfWork, campus_id: int, person_id: int) -> bool:
    """From now on this member may order here; False when she came by an invitation before."""
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
    """Where this member's food usually goes; None forgets it."""
    mine = update(membership).where(membership.c.campus_id == campus_id, membership.c.person_id == person_id)
    await work.connection.execute(mine.values(default_place=place))


async def mark_unreachable(work: UnitOfWork, campus_id: int, person_id: int) -> None:
    """The person blocked the bot: nothing is sent until she writes again."""
    statement = update(membership).where(membership.c.campus_id == campus_id, membership.c.person_id == person_id)
    await work.connection.execute(statement.values(reachable=False))


async def save_stripe_customer(work: UnitOfWork, person_id: int, customer: str) -> str:
    """Remember the person's Stripe customer; returns the one kept, another one when that was faster."""
    kept = func.coalesce(person.c.stripe_customer, customer)
    statement = update(person).where(person.c.id == person_id).values(stripe_customer=kept)
    return str((await work.connection.execute(statement.returning(person.c.stripe_customer))).scalar_one())


async def save_stripe_account(work: UnitOfWork, person_id: int, account: str) -> str:
    """Remember the person's Stripe account; returns the one kept, another one when that was faster."""
    kept = func.coalesce(person.c.stripe_account, account)
    statement = update(person).where(person.c.id == person_id).values(stripe_account=kept)
    return str((await work.connection.execute(statement.returning(person.c.stripe_account))).scalar_one())


async def forget_stripe_account(work: UnitOfWork, person_id: int, account: str) -> bool:
    """Forget the person's Stripe account if it is still this one; False when another took its place."""
    this = update(person).where(person.c.id == person_id, person.c.stripe_account == account)
    forgotten = await work.connection.execute(this.values(stripe_account=None).returning(person.c.id))
    return forgotten.scalar_one_or_none() is not None


async def set_payouts_ready(work: UnitOfWork, person_id: int, *, ready: bool) -> None:
    """Whether transfers to the person's account are possible now."""
    await work.connection.execute(update(person).where(person.c.id == person_id).values(payouts_ready=ready))


async def lock_payouts_ready(work: UnitOfWork, person_id: int) -> bool:
    """Whether transfers are possible, with the row locked: booking and becoming ready never miss each other."""
    query = select(person.c.payouts_ready).where(person.c.id == person_id).with_for_update(key_share=True)
    return bool((await work.connection.execute(query)).scalar_one())


async def upsert_saved_card(work: UnitOfWork, person_id: int, card: SavedCard) -> None:
    """The person's one card, replacing the former."""
    values = {name: getattr(card, name) for name in SavedCard.__slots__}
    statement = insert(saved_card).values(person_id=person_id, **values)
    await work.connection.execute(
        statement.on_conflict_do_update(index_elements=["person_id"], set_={**values, "saved_at": func.now()})
    )


async def delete_saved_card(work: UnitOfWork, person_id: int, payment_method: str) -> bool:
    """Forget the person's card if it is still this one; False when another took its place, or it is gone."""
    mine = delete(saved_card).where(saved_card.c.person_id == person_id)
    return (await work.connection.execute(mine.where(saved_card.c.payment_method == payment_method))).rowcount == 1
