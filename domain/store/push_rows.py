"""Pushes as rows: messages of their own, sent at most once by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, RowMapping, bindparam, exists, func, select, update
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
_UNCLAIMED = select(push.c.id).where(_THIS, push.c.status == "due", push.c.tries == bindparam("tried"))
_CLAIM = (
    update(push)
    .where(push.c.id == _UNCLAIMED.with_for_update(skip_locked=True).scalar_subquery())
    .values(status="sending", due_at=func.now() + LEASE, tries=push.c.tries + 1)
)
_STANDS = update(push).where(_THIS).values(status="sent", due_at=None, error=None, message_id=bindparam("message"))
_SENT = _STANDS.where(push.c.status.in_(("due", "sending")))
_SENT_AFTER_ALL = _STANDS.where(push.c.status == "lost")
_NEXT = select(func.min(push.c.id)).where(
    _ENDED.c.id == bindparam("number"),
    push.c.campus_id == _ENDED.c.campus_id,
    push.c.chat_id == _ENDED.c.chat_id,
    push.c.due_at.is_not(None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRow:
    """A message to send: `key` and `args` are its sentence, `buttons` rows of one button each."""

    id: int
    campus_id: int
    order_id: int | None
    chat_id: int
    key: str
    args: Mapping[str, str | int]
    buttons: Sequence[Mapping[str, str]]
    photo: str | None
    silent: bool
    tries: int


async def find_due_push(connection: AsyncConnection, push_id: int) -> PushRow | None:
    """The message, if it is due and all that was written to its chat before it has gone: news come in their order."""
    row = (await connection.execute(_DUE_PUSH, {"number": push_id})).mappings().one_or_none()
    return None if row is None else _push_from(row)


async def claim_push(connection: AsyncConnection, message: PushRow) -> bool:
    """Sending it from here on is this worker's, once; False when another has it."""
    claimed = await connection.execute(_CLAIM, {"number": message.id, "tried": message.tries})
    return claimed.rowcount == 1


async def push_sent(work: UnitOfWork, push_id: int, message_id: int) -> bool:
    """It stands in its chat under this number; True when it was taken for lost, and its worker only slow."""
    this = {"number": push_id, "message": message_id}
    if (await work.connection.execute(_SENT, this)).rowcount == 1:
        await _ring_next(work, push_id)
        return False
    return (await work.connection.execute(_SENT_AFTER_ALL, this)).rowcount == 1


async def push_dropped(work: UnitOfWork, push_id: int, error: str) -> None:
    """Nobody is there to read it, or it is our mistake: it was certainly not sent, and is not by itself."""
    unfinished = update(push).where(push.c.id == push_id, push.c.status.in_(("due", "sending")))
    await work.connection.execute(unfinished.values(status="dropped", due_at=None, error=error))
    await _ring_next(work, push_id)


async def push_lost(work: UnitOfWork, push_id: int, error: str) -> PushRow | None:
    """Nobody knows whether it was sent: at most once means lost. None when that is written down already."""
    return await _lose(work, push_id, error)


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


async def push_postponed(work: UnitOfWork, push_id: int, after: timedelta, error: str | None = None) -> None:
    """It was certainly not sent: due again after a while."""
    unfinished = update(push).where(push.c.id == push_id, push.c.status.in_(("due", "sending")))
    await work.connection.execute(unfinished.values(status="due", due_at=func.now() + after, error=error))


async def push_failed(work: UnitOfWork, push_id: int, after: timedelta, error: str) -> PushRow | None:
    """A fault of ours before it was sent: due again after a while; returns it with its tries, this one among them."""
    due = update(push).where(push.c.id == push_id, push.c.status == "due")
    later = due.values(due_at=func.now() + after, tries=push.c.tries + 1, error=error).returning(push)
    row = (await work.connection.execute(later)).mappings().one_or_none()
    return None if row is None else _push_from(row)


async def send_anew(work: UnitOfWork, subject: str) -> None:
    """A dropped or lost message is due again, once; harmless when it is neither."""
    ended = update(push).where(push.c.id == int(subject), push.c.status.in_(("dropped", "lost")))
    await work.connection.execute(ended.values(status="due", due_at=func.now(), tries=0, error=None))
    work.ring("send_push", int(subject))


def _push_from(row: RowMapping) -> PushRow:
    return PushRow(**{name: row[name] for name in PushRow.__slots__})
