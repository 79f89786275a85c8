"""Notifications as rows: messages of their own, sent at most once by themselves.

Each write requires the status and the fence that its worker read, and raises the fence. So a worker whose row was
changed by another one changes nothing. Only "outcome unknown" leaves the fence as it is. The worker may be slow,
and may still report that the message was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import ColumnElement, RowMapping, Update, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.database.unit_of_work import UnitOfWork
from domain.messaging.lane import Lane
from domain.messaging.notification.model import NotificationEvent, NotificationStatus, status_after, statuses_before
from domain.messaging.tables import notification, set_postponed
from domain.settings.timeouts import Timeout

# Renewed while a call takes long: a notification that is still `sending` after this has lost its worker.
LEASE_TTL = Timeout.SEND_LEASE.delta

_EARLIER, _ENDED, _NEXT = (notification.alias(name) for name in ("earlier", "ended", "next"))
HAS_EARLIER_UNSENT = exists().where(  # an earlier one of the same lane to the same chat still waits
    _EARLIER.c.campus_id == notification.c.campus_id,
    _EARLIER.c.chat_id == notification.c.chat_id,
    _EARLIER.c.lane == notification.c.lane,
    _EARLIER.c.id < notification.c.id,
    _EARLIER.c.due_at.is_not(None),
)
_THIS = notification.c.id == bindparam("number")
DUE_NOTIFICATION = select(notification).where(
    _THIS, notification.c.status == NotificationStatus.DUE, notification.c.due_at <= func.now(), ~HAS_EARLIER_UNSENT
)
_RISEN = {"fence": notification.c.fence + 1}
_FENCED = notification.c.fence == bindparam("known")
_UNLEASED = select(notification.c.id).where(_THIS, notification.c.status == NotificationStatus.DUE, _FENCED)
_LEASE = (
    update(notification)
    .where(notification.c.id == _UNLEASED.with_for_update(skip_locked=True).scalar_subquery())
    .values(
        status=status_after(NotificationEvent.LEASED),
        due_at=func.now() + LEASE_TTL,
        tries=notification.c.tries + 1,
        **_RISEN,
    )
)
_SET_SENT = {
    "status": status_after(NotificationEvent.SENT),
    "due_at": None,
    "error": None,
    "message_id": bindparam("message"),
    **_RISEN,
}
_NEXT_IN_CHAT = select(func.min(_NEXT.c.id)).where(
    _ENDED.c.id == bindparam("number"),
    _NEXT.c.campus_id == _ENDED.c.campus_id,
    _NEXT.c.chat_id == _ENDED.c.chat_id,
    _NEXT.c.lane == _ENDED.c.lane,
    _NEXT.c.due_at.is_not(None),
    _NEXT.c.id != _ENDED.c.id,
)
_MARK_SENT, _MARK_SENT_LATE = (
    update(notification)
    .where(_THIS, _FENCED, notification.c.status == status)
    .values(_SET_SENT)
    .returning(_NEXT_IN_CHAT.scalar_subquery().label("next_in_chat"))
    for status in (NotificationStatus.SENDING, NotificationStatus.OUTCOME_UNKNOWN)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRow:
    """A notification to send: `key` and `args` make its sentence, and `buttons` are rows of one button each.

    `status` and `fence` are those its worker knows: as it was found, or as it was leased.
    """

    id: int
    campus_id: int
    order_id: int | None
    chat_id: int
    lane: Lane
    key: str
    args: Mapping[str, str | int]
    buttons: Sequence[Mapping[str, str]]  # as stored: one that can't be read is a fault of this notification alone
    photo: str | None
    silent: bool
    status: NotificationStatus
    tries: int
    postponed: int
    error: str | None
    fence: int


async def keep_notification_lease(work: UnitOfWork, message: NotificationRow) -> None:
    """Extend the lease of a notification that is being sent; nothing when another worker has it."""
    mine = update(notification).where(
        notification.c.id == message.id,
        notification.c.fence == message.fence,
        notification.c.status == NotificationStatus.SENDING,
    )
    await work.connection.execute(mine.values(due_at=func.now() + LEASE_TTL))


async def find_notification(work: UnitOfWork, notification_id: int) -> NotificationRow:
    """Return the notification, in any status; the caller knows that it exists."""
    query = select(notification).where(notification.c.id == notification_id)
    return notification_from_row((await work.connection.execute(query)).mappings().one())


async def has_notification(work: UnitOfWork, order_id: int, key: str) -> bool:
    """Return whether a notification with this sentence was ever written for the order."""
    query = select(exists().where(notification.c.order_id == order_id, notification.c.key == key))
    return bool((await work.connection.execute(query)).scalar_one())


async def count_notifications(work: UnitOfWork, order_id: int, name: str) -> int:
    """Return how many notifications of the order have a name that begins like this."""
    named = notification.c.name.startswith(name, autoescape=True)
    query = select(func.count()).where(notification.c.order_id == order_id, named)
    return int((await work.connection.execute(query)).scalar_one())


async def find_notification_status(work: UnitOfWork, name: str) -> NotificationStatus | None:
    """Return the status of the notification of this name; None when it was not written yet."""
    query = select(notification.c.status).where(notification.c.name == name)
    found = (await work.connection.execute(query)).scalar_one_or_none()
    return None if found is None else NotificationStatus(found)


async def lease_notification(connection: AsyncConnection, message: NotificationRow) -> NotificationRow | None:
    """Lease it to be sent once by this worker (`tries` stays as found). Return None when another was faster."""
    leased = await connection.execute(_LEASE, {"number": message.id, "known": message.fence})
    return (
        replace(message, status=NotificationStatus.SENDING, fence=message.fence + 1) if leased.rowcount == 1 else None
    )


async def record_notification_sent(work: UnitOfWork, message: NotificationRow, message_id: int) -> bool:
    """Record the message id, in one statement. Return False, and change nothing, when it is not being sent any more."""
    this = {"number": message.id, "known": message.fence, "message": message_id}
    row = (await work.connection.execute(_MARK_SENT, this)).one_or_none()
    if row is not None and row.next_in_chat is not None:
        work.enqueue_after_commit("send_notification", row.next_in_chat)
    return row is not None


async def record_notification_sent_late(work: UnitOfWork, message: NotificationRow, message_id: int) -> bool:
    """Record the message id of one whose outcome counted as unknown. Return False, and change nothing, otherwise."""
    this = {"number": message.id, "known": message.fence, "message": message_id}
    return (await work.connection.execute(_MARK_SENT_LATE, this)).one_or_none() is not None


async def drop_notification(work: UnitOfWork, message: NotificationRow, error: str) -> bool:
    """Record that it was certainly not sent, and do not retry: nobody can read it, or the fault is ours.

    Return False, and change nothing, when the row was changed by another worker.
    """
    dropped = _update_if_leased(message).values(
        status=status_after(NotificationEvent.DROPPED), due_at=None, error=error
    )
    if (await work.connection.execute(dropped)).rowcount == 0:
        return False
    await _enqueue_next(work, message.id)
    return True


async def record_notification_outcome_unknown(
    work: UnitOfWork, message: NotificationRow, error: str
) -> NotificationRow | None:
    """Record that nobody knows whether it was sent; as it is sent at most once, it is not retried.

    Return None, and change nothing, when the row was changed before.
    """
    return await _set_outcome_unknown(work, message.id, error, notification.c.fence == message.fence)


async def record_notification_abandoned(work: UnitOfWork, notification_id: int, error: str) -> NotificationRow | None:
    """Record the outcome as unknown for one whose worker is gone.

    Return None when another worker has recorded it, or it is not abandoned.
    """
    return await _set_outcome_unknown(work, notification_id, error, notification.c.due_at <= func.now())


async def _set_outcome_unknown(
    work: UnitOfWork, notification_id: int, error: str, *further: ColumnElement[bool]
) -> NotificationRow | None:
    sending = update(notification).where(
        notification.c.id == notification_id, notification.c.status == NotificationStatus.SENDING, *further
    )
    statement = sending.values(status=status_after(NotificationEvent.OUTCOME_LOST), due_at=None, error=error).returning(
        notification
    )
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    await _enqueue_next(work, notification_id)
    return notification_from_row(row)


async def _enqueue_next(work: UnitOfWork, notification_id: int) -> None:
    """Enqueue the next notification of the same lane to the same chat, which waited for this one."""
    following = (await work.connection.execute(_NEXT_IN_CHAT, {"number": notification_id})).scalar_one_or_none()
    if following is not None:
        work.enqueue_after_commit("send_notification", following)


async def postpone_notification(
    work: UnitOfWork, message: NotificationRow, after: timedelta, error: str | None = None
) -> bool:
    """Make one that was certainly not sent due again after this delay. The try does not count.

    Return False, and change nothing, when the row was changed by another worker.
    """
    later = _update_if_leased(message).values(
        status=status_after(NotificationEvent.POSTPONED),
        due_at=func.now() + after,
        tries=message.tries,
        **set_postponed(notification, error),
    )
    return (await work.connection.execute(later)).rowcount == 1


async def record_notification_failure(
    work: UnitOfWork, message: NotificationRow, after: timedelta, error: str, *, is_first: bool = False
) -> NotificationRow | None:
    """Count a fault of ours before the lease, and make it due again after this delay.

    The first one counts anew. Return the row with the counted tries; None when it was changed by another worker.
    """
    tries = 1 if is_first else notification.c.tries + 1
    counted = {"due_at": func.now() + after, "tries": tries, "error": error}
    later = _update_if_leased(message).values(counted).returning(notification)
    row = (await work.connection.execute(later)).mappings().one_or_none()
    return None if row is None else notification_from_row(row)


async def forget_notification_tries(work: UnitOfWork, message: NotificationRow) -> NotificationRow | None:
    """Let its tries count anew: it waited, and nothing failed. Return None when it was changed by another worker."""
    anew = _update_if_leased(message).values(tries=0, postponed=0, error=None).returning(notification)
    row = (await work.connection.execute(anew)).mappings().one_or_none()
    return None if row is None else notification_from_row(row)


async def retry_notification(work: UnitOfWork, subject: str) -> None:
    """Make one that was dropped, or has an unknown outcome, due again; do nothing when it is neither."""
    ended = update(notification).where(
        notification.c.id == int(subject), notification.c.status.in_(statuses_before(NotificationEvent.RETRIED))
    )
    anew = {"due_at": func.now(), "tries": 0, "postponed": 0, "error": None}
    await work.connection.execute(ended.values(status=status_after(NotificationEvent.RETRIED), **anew, **_RISEN))
    work.enqueue_after_commit("send_notification", int(subject))


def _update_if_leased(message: NotificationRow) -> Update:
    known = (notification.c.status == message.status, notification.c.fence == message.fence)
    return update(notification).where(notification.c.id == message.id, *known).values(_RISEN)


def notification_from_row(row: RowMapping) -> NotificationRow:
    """Return a row of the outbox as a notification to send."""
    plain = {name: row[name] for name in NotificationRow.__slots__ if name not in ("status", "lane")}
    return NotificationRow(status=NotificationStatus(row["status"]), lane=Lane(row["lane"]), **plain)
