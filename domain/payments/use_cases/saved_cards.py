"""What a customer does with a saved card: set one up, remove it."""

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.unit_of_work import UnitOfWork
from domain.errors import CardInUse, Stale
from domain.messaging.outbox_repository import notify
from domain.orders.repository import has_pending_order
from domain.payments.notifications.cards import card_link_again
from domain.payments.sagas.remove_card import build_card_removal_start
from domain.payments.sagas.save_card import SAVE_CARD, SaveCardData, build_card_setup_start, is_page_open
from domain.saga.repository import find_running_saga, wake_waiting_saga
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
    """Start a card set-up; its link arrives as a notification within a second or two.

    While the page of an earlier one is open, its link is sent again: a person has one open page on a campus.
    """
    require_permission(member, Action.PLACE)
    earlier = await find_running_saga(work, campus.id, member.person_id, SAVE_CARD.kind)
    data = None if earlier is None else earlier.data_as(SaveCardData)
    if earlier is not None and data is not None and is_page_open(data, campus.windows.length("card_set_up"), work.now):
        if data.url is not None:
            await notify(work, card_link_again(earlier, data.url, work.now))
        return earlier
    start = build_card_setup_start(campus_id=campus.id, person_id=member.person_id, now=work.now)
    return await start_saga(work, start)


async def poll_card_page(work: UnitOfWork, campus: Campus, member: Member) -> None:
    """Let a saga that waits for the member's card look at its Checkout page now."""
    await wake_waiting_saga(work, campus.id, member.person_id, SAVE_CARD.kind)
