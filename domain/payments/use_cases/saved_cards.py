"""What a customer does with a saved card: set one up, remove it."""

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.unit_of_work import UnitOfWork
from domain.errors import CardInUse, Stale
from domain.orders.repository import has_pending_order
from domain.payments.sagas.remove_card import build_card_removal_start
from domain.payments.sagas.save_card import build_card_setup_start
from domain.saga.run import SagaRun
from domain.saga.start import start_saga


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
    return await start_saga(work, build_card_removal_start(card, campus_id=campus.id, person_id=member.person_id))


async def start_card_setup(work: UnitOfWork, campus: Campus, member: Member) -> SagaRun:
    """Start a card set-up; its link arrives as a notification within a second or two."""
    require_permission(member, Action.PLACE)
    start = build_card_setup_start(campus_id=campus.id, person_id=member.person_id, now=work.now)
    return await start_saga(work, start)
