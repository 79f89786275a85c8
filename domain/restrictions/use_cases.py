"""What admins do with restrictions: propose one, say yes to it, lift it, and list those that hold."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.own_acts.subjects import person_subject
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, require_permission
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.messaging.outbox_repository import notify
from domain.restrictions import repository
from domain.restrictions.elsewhere import exempt_here, tell_other_campuses, tell_other_campuses_ended
from domain.restrictions.errors import OwnRestrictionElsewhere, PersonUnknown, SuspendedHere
from domain.restrictions.model import Restriction, RestrictionKind, RestrictionTerms
from domain.restrictions.notifications import person_restricted, restriction_ended
from domain.restrictions.runner_groups.membership import follow_ended_restriction, follow_new_restriction

MAX_ENDED_BATCH_SIZE = 50


async def view_restrictions(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Restriction]:
    """Return what holds on this campus now: what it decided itself, and what others decided because of money."""
    require_permission(admin, Action.SEE_RESTRICTIONS)
    return await repository.list_restrictions(work, campus.id)


async def propose_restriction(
    work: UnitOfWork, campus: Campus, admin: Member, person_id: int, terms: RestrictionTerms
) -> Restriction:
    """Keep what an admin wrote, to be confirmed within ten minutes; it restricts nobody yet.

    Raise PersonUnknown for a person who is no member of this campus, and what `require_uninvolved` raises for oneself.
    """
    await _require_other_member(work, campus, admin, person_id)
    return await repository.insert_proposal(work, campus.id, person_id, terms, proposed_by=admin.person_id)


async def confirm_restriction(
    work: UnitOfWork, campus: Campus, admin: Member, restriction_id: int, *, shown_to_admins: bool = False
) -> Restriction:
    """Let a proposed restriction hold; the person and the admin chat are told.

    Raise Stale when it was decided before, or is older than ten minutes, and what `propose_restriction` raises.
    """
    require_permission(admin, Action.RESTRICT_PERSON, own=False)
    proposed = await repository.find_restriction(work, campus.id, restriction_id)
    if proposed is None:
        raise Stale
    await _require_other_member(work, campus, admin, proposed.person_id)
    if not await repository.activate_restriction(work, proposed, decided_by=admin.person_id):
        raise Stale
    await notify(work, person_restricted(campus, proposed))
    await follow_new_restriction(work, proposed)
    await tell_other_campuses(work, proposed)
    act = AdminAct.BAR if proposed.terms.kind is RestrictionKind.BAR else AdminAct.LIMIT
    subject = person_subject(proposed.person_id, proposed.first_name)
    await tell_admin_act(work, campus, admin, act, subject, proposed.terms.note, shown_to_admins=shown_to_admins)
    return proposed


async def restrict_person(
    work: UnitOfWork, campus: Campus, admin: Member, person_id: int, terms: RestrictionTerms
) -> Restriction:
    """Restrict a person at once, for a button that has asked already. Raise what `propose_restriction` raises."""
    proposed = await propose_restriction(work, campus, admin, person_id, terms)
    return await confirm_restriction(work, campus, admin, proposed.id)


async def lift_restrictions(
    work: UnitOfWork, campus: Campus, admin: Member, person_id: int, why: str, *, shown_to_admins: bool = False
) -> Sequence[Restriction]:
    """End what holds for a person here: what this campus decided ends, what others decided holds no more on this one.

    The person, the admin chat, and the admins of those others are told. A suspension of this campus goes on: /unsuspend
    ends it. Raise SuspendedHere when only that holds, Stale when nothing does, PersonUnknown for no member of this
    campus, what `require_uninvolved` raises, and OwnRestrictionElsewhere for an admin's own: even the only admin of a
    campus has the team to ask that decided it.
    """
    require_permission(admin, Action.RESTRICT_PERSON, own=False)
    held = await repository.list_restrictions_of(work, campus.id, person_id)
    elsewhere = [each for each in held if each.campus_id != campus.id]
    if person_id == admin.person_id and elsewhere:
        raise OwnRestrictionElsewhere(team=elsewhere[0].campus_title)
    member = await _require_other_member(work, campus, admin, person_id)
    lifted = [each for each in held if await _lift(work, campus, admin, each, why)]
    if not lifted:
        raise SuspendedHere if held else Stale
    subject = person_subject(person_id, member.first_name)
    await tell_admin_act(work, campus, admin, AdminAct.UNBAR, subject, why, shown_to_admins=shown_to_admins)
    return lifted


async def _lift(work: UnitOfWork, campus: Campus, admin: Member, held: Restriction, why: str) -> bool:
    if held.campus_id != campus.id:
        return await exempt_here(work, campus, admin, held, why)
    if held.terms.kind is RestrictionKind.SUSPENSION:
        return False
    if not await repository.lift_restriction(work, held, lifted_by=admin.person_id, why=why):
        return False
    await notify(work, restriction_ended(campus, held))
    await tell_other_campuses_ended(work, held, why)
    await follow_ended_restriction(work, held)
    return True


async def tell_ended_restrictions(work: UnitOfWork) -> int:
    """Tell people whose restriction ended by itself, once each; return how many."""
    ended = await repository.take_ended_restrictions(work, MAX_ENDED_BATCH_SIZE)
    for each in ended:
        await notify(work, restriction_ended(await find_campus(work, each.campus_id), each))
        await follow_ended_restriction(work, each)
    return len(ended)


async def _require_other_member(work: UnitOfWork, campus: Campus, admin: Member, person_id: int) -> Member:
    require_permission(admin, Action.RESTRICT_PERSON, own=False)
    try:
        member = await find_member(work, campus.id, person_id)
    except LookupError:
        raise PersonUnknown from None
    subject = person_subject(person_id, member.first_name)
    await require_uninvolved(work, campus, admin, Action.RESTRICT_PERSON, subject)
    return member
