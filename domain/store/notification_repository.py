"""Pushes as rows: messages of their own, sent at most once by themselves.

Each write is guarded by the status and the fence that its worker knows, and raises the fence: a worker that was
overtaken changes nothing. Only a loss leaves the fence as it is, for its worker may be slow and still say that it came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import ColumnElement, RowMapping, Update, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.store.schema import notification
from domain.store.unit_of_work import UnitOfWork

LEASE_TTL = timedelta(seconds=10)  # longer than a call may take; a push in `sending` after this has no worker any more

_EARLIER, _ENDED = notification.alias("earlier"), notification.alias("ended")
HAS_EARLIER_UNSENT = exists().where(  # something that was written to the same chat before has not gone yet
    _EARLIER.c.campus_id == notification.c.campus_id,
    _EARLIER.c.chat_id == notification.c.chat_id,
    _EARLIER.c.id < notification.c.id,
    _EARLIER.c.due_at.is_not(None),
)
_THIS = notification.c.id == bindparam("number")
_DUE_NOTIFICATION = select(notification).where(
    _THIS, notification.c.status == "due", notification.c.due_at <= func.now(), ~HAS_EARLIER_UNSENT
)
_RISEN = {"fence": notification.c.fence + 1}
_FENCED = notification.c.fence == bindparam("known")
_UNLEASED = select(notification.c.id).where(_THIS, notification.c.status == "due", _FENCED)
_LEASE = (
    update(notification)
    .where(notification.c.id == _UNLEASED.with_for_update(skip_locked=True).scalar_subquery())
    .values(status="sending", due_at=func.now() + LEASE_TTL, tries=notification.c.tries + 1, **_RISEN)
)
_SET_SENT = {"status": "sent", "due_at": None, "error": None, "message_id": bindparam("message"), **_RISEN}
_MARK_SENT, _MARK_SENT_LATE = (
    update(notification).where(_THIS, _FENCED, notification.c.status == status).values(_SET_SENT)
    for status in ("sending", "outcome_unknown")
)
_NEXT_IN_CHAT = select(func.min(notification.c.id)).where(
    _ENDED.c.id == bindparam("number"),
    notification.c.campus_id == _ENDED.c.campus_id,
    notification.c.chat_id == _ENDED.c.chat_id,
    notification.c.due_at.is_not(None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRow:
    """A message to send: `key` and `args` are its sentence, `buttons` rows of one button each.

    `status` and `fence` are those its worker knows: as it was found, or as it was claimed.
    """

    id: int
    campus_id: int
    order_id: int | None
    chat_id: int
    key: str
    args: Mapping[str, str | int]
    buttons: Sequence[Mapping[str, str]]
    photo: str | None
    silent: bool
    status: str
    tries: int
    fence: int


async def find_due_notification(connection: AsyncConnection, notification_id: int) -> NotificationRow | None:
    """The message, if it is due and all that was written to its chat before it has gone: news come in their order."""
    row = (await connection.execute(_DUE_NOTIFICATION, {"number": notification_id})).mappings().one_or_none()
    return None if row is None else _notification_from_row(row)


async def lease_notification(connection: AsyncConnection, message: NotificationRow) -> NotificationRow | None:
    """Sending it from here on is this worker's, once (`tries` as it was found); None when another was faster."""
    claimed = await connection.execute(_LEASE, {"number": message.id, "known": message.fence})
    return replace(message, status="sending", fence=message.fence + 1) if claimed.rowcount == 1 else None


async def record_notification_sent(work: UnitOfWork, message: NotificationRow, message_id: int) -> bool:
    """It stands in its chat under this number; True when it was taken for lost, and its worker only slow."""
    this = {"number": message.id, "known": message.fence, "message": message_id}
    if (await work.connection.execute(_MARK_SENT, this)).rowcount == 1:
        await _enqueue_next(work, message.id)
        return False
    return (await work.connection.execute(_MARK_SENT_LATE, this)).rowcount == 1


async def drop_notification(work: UnitOfWork, message: NotificationRow, error: str) -> bool:
    """Nobody is there to read it, or it is our mistake: it was certainly not sent, and is not by itself.

    False, and nothing changed, when it was overtaken.
    """
    dropped = _update_if_leased(message).values(status="dropped", due_at=None, error=error)
    if (await work.connection.execute(dropped)).rowcount == 0:
        return False
    await _enqueue_next(work, message.id)
    return True


async def record_notification_outcome_unknown(
    work: UnitOfWork, message: NotificationRow, error: str
) -> NotificationRow | None:
    """Nobody knows whether it was sent: at most once means lost. None when that is written down already."""
    return await _set_outcome_unknown(work, message.id, error, notification.c.fence == message.fence)


async def record_notification_abandoned(work: UnitOfWork, notification_id: int, error: str) -> NotificationRow | None:
    """One of them is lost; None when another worker has said so, or it is not abandoned."""
    return await _set_outcome_unknown(work, notification_id, error, notification.c.due_at <= func.now())


async def _set_outcome_unknown(
    work: UnitOfWork, notification_id: int, error: str, *further: ColumnElement[bool]
) -> NotificationRow | None:
    sending = update(notification).where(
        notification.c.id == notification_id, notification.c.status == "sending", *further
    )
    statement = sending.values(status="outcome_unknown", due_at=None, error=error).returning(notification)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    await _enqueue_next(work, notification_id)
    return _notification_from_row(row)


async def _enqueue_next(work: UnitOfWork, notification_id: int) -> None:
    """What was written to the same chat next waited for this one."""
    following = (await work.connection.execute(_NEXT_IN_CHAT, {"number": notification_id})).scalar_one_or_none()
    if following is not None:
        work.enqueue_after_commit("send_notification", following)


async def postpone_notification(
    work: UnitOfWork, message: NotificationRow, after: timedelta, error: str | None = None
) -> bool:
    """It was certainly not sent: due again after a while. False, and nothing changed, when it was overtaken."""
    later = _update_if_leased(message).values(status="due", due_at=func.now() + after, error=error)
    return (await work.connection.execute(later)).rowcount == 1


async def record_notification_failure(
    work: UnitOfWork, message: NotificationRow, after: timedelta, error: str
) -> NotificationRow | None:
    """A fault of ours before it was claimed: due again after a while; gives it with its tries, this one among them."""
    counted = {"due_at": func.now() + after, "tries": notification.c.tries + 1, "error": error}
    later = _update_if_leased(message).values(counted).returning(notification)
    row = (await work.connection.execute(later)).mappings().one_or_none()
    return None if row is None else _notification_from_row(row)


async def retry_notification(work: UnitOfWork, subject: str) -> None:
    """A dropped or lost message is due again, once; harmless when it is neither."""
    ended = update(notification).where(
        notification.c.id == int(subject), notification.c.status.in_(("dropped", "outcome_unknown"))
    )
    await work.connection.execute(ended.values(status="due", due_at=func.now(), tries=0, error=None, **_RISEN))
    work.enqueue_after_commit("send_notification", int(subject))


def _update_if_leased(message: NotificationRow) -> Update:
    known = (notification.c.status == message.status, notification.c.fence == message.fence)
    return update(notification).where(notification.c.id == message.id, *known).values(_RISEN)


def _notification_from_row(row: RowMapping) -> NotificationRow:
    return NotificationRow(**{name: row[name] for name in NotificationRow.__slots__})
