"""Drafts and conversation states in Postgres: neither a restart nor a pause of a week loses them."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.orders.drafts.draft import ConversationState, Draft, PendingInput
from domain.orders.drafts.tables import conversation_state, draft, draft_version
from domain.orders.rows import items_from_json
from domain.orders.sagas.create_order import CREATE_ORDER
from domain.saga.definition import SagaStatus
from domain.saga.tables import saga
from domain.settings.timeouts import Timeout

_DRAFT_CONVERTED = ("items",)


# The next typed line carries these out, or is sent to a customer. A line typed on another day must not.
EXPIRING_INPUTS = frozenset(
    {
        PendingInput.ADMIN_REASON,
        PendingInput.CASE_ANSWER,
        PendingInput.REFUND,
        PendingInput.SETTLE_DISCREPANCY,
        PendingInput.TRANSFER_PAY,
        PendingInput.TRANSFER_OTHER,
        PendingInput.WAIVE_CUSTOMER_DEBT,
        PendingInput.RESOLVE_SAGA,
        PendingInput.DROP_DEAD_LETTER,
        PendingInput.PASS_ON,
        PendingInput.ADDRESSEE,
    }
)
PENDING_INPUT_TTL = Timeout.PENDING_INPUT_LIFETIME.delta

_DRAFT = select(draft).where(draft.c.campus_id == bindparam("campus"), draft.c.person_id == bindparam("person"))
_LOCKED_DRAFT = _DRAFT.with_for_update()
_IN_CONVERSATION = (
    conversation_state.c.campus_id == bindparam("campus"),
    conversation_state.c.person_id == bindparam("person"),
)
_PENDING_INPUT = select(conversation_state).where(*_IN_CONVERSATION)
_CLEAR_PENDING_INPUT = delete(conversation_state).where(*_IN_CONVERSATION)
_ASK = insert(conversation_state).values(asked_at=func.now())
_SET_PENDING_INPUT = _ASK.on_conflict_do_update(
    index_elements=["campus_id", "person_id"],
    set_={name: _ASK.excluded[name] for name in ("pending_input", "subject", "detail", "asked_at")},
)


async def find_draft(work: UnitOfWork, campus_id: int, person_id: int) -> Draft | None:
    """Return the person's draft on this campus, if there is one."""
    row = (await work.connection.execute(_DRAFT, {"campus": campus_id, "person": person_id})).mappings().one_or_none()
    return None if row is None else draft_from_row(row)


async def lock_draft(work: UnitOfWork, campus_id: int, person_id: int) -> Draft | None:
    """Return the same as find_draft, locked until this transaction ends."""
    locked = await work.connection.execute(_LOCKED_DRAFT, {"campus": campus_id, "person": person_id})
    row = locked.mappings().one_or_none()
    return None if row is None else draft_from_row(row)


async def change_draft(work: UnitOfWork, campus_id: int, person_id: int, **changes: object) -> Draft:
    """Change these columns of the draft, or insert it; every change makes older buttons stale."""
    values = {"campus_id": campus_id, "person_id": person_id, **changes}
    changed = await work.connection.execute(_change_of(frozenset(changes)), values)
    return draft_from_row(changed.mappings().one())


@cache
def _change_of(columns: frozenset[str]) -> ReturningInsert[Any]:
    fresh = insert(draft)
    renewed: dict[str, object] = {"version": draft_version.next_value(), "asked_ceiling": None, "asked_at": None}
    changed = {name: fresh.excluded[name] for name in sorted(columns)}
    return fresh.on_conflict_do_update(
        index_elements=["campus_id", "person_id"], set_=renewed | changed | {"changed_at": func.now()}
    ).returning(draft)


async def advance_draft_version(work: UnitOfWork, placed: Draft) -> int:
    """Make the buttons of a draft that became an order stale, and return its new version."""
    statement = (
        update(draft)
        .where(draft.c.campus_id == placed.campus_id, draft.c.person_id == placed.person_id)
        .values(version=draft_version.next_value(), asked_ceiling=None, asked_at=None)
        .returning(draft.c.version)
    )
    version: int = (await work.connection.execute(statement)).scalar_one()
    return version


async def record_card_requested(work: UnitOfWork, waiting: Draft, ceiling: int) -> None:
    """Record that [Place order] was tapped at this ceiling (minor units) and only the card is missing.

    The order may then be placed by itself once the card is there.
    """
    statement = update(draft).where(draft.c.campus_id == waiting.campus_id, draft.c.person_id == waiting.person_id)
    await work.connection.execute(statement.values(asked_ceiling=ceiling, asked_at=func.now()))


async def delete_used_draft(work: UnitOfWork, campus_id: int, person_id: int, version: int) -> None:
    """Delete the draft of a published order, unless the person has changed it since it was placed."""
    used = delete(draft).where(draft.c.campus_id == campus_id, draft.c.person_id == person_id)
    await work.connection.execute(used.where(draft.c.version == version))


async def discard_draft(work: UnitOfWork, campus_id: int, person_id: int) -> None:
    await work.connection.execute(delete(draft).where(draft.c.campus_id == campus_id, draft.c.person_id == person_id))


async def set_pending_input(
    work: UnitOfWork,
    campus_id: int,
    person_id: int,
    pending_input: PendingInput,
    subject: int | None = None,
    detail: str | None = None,
) -> None:
    """Record what the person's next typed line will mean."""
    asked = {"pending_input": pending_input, "subject": subject, "detail": detail}
    await work.connection.execute(_SET_PENDING_INPUT, asked | {"campus_id": campus_id, "person_id": person_id})


async def find_pending_input(work: UnitOfWork, campus_id: int, person_id: int) -> ConversationState | None:
    """Return what the person's next typed line means, if anything.

    An expiring input older than PENDING_INPUT_TTL means nothing any more.
    """
    found = await work.connection.execute(_PENDING_INPUT, {"campus": campus_id, "person": person_id})
    row = found.mappings().one_or_none()
    if row is None or (row["pending_input"] in EXPIRING_INPUTS and work.now - row["asked_at"] > PENDING_INPUT_TTL):
        return None
    return ConversationState(
        pending_input=PendingInput(row["pending_input"]), subject=row["subject"], detail=row["detail"]
    )


async def clear_pending_input(work: UnitOfWork, campus_id: int, person_id: int) -> None:
    """Forget what the person was asked: their next typed line means nothing by itself."""
    await work.connection.execute(_CLEAR_PENDING_INPUT, {"campus": campus_id, "person": person_id})


async def is_draft_being_placed(work: UnitOfWork, basket: Draft) -> bool:
    """Return whether an order of this version of the draft waits for its hold.

    The draft is kept meanwhile, in case the customer has to try another card.
    """
    query = select(func.count()).where(
        saga.c.campus_id == basket.campus_id,
        saga.c.person_id == basket.person_id,
        saga.c.kind == CREATE_ORDER.kind,
        saga.c.status == SagaStatus.RUNNING,
        saga.c.data["draft_version"].as_integer() == basket.version,
    )
    return bool((await work.connection.execute(query)).scalar_one())


def draft_from_row(row: RowValues) -> Draft:
    plain = {name: row[name] for name in Draft.__slots__ if name not in _DRAFT_CONVERTED}
    return Draft(items=items_from_json(row["items"]), **plain)
