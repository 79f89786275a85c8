"""Local steps of a customer's card: saved, replaced, removed."""

from contextlib import suppress

from domain.campuses.people import SavedCard
from domain.campuses.people_repository import delete_saved_card, find_member, upsert_saved_card
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.errors import CampusGError, Stale
from domain.messaging.outbox_repository import notify
from domain.orders.drafts.draft import Draft
from domain.orders.drafts.repository import find_draft
from domain.orders.repository import has_pending_order
from domain.orders.sagas.create_order import build_order_start
from domain.payments.card_facts import RefusedCard
from domain.payments.card_facts_repository import find_card_objection
from domain.payments.customer_debt_repository import list_open_debts_of_person
from domain.payments.notifications.cards import (
    card_refused,
    card_refused_admins,
    card_removed,
    card_saved,
    card_saved_owing,
    card_saved_placing,
)
from domain.payments.sagas.detach_replaced_card import build_card_detachment_start
from domain.payments.sagas.remove_card import RemoveCardData
from domain.payments.sagas.save_card import SaveCardData
from domain.payments.use_cases.saved_cards import start_card_setup
from domain.saga.run import SagaRun


async def forget_card(work: UnitOfWork, run: SagaRun) -> None:
    """Delete the saved card; raise Stale when it is not the saved card any more."""
    if not await delete_saved_card(work, run.required_person_id, run.data_as(RemoveCardData).payment_method):
        raise Stale


async def tell_card_removed(work: UnitOfWork, run: SagaRun) -> None:
    """Tell the customer that the card is detached at Stripe too."""
    await notify(work, card_removed(run, run.data_as(RemoveCardData)))


async def send_card_page(work: UnitOfWork, run: SagaRun) -> None:
    """Send the run's person a link to save a card, because Stripe does not know theirs any more."""
    campus = await find_campus(work, run.campus_id)
    member = await find_member(work, run.campus_id, run.required_person_id)
    with suppress(CampusGError):  # somebody who may not order any more needs no link
        await start_card_setup(work, campus, member)


async def start_detach_replaced_card(work: UnitOfWork, run: SagaRun, new_card: SavedCard) -> None:
    """Request a saga that detaches the card that this one replaces.

    Do nothing while an order is being placed: its hold is made with the former card.
    """
    former = (await find_member(work, run.campus_id, run.required_person_id)).card
    if (
        former is None
        or former.payment_method == new_card.payment_method
        or await has_pending_order(work, run.required_person_id)
    ):
        return
    start = build_card_detachment_start(
        former.payment_method, campus_id=run.campus_id, person_id=run.required_person_id
    )
    run.requested_sagas.append(start)


async def keep_card(work: UnitOfWork, run: SagaRun) -> None:
    """Save the card, and request the order that waited only for it.

    A card that somebody used who owes, or who is barred because of money, is not saved. Request the order only if the
    tap is recent, the draft was not changed since, and the customer owes nothing. Whether the order may be placed is
    decided by its own saga; a refusal is told to the customer.
    """
    card = run.data_as(SaveCardData).card
    if card is None:
        raise LookupError(f"saga {run.name} has no card")
    refused = await find_card_objection(work, run.campus_id, run.required_person_id, card.fingerprint)
    if refused is not None:
        await _refuse_card(work, run, card, refused)
        return
    await start_detach_replaced_card(work, run, card)
    await upsert_saved_card(work, run.required_person_id, card)
    owed = await list_open_debts_of_person(work, run.campus_id, run.required_person_id)
    draft = await find_draft(work, run.campus_id, run.required_person_id)
    waiting = draft is not None and not owed and await _is_order_still_requested(work, draft)
    if owed:
        await notify(work, card_saved_owing(run, card, owed[0]))
    elif waiting:
        await notify(work, card_saved_placing(run, card))
    else:
        await notify(work, card_saved(run, card, has_draft=draft is not None))
    if draft is not None and waiting:
        run.requested_sagas.append(
            build_order_start(draft, version=draft.version, ceiling=draft.asked_ceiling or 0, optional=True)
        )


async def _refuse_card(work: UnitOfWork, run: SagaRun, card: SavedCard, refused: RefusedCard) -> None:
    """Save nothing, have the card detached at Stripe, and tell the person and the admins."""
    campus_id, person_id = run.campus_id, run.required_person_id
    run.requested_sagas.append(
        build_card_detachment_start(card.payment_method, campus_id=campus_id, person_id=person_id)
    )
    await notify(work, card_refused(run, card))
    await notify(work, card_refused_admins(run, card, await find_member(work, campus_id, person_id), refused))


async def _is_order_still_requested(work: UnitOfWork, draft: Draft) -> bool:
    if draft.asked_at is None or draft.asked_ceiling is None:
        return False
    campus = await find_campus(work, draft.campus_id)
    return work.now - draft.asked_at <= campus.windows.length("auto_place")
