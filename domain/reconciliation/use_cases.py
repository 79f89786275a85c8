"""What an admin does about a discrepancy between our rows and Stripe's: view it, have it checked again, settle it."""

import re
from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.own_acts.subjects import ActSubject, ActSubjectKind
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.ledger.postings_at_stripe import settled_by_hand_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.orders.repository import find_order, lock_order
from domain.orders.use_cases.act_subjects import find_act_subject, subject_of_order
from domain.reconciliation.discrepancy import (
    Discrepancy,
    DiscrepancyEvent,
    DiscrepancyKind,
    DiscrepancyStatus,
    TransferMeaning,
)
from domain.reconciliation.list_cursor_repository import MOVEMENTS, read_list_soon
from domain.reconciliation.refusals import OrderUnfinished, OrderUnnamed
from domain.reconciliation.repository import (
    end_discrepancy,
    find_discrepancy,
    find_order_meant,
    list_open_discrepancies,
    request_recheck,
)
from domain.reconciliation.saga_postings import PAY_POSTINGS, may_still_be_booked
from domain.reconciliation.transfer_meanings import book_as_pay, choose_meaning, resume_payout
from domain.reconciliation.unbooked_repository import list_lacking_of

ORDER_IN_REASON = re.compile(r"#([0-9]{1,15})(?![0-9])")
NOBODY_IN_REASON = "nobody"


async def view_discrepancies(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Discrepancy]:
    """Return all open discrepancies of this campus, oldest first."""
    require_permission(admin, Action.SEE_STUCK)
    return await list_open_discrepancies(work, campus.id)


async def view_discrepancy(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> Discrepancy:
    """Return an open discrepancy of this campus; raise Stale when it is over, or does not exist."""
    require_permission(admin, Action.SEE_STUCK)
    found = await find_discrepancy(work, campus.id, number)
    if found is None or found.status is not DiscrepancyStatus.OPEN:
        raise Stale
    return found


async def request_discrepancy_recheck(
    work: UnitOfWork, campus: Campus, admin: Member, number: int, chat_id: int
) -> Discrepancy:
    """[Look again]: let a worker ask Stripe and answer in this chat, and soon read what a transfer moved.

    Raise Stale when the discrepancy is over.
    """
    require_permission(admin, Action.SEE_STUCK)
    wanted = await request_recheck(work, campus.id, number, chat_id)
    if wanted is None:
        raise Stale
    if wanted.kind is DiscrepancyKind.UNKNOWN_TRANSFER:
        await read_list_soon(work, MOVEMENTS)
    return wanted


async def settle_discrepancy(
    work: UnitOfWork,
    campus: Campus,
    admin: Member,
    number: int,
    reason: str,
    *,
    meaning: TransferMeaning | None = None,
    shown_to_admins: bool = False,
) -> Discrepancy:
    """[Settle by hand]: end a discrepancy that a person can explain; no money moves, and the books take what they lack.

    Of an unknown transfer they say its `meaning`, [It paid the runner] or [It was for something else]: then it keeps
    the runner's pay back no longer.

    Raise Stale when the discrepancy is over, OrderUnnamed when neither it nor the reason names an order, OrderNotFound
    when the campus has no such order, OrderUnfinished when a saga of the order may book the same money, and what
    `require_uninvolved`, `choose_meaning` and `book_as_pay` raise.
    """
    require_permission(admin, Action.RETRY_STUCK, own=False)
    found = await view_discrepancy(work, campus, admin, number)
    subject = await _find_subject(work, campus, found, reason)
    await require_uninvolved(work, campus, admin, Action.RETRY_STUCK, subject)
    if subject.order_id is not None:
        await _require_no_saga_to_book_it(work, campus, found, subject.order_id, is_pay=meaning is TransferMeaning.PAY)
    said = await choose_meaning(work, found, meaning)
    actor = Actor(role=Role.ADMIN, person_id=admin.person_id)
    settled = await end_discrepancy(work, found.id, DiscrepancyEvent.SETTLED, actor=actor, reason=reason, meaning=said)
    if settled is None:
        raise Stale
    if said is TransferMeaning.PAY:
        await book_as_pay(work, settled, subject.order_id)
    await book_settled(work, settled)
    if said is not None and subject.order_id is not None:
        await resume_payout(work, subject.order_id)
    await tell_admin_act(work, campus, admin, AdminAct.SETTLE, subject, reason, shown_to_admins=shown_to_admins)
    return settled


async def book_settled(work: UnitOfWork, settled: Discrepancy) -> None:
    """Book what the books lack now of the balance transactions that a settled discrepancy tells of."""
    order_id = await find_order_meant(work, settled)
    for each in await list_lacking_of(work, settled.id):
        posting = settled_by_hand_posting(
            key=f"{each.movement.movement}:{work.now.timestamp()}",
            balance_transaction=each.movement.movement,
            net=each.lacking,
            currency=each.movement.currency,
        )
        await post_to_ledger(work, posting, order_id)


async def _require_no_saga_to_book_it(
    work: UnitOfWork, campus: Campus, found: Discrepancy, order_id: int, *, is_pay: bool
) -> None:
    """Lock the order, so that none starts and nothing is adopted meanwhile."""
    await lock_order(work, campus.id, order_id)
    lacking = await list_lacking_of(work, found.id)
    keys = {key for each in lacking for key in each.movement.posting_keys}
    if is_pay:
        keys |= {f"{posting}:{found.subject}" for posting in PAY_POSTINGS}
    if (lacking or is_pay) and await may_still_be_booked(work, order_id, keys):
        raise OrderUnfinished(order=order_id)


async def _find_subject(work: UnitOfWork, campus: Campus, found: Discrepancy, reason: str) -> ActSubject:
    """Return the order it is about: the one it names, else one that the admin names; nobody's if they say so."""
    label = f"{found.kind} {found.id}"
    named = await find_act_subject(work, campus.id, await find_order_meant(work, found), found.id, label)
    if named.kind is not ActSubjectKind.NOTHING:
        return named
    if order := ORDER_IN_REASON.search(reason):
        return subject_of_order(await find_order(work, campus.id, int(order[1])))
    if reason.lower().startswith(NOBODY_IN_REASON):
        return named
    raise OrderUnnamed(number=found.id)
