"""Dead letters in Postgres: each is told to the admins once, then requeued or dropped by an admin."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, RowMapping, Select, case, cast, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.unit_of_work import UnitOfWork
from domain.inbox.dead_letter import DeadLetter, DeadLetterKind, DeadLetterOutcome, FailedItem
from domain.inbox.notifications import DEAD_LETTER_KEY, dead_letter_opened
from domain.inbox.repository import reopen_event, reopen_update
from domain.inbox.tables import dead_letter
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.notification.repository import retry_notification
from domain.messaging.order_message_repository import retry_order_message
from domain.messaging.outbox_repository import notify
from domain.messaging.tables import notification
from domain.orders.timers.repository import retry_timer
from domain.settings.logs import get_logger

log = get_logger(__name__)


async def add_dead_letter(work: UnitOfWork, failed_item: FailedItem) -> None:
    """Insert or reopen the dead letter, and tell the admins, or in the log the operator, if no campus has it.

    Do nothing while it is open already.
    """
    values = {name: getattr(failed_item, name) for name in FailedItem.__slots__}
    reopened: dict[str, Any] = {"ended_at": None, "outcome": None, "ended_by": None, "reason": None}
    reopened |= {
        "dead_since": func.now(),
        "times": dead_letter.c.times + 1,
        "tries": failed_item.tries,
        "error": failed_item.error,
    }
    statement = insert(dead_letter).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["kind", "subject"], set_=reopened, where=dead_letter.c.ended_at.is_not(None)
    )
    made = (await work.connection.execute(statement.returning(dead_letter))).mappings().one_or_none()
    if made is not None and not (
        failed_item.kind is DeadLetterKind.NOTIFICATION and failed_item.shown.startswith(DEAD_LETTER_KEY)
    ):
        await _tell(work, made)


async def _tell(work: UnitOfWork, made: RowMapping) -> None:
    if made["campus_id"] is None:
        log.error("dead_letter_of_no_campus", number=made["id"], kind=made["kind"], shown=made["shown"])
        return
    found = await lock_dead_letter(work, made["campus_id"], made["id"])
    if found is not None:
        await notify(work, dead_letter_opened(found, made["campus_id"], made["times"]))


async def list_dead_letters(work: UnitOfWork, campus_id: int | None) -> Sequence[DeadLetter]:
    """Return the open dead letters of this campus, or of none, oldest first."""
    query = _select_open().where(dead_letter.c.campus_id.is_not_distinct_from(campus_id))
    rows = (await work.connection.execute(query.order_by(dead_letter.c.dead_since, dead_letter.c.id))).mappings()
    return [_dead_letter_from_row(row) for row in rows]


async def lock_dead_letter(work: UnitOfWork, campus_id: int | None, number: int) -> DeadLetter | None:
    """Return an open dead letter of this campus, or of none, locked until this transaction ends; None if it is over."""
    here = dead_letter.c.campus_id.is_not_distinct_from(campus_id)
    query = _select_open().where(here, dead_letter.c.id == number)
    row = (await work.connection.execute(query.with_for_update(of=dead_letter))).mappings().one_or_none()
    return None if row is None else _dead_letter_from_row(row)


def _select_open() -> Select[Any]:
    """Select the open dead letters; a notification's own row says whether its outcome is unknown."""
    # Subjects of some other kinds are no numbers, and casting them would fail.
    number = case((dead_letter.c.kind == DeadLetterKind.NOTIFICATION, cast(dead_letter.c.subject, BigInteger)))
    outcome_unknown = (
        exists()
        .where(notification.c.id == number, notification.c.status == NotificationStatus.OUTCOME_UNKNOWN)
        .label("outcome_unknown")
    )
    return select(dead_letter, outcome_unknown).where(dead_letter.c.ended_at.is_(None))


async def end_dead_letter(
    work: UnitOfWork, number: int, outcome: DeadLetterOutcome, *, person_id: int | None, reason: str | None = None
) -> None:
    """Close a dead letter with the outcome that an admin decided on, or without `person_id` the operator."""
    over = {"ended_at": func.now(), "outcome": outcome, "ended_by": person_id, "reason": reason}
    await work.connection.execute(update(dead_letter).where(dead_letter.c.id == number).values(over))


async def mark_dead_letter_recovered(work: UnitOfWork, kind: DeadLetterKind, subject: object) -> None:
    """Close the open dead letter of an item that worked after all; do nothing when there is none."""
    this = (dead_letter.c.kind == kind, dead_letter.c.subject == str(subject), dead_letter.c.ended_at.is_(None))
    over = {"ended_at": func.now(), "outcome": DeadLetterOutcome.GONE}
    await work.connection.execute(update(dead_letter).where(*this).values(over))


async def requeue_dead_letter(work: UnitOfWork, found: DeadLetter) -> None:
    """Make the item due again in its own table, as if it had never failed."""
    await _REQUEUE_BY_KIND[found.kind](work, found.subject)


_REQUEUE_BY_KIND: Mapping[DeadLetterKind, Callable[[UnitOfWork, str], Awaitable[None]]] = MappingProxyType(
    {
        DeadLetterKind.UPDATE: reopen_update,
        DeadLetterKind.STRIPE_EVENT: reopen_event,
        DeadLetterKind.NOTIFICATION: retry_notification,
        DeadLetterKind.ORDER_MESSAGE: retry_order_message,
        DeadLetterKind.TIMER: retry_timer,
    }
)


def _dead_letter_from_row(row: RowMapping) -> DeadLetter:
    return DeadLetter(
        kind=DeadLetterKind(row["kind"]), **{name: row[name] for name in DeadLetter.__slots__ if name != "kind"}
    )
