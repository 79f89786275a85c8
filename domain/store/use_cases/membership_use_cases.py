"""Membership of a campus, and what a member keeps there: a default place and a card."""

import hmac
from dataclasses import dataclass

from domain.campus import Campus, DropPoint
from domain.errors import CardInUse, Stale
from domain.people import Action, Member
from domain.store.campus_repository import list_drop_points
from domain.store.in_flight import has_pending_order
from domain.store.person_repository import admit_member, save_default_place
from domain.store.saga_progress import start_saga
from domain.store.saga_run import SagaRun, SagaStart
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission_checks import require_permission


@dataclass(frozen=True, slots=True)
class InviteAccepted:
    """The code was right; `place` is the drop point of the poster that was scanned."""

    place: str | None


async def accept_invite(work: UnitOfWork, campus: Campus, member: Member, code: str) -> InviteAccepted | None:
    """Admit a person who brings the code of the campus; return None for any other code.

    The code is `CODE`, or `CODE_12` with the number of a drop point. A number that is no drop point any more still
    admits, because old posters stay on the walls.
    """
    word, _, number = code.partition("_")
    if not hmac.compare_digest(word.encode(), campus.invite_code.encode()):
        return None
    await admit_member(work, campus.id, member.person_id)
    point = await _drop_point(work, campus, number)
    if point is None:
        return InviteAccepted(None)
    await save_default_place(work, campus.id, member.person_id, point.name)
    return InviteAccepted(point.name)


async def choose_default_place(work: UnitOfWork, campus: Campus, member: Member, drop_point: int) -> str:
    """Make this drop point of the list the member's default place.

    Raise Stale when it is not on the list any more.
    """
    require_permission(member, Action.PLACE)
    point = await _drop_point(work, campus, str(drop_point))
    if point is None:
        raise Stale
    await save_default_place(work, campus.id, member.person_id, point.name)
    return point.name


async def type_default_place(work: UnitOfWork, campus: Campus, member: Member, words: str) -> str:
    """Make the typed place the member's default place; return it.

    A drop point of the list keeps the name it has there.
    """
    require_permission(member, Action.PLACE)
    points = await list_drop_points(work, campus.id)
    listed = [point for point in points if words.lower() in (point.name.lower(), point.building.lower())]
    place = listed[0].name if len(listed) == 1 else words
    await save_default_place(work, campus.id, member.person_id, place)
    return place


async def clear_default_place(work: UnitOfWork, campus: Campus, member: Member) -> None:
    """Clear the default place: every order asks for the place again."""
    require_permission(member, Action.PLACE)
    await save_default_place(work, campus.id, member.person_id, None)


async def remove_saved_card(work: UnitOfWork, campus: Campus, member: Member, last4: str) -> SagaRun:
    """Delete the member's card that ends in these digits; a worker detaches it at Stripe.

    Raise Stale when the member has no such card, CardInUse while the hold of an own order is being made with it.
    """
    require_permission(member, Action.PLACE)
    card = member.card
    if card is None or card.last4 != last4:
        raise Stale
    if await has_pending_order(work, member.person_id):
        raise CardInUse
    start = SagaStart(
        kind="remove_card",
        name=f"remove_card:{member.person_id}:{card.payment_method}",
        campus_id=campus.id,
        person_id=member.person_id,
        data={"payment_method": card.payment_method, "brand": card.brand, "last4": card.last4},
    )
    return await start_saga(work, start)


async def _drop_point(work: UnitOfWork, campus: Campus, number: str) -> DropPoint | None:
    return next((point for point in await list_drop_points(work, campus.id) if str(point.id) == number), None)
