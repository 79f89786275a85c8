"""Pushes as rows: messages of their own, sent at most once by themselves.

Each write is guarded by the status and the fence that its worker knows, and raises the fence: a worker that was
overtaken changes nothing. Only a loss leaves the fence as it is, for its worker may be slow and still say that it came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import ColumnElement, RowMapping, Update, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.store.schema import push
from domain.store.unit_of_work import UnitOfWork

LEASE = timedelta(seconds=10)  # longer than a call may take; a push in `sending` after this has no worker any more

_EARLIER, _ENDED = push.alias("earlier"), push.alias("ended")
BEHIND_ANOTHER = exists().where(  # something that was written to the same chat before has not gone yet
    _EARLIER.c.campus_id == push.c.campus_id,
    _EARLIER.c.chat_id == push.c.chat_id,
    _EARLIER.c.id < push.c.id,
    _EARLIER.c.due_at.is_not(None),
)
_THIS = push.c.id == bindparam("number")
_DUE_PUSH = select(push).where(_THIS, push.c.status == "due", push.c.due_at <= func.now(), ~BEHIND_ANOTHER)
_RISEN = {"fence": push.c.fence + 1}
_FENCED = push.c.fence == bindparam("known")
_UNCLAIMED = select(push.c.id).where(_THIS, push.c.status == "due", _FENCED)
_CLAIM = (
    update(push)
    .where(push.c.id == _UNCLAIMED.with_for_update(skip_locked=True).scalar_subquery())
    .values(status="sending", due_at=func.now() + LEASE, tries=push.c.tries + 1, **_RISEN)
)
_STANDS = {"status": "sent", "due_at": None, "error": None, "message_id": bindparam("message"), **_RISEN}
_SENT, _SENT_AFTER_ALL = (
    update(push).where(_THIS, _FENCED, push.c.status == status).values(_STANDS) for status in ("sending", "lost")
)
_NEXT = select(func.min(push.c.id)).where(
    _ENDED.c.id == bindparam("number"),
    push.c.campus_id == _ENDED.c.campus_id,
    push.c.chat_id == _ENDED.c.chat_id,
    push.c.due_at.is_not(None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRow:
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


async def find_due_push(connection: AsyncConnection, push_id: int) -> PushRow | None:
    """The message, if it is due and all that was written to its chat before it has gone: news come in their order."""
    row = (await connection.execute(_DUE_PUSH, {"number": push_id})).mappings().one_or_none()
    return None if row is None else _push_from(row)


async def claim_push(connection: AsyncConnection, message: PushRow) -> PushRow | None:
    """Sending it from here on is this worker's, once (`tries` as it was found); None when another was faster."""
    claimed = await connection.execute(_CLAIM, {"number": message.id, "known": message.fence})
    return replace(message, status="sending", fence=message.fence + 1) if claimed.rowcount == 1 else None


async def push_sent(work: UnitOfWork, message: PushRow, message_id: int) -> bool:
    """It stands in its chat under this number; True when it was taken for lost, and its worker only slow."""
    this = {"number": message.id, "known": message.fence, "message": message_id}
    if (await work.connection.execute(_SENT, this)).rowcount == 1:
        await _ring_next(work, message.id)
        return False
    return (await work.connection.execute(_SENT_AFTER_ALL, this)).rowcount == 1


async def push_dropped(work: UnitOfWork, message: PushRow, error: str) -> bool:
    """Nobody is there to read it, or it is our mistake: it was certainly not sent, and is not by itself.

    False, and nothing changed, when it was overtaken.
    """
    dropped = _still_ours(message).values(status="dropped", due_at=None, error=error)
    if (await work.connection.execute(dropped)).rowcount == 0:
        return False
    await _ring_next(work, message.id)
    return True


async def push_lost(work: UnitOfWork, message: PushRow, error: str) -> PushRow | None:
    """Nobody knows whether it was sent: at most once means lost. None when that is written down already."""
    return await _lose(work, message.id, error, push.c.fence == message.fence)


async def push_abandoned(work: UnitOfWork, push_id: int, error: str) -> PushRow | None:
    """One of them is lost; None when another worker has said so, or it is not abandoned."""
    return await _lose(work, push_id, error, push.c.due_at <= func.now())


async def _lose(work: UnitOfWork, push_id: int, error: str, *further: ColumnElement[bool]) -> PushRow | None:
    sending = update(push).where(push.c.id == push_id, push.c.status == "sending", *further)
    lost = sending.values(status="lost", due_at=None, error=error).returning(push)
    row = (await work.connection.execute(lost)).mappings().one_or_none()
    if row is None:
        return None
    await _ring_next(work, push_id)
    return _push_from(row)


async def _ring_next(work: UnitOfWork, push_id: int) -> None:
    """What was written to the same chat next waited for this one."""
    following = (await work.connection.execute(_NEXT, {"number": push_id})).scalar_one_or_none()
    if following is not None:
        work.ring("send_push", following)


async def push_postponed(work: UnitOfWork, message: PushRow, after: timedelta, error: str | None = None) -> bool:
    """It was certainly not sent: due again after a while. False, and nothing changed, when it was overtaken."""
    later = _still_ours(message).values(status="due", due_at=func.now() + after, error=error)
    return (await work.connection.execute(later)).rowcount == 1


async def push_failed(work: UnitOfWork, message: PushRow, after: timedelta, error: str) -> PushRow | None:
    """A fault of ours before it was claimed: due again after a while; gives it with its tries, this one among them."""
    counted = {"due_at": func.now() + after, "tries": push.c.tries + 1, "error": error}
    later = _still_ours(message).values(counted).returning(push)
    row = (await work.connection.execute(later)).mappings().one_or_none()
    return None if row is None else _push_from(row)


async def send_anew(work: UnitOfWork, subject: str) -> None:
    """A dropped or lost message is due again, once; harmless when it is neither."""
    ended = update(push).where(push.c.id == int(subject), push.c.status.in_(("dropped", "lost")))
    await work.connection.execute(ended.values(status="due", due_at=func.now(), tries=0, error=None, **_RISEN))
    work.ring("send_push", int(subject))


def _still_ours(message: PushRow) -> Update:
    known = (push.c.status == message.status, push.c.fence == message.fence)
    return update(push).where(push.c.id == message.id, *known).values(_RISEN)


def _push_from(row: RowMapping) -> PushRow:
    return PushRow(**{name: row[name] for name in PushRow.__slots__})
