"""Baskets and the thread of the conversation in Postgres: a restart or a week's pause loses nothing."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.draft import ConversationState, Draft, PendingInput
from domain.store.row_mappers import draft_from_row
from domain.store.schema import conversation_state, draft
from domain.store.schema.order_tables import draft_version
from domain.store.unit_of_work import UnitOfWork

# Whatever is typed next carries these out, or goes to a customer: a line of another day shall not.
EXPIRING_INPUTS = frozenset(
    {
        PendingInput.ADMIN_REASON,
        PendingInput.CASE_ANSWER,
        PendingInput.REFUND,
        PendingInput.SETTLE_DISCREPANCY,
        PendingInput.WAIVE_CUSTOMER_DEBT,
        PendingInput.RESOLVE_SAGA,
        PendingInput.DROP_DEAD_LETTER,
        PendingInput.PASS_ON,
    }
)
PENDING_INPUT_TTL = timedelta(minutes=30)


async def find_draft(work: UnitOfWork, campus_id: int, person_id: int) -> Draft | None:
    """The person's basket on this campus, if there is one."""
    query = select(draft).where(draft.c.campus_id == campus_id, draft.c.person_id == person_id)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else draft_from_row(row)


async def lock_draft(work: UnitOfWork, campus_id: int, person_id: int) -> Draft | None:
    """As find_draft; nobody else changes it until this transaction ends."""
    query = select(draft).where(draft.c.campus_id == campus_id, draft.c.person_id == person_id).with_for_update()
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else draft_from_row(row)


async def change_draft(work: UnitOfWork, campus_id: int, person_id: int, **changes: object) -> Draft:
    """The basket with these columns changed, new when there was none; every change makes older buttons stale."""
    fresh = insert(draft).values(campus_id=campus_id, person_id=person_id, **changes)
    statement = fresh.on_conflict_do_update(
        index_elements=["campus_id", "person_id"],
        set_={
            "version": draft_version.next_value(),
            "asked_ceiling": None,
            "asked_at": None,
            **changes,
            "changed_at": func.now(),
        },
    ).returning(draft)
    return draft_from_row((await work.connection.execute(statement)).mappings().one())


async def advance_draft_version(work: UnitOfWork, placed: Draft) -> int:
    """The basket became an order: its buttons are stale from here; returns the new version."""
    statement = (
        update(draft)
        .where(draft.c.campus_id == placed.campus_id, draft.c.person_id == placed.person_id)
        .values(version=draft_version.next_value(), asked_ceiling=None, asked_at=None)
        .returning(draft.c.version)
    )
    version: int = (await work.connection.execute(statement)).scalar_one()
    return version


async def record_card_requested(work: UnitOfWork, waiting: Draft, ceiling: int) -> None:
    """[Place order] was tapped at this ceiling (minor units), only the card is missing: it may place itself later."""
    statement = update(draft).where(draft.c.campus_id == waiting.campus_id, draft.c.person_id == waiting.person_id)
    await work.connection.execute(statement.values(asked_ceiling=ceiling, asked_at=func.now()))


async def discard_draft(work: UnitOfWork, campus_id: int, person_id: int) -> None:
    """Forget the basket."""
    await work.connection.execute(delete(draft).where(draft.c.campus_id == campus_id, draft.c.person_id == person_id))


async def set_pending_input(
    work: UnitOfWork,
    campus_id: int,
    person_id: int,
    pending_input: PendingInput,
    subject: int | None = None,
    detail: str | None = None,
) -> None:
    """The person's next typed line means this."""
    values = {"pending_input": pending_input, "subject": subject, "detail": detail, "asked_at": func.now()}
    statement = insert(conversation_state).values(campus_id=campus_id, person_id=person_id, **values)
    await work.connection.execute(
        statement.on_conflict_do_update(index_elements=["campus_id", "person_id"], set_=values)
    )


async def find_pending_input(work: UnitOfWork, campus_id: int, person_id: int) -> ConversationState | None:
    """What the person's next typed line means, if anything; what an admin was asked long ago means nothing any more."""
    query = select(conversation_state).where(
        conversation_state.c.campus_id == campus_id, conversation_state.c.person_id == person_id
    )
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None or (row["pending_input"] in EXPIRING_INPUTS and work.now - row["asked_at"] > PENDING_INPUT_TTL):
        return None
    return ConversationState(
        pending_input=PendingInput(row["pending_input"]), subject=row["subject"], detail=row["detail"]
    )


async def clear_pending_input(work: UnitOfWork, campus_id: int, person_id: int) -> None:
    """The next typed line means nothing by itself."""
    await work.connection.execute(
        delete(conversation_state).where(
            conversation_state.c.campus_id == campus_id, conversation_state.c.person_id == person_id
        )
    )
