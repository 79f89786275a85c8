"""What follows from what happened to a case: which notifications the campus team and the customer get.

Where the words are too long for a photo's caption, the photo is a message of its own.
"""

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.database.actors import Role
from domain.database.event_log_repository import read_order_history
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.orders.states import Order, OrderEvent
from domain.support.feedback import MAX_CAPTION_LENGTH, Case, is_within_length
from domain.support.notifications.cases import (
    case_answer_photo_shown,
    case_answered,
    case_answered_elsewhere,
    case_closed,
    case_closed_elsewhere,
    case_extended,
    case_opened,
    case_photo_shown,
    case_proof_shown,
    case_receipt_shown,
)

HANDOVER_EVENTS = frozenset({OrderEvent.DELIVERED, OrderEvent.FINISHED_BY_ADMIN})


async def tell_case_opened(work: UnitOfWork, campus: Campus, case: Case, order: Order) -> None:
    """Send the campus team the report, all that is known about the order, its receipt and its proof."""
    caption = _caption(case.story, case.photo)
    runner = None if order.runner_id is None else await find_member(work, case.campus_id, order.runner_id)
    customer = await find_member(work, case.campus_id, order.customer_id)
    proof = await _handover_proof(work, order)
    await notify(work, case_opened(case, order, campus, customer, runner, proof=proof, photo=caption))
    if case.photo is not None and caption is None:
        await notify(work, case_photo_shown(case, case.photo))
    if order.receipt_photo is not None:
        await notify(work, case_receipt_shown(case, order.receipt_photo))
    if order.proof_photo is not None:
        await notify(work, case_proof_shown(case, order.proof_photo))


async def tell_case_addition(work: UnitOfWork, case: Case, member: Member, words: str, photo: str | None) -> None:
    """Send the campus team what the customer added to the case."""
    caption = _caption(words, photo)
    await notify(work, case_extended(case, member, words, caption))
    if photo is not None and caption is None:
        await notify(work, case_photo_shown(case, photo))


async def tell_case_answer(work: UnitOfWork, case: Case, admin: Member, words: str, photo: str | None) -> None:
    """Send the customer the campus team's answer, with a button to write back."""
    caption = _caption(words, photo)
    await notify(work, case_answered(case, admin, words, caption))
    if photo is not None and caption is None:
        await notify(work, case_answer_photo_shown(case, photo))


async def tell_case_closed(work: UnitOfWork, case: Case) -> None:
    """Tell the customer that the campus team closed the case, and with which outcome."""
    await notify(work, case_closed(case))


async def tell_other_admins(work: UnitOfWork, case: Case, admin: Member, words: str, *, closed: bool) -> None:
    """Tell the admin chat what an admin did elsewhere, so that no other admin does it again."""
    tell = case_closed_elsewhere if closed else case_answered_elsewhere
    await notify(work, tell(case, admin, words))


def _caption(words: str, photo: str | None) -> str | None:
    """Return the photo whose caption the words fit; None when it has to be a message of its own."""
    return photo if is_within_length(words, MAX_CAPTION_LENGTH) else None


async def _handover_proof(work: UnitOfWork, order: Order) -> str:
    """Return how the order's history says it was handed over: "pin", "photo", "word", or "none" so far."""
    if order.delivered_at is None:
        return "none"
    lines = await read_order_history(work, order.campus_id, order.id)
    ways = [
        line.reason
        for line in lines
        if line.subject == "order" and line.event in HANDOVER_EVENTS and line.actor.role is not Role.ADMIN
    ]
    return ways[-1] if ways and ways[-1] in ("pin", "photo") else "word"
