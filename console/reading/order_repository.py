"""What the page of an order reads: its saga runs, its timers, its messages, and the names of its people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, select

from domain.campuses.tables import person
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.tables import notification, order_message
from domain.orders.tables import timer
from domain.orders.timers.model import TimerStatus
from domain.saga.data import call_from_json, engine_data_from_json
from domain.saga.definition import Saga, SagaStatus
from domain.saga.refusals import StripeRefusal
from domain.saga.register import SagaRegister
from domain.saga.run import PreparedCall
from domain.saga.tables import saga, saga_signal

MAX_ROWS = 60  # of runs, and of messages


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSignal:
    """A signal that a run was sent, and whether it read it."""

    name: str
    at: datetime
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A saga run as its row has it. `definition` is None for a saga that this release does not know."""

    number: int
    name: str
    kind: str
    version: int
    definition: Saga | None
    order_id: int | None
    status: SagaStatus
    compensating: bool
    position: int
    attempt: int
    tries: int
    worker: str | None
    wake_at: datetime | None
    waiting_until: datetime | None
    failing_since: datetime | None
    started_at: datetime
    ended_at: datetime | None
    reason: str | None
    error: str | None
    call: PreparedCall | None
    refusal: StripeRefusal | None
    stripe_ids: Mapping[str, str]
    signals: Sequence[StoredSignal] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """A timer that has not fired."""

    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLine:
    """A message about the order: what, to which chat, and how it stands."""

    what: str
    chat_id: int
    status: str
    tries: int
    error: str | None
    at: datetime | None


async def list_runs(work: UnitOfWork, campus_id: int, order_id: int) -> Sequence[StoredRun]:
    """Return the saga runs of an order, the oldest first."""
    query = select(saga).where(saga.c.campus_id == campus_id, saga.c.order_id == order_id)
    rows = (await work.connection.execute(query.order_by(saga.c.number).limit(MAX_ROWS))).mappings().all()
    ids = [row["id"] for row in rows]
    wanted = select(saga_signal).where(saga_signal.c.saga_id.in_(ids)).order_by(saga_signal.c.at)
    signals = (await work.connection.execute(wanted)).mappings().all()
    return [run_from_row(work, row, [each for each in signals if each["saga_id"] == row["id"]]) for row in rows]


def run_from_row(work: UnitOfWork, row: RowMapping, signals: Sequence[RowMapping] = ()) -> StoredRun:
    """Build a run from its row and the rows of its signals."""
    plain = {name: row[name] for name in StoredRun.__slots__ if name in row and name not in ("status", "call")}
    return StoredRun(
        definition=work.registers.get(SagaRegister).sagas.get((row["kind"], row["version"])),
        status=SagaStatus(row["status"]),
        call=call_from_json(row["call"]),
        refusal=engine_data_from_json(row["data"]).stripe_refusal,
        stripe_ids=_stripe_ids(row["data"]),
        signals=[StoredSignal(name=each["name"], at=each["at"], seen=each["seen"]) for each in signals],
        **plain,
    )


def _stripe_ids(stored: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what the data of a run calls by an id of Stripe's."""
    prefixes = ("pi_", "ch_", "tr_", "re_", "acct_", "cs_", "seti_", "pm_", "cus_", "trr_", "txn_", "dp_", "du_")
    return {name: value for name, value in stored.items() if isinstance(value, str) and value.startswith(prefixes)}


async def list_set_timers(work: UnitOfWork, campus_id: int, order_id: int) -> Sequence[SetTimer]:
    """Return the timers of an order that are set, the next one first."""
    here = (timer.c.campus_id == campus_id, timer.c.order_id == order_id, timer.c.status == TimerStatus.SET)
    rows = await work.connection.execute(select(timer.c.kind, timer.c.due_at).where(*here).order_by(timer.c.due_at))
    return [SetTimer(kind=kind, due_at=due_at) for kind, due_at in rows]


async def list_messages(work: UnitOfWork, campus_id: int, order_id: int) -> Sequence[OutboxLine]:
    """Return the order messages of an order, then its newest notifications. What people wrote is not read."""
    card, note = order_message, notification
    stands = func.coalesce(card.c.message_id, 0)
    cards = (
        select(card.c.kind, card.c.chat_id, stands, card.c.tries, card.c.error, card.c.due_at)
        .where(card.c.campus_id == campus_id, card.c.order_id == order_id)
        .order_by(card.c.id)
    )
    notes = (
        select(note.c.key, note.c.chat_id, note.c.status, note.c.tries, note.c.error, note.c.written_at)
        .where(note.c.campus_id == campus_id, note.c.order_id == order_id)
        .order_by(note.c.id.desc())
        .limit(MAX_ROWS)
    )
    found = [
        OutboxLine(
            what=f"order message ({kind})",
            chat_id=chat,
            status="due" if due is not None else "stands in the chat" if message else "not sent",
            tries=tries,
            error=error,
            at=due,
        )
        for kind, chat, message, tries, error, due in await work.connection.execute(cards)
    ]
    return found + [
        OutboxLine(what=key, chat_id=chat, status=status, tries=tries, error=error, at=at)
        for key, chat, status, tries, error, at in await work.connection.execute(notes)
    ]


async def read_names(work: UnitOfWork, people: Collection[int]) -> Mapping[int, str]:
    """Return the first names of these people by their ids."""
    rows = await work.connection.execute(select(person.c.id, person.c.first_name).where(person.c.id.in_(people)))
    return {row.id: row.first_name for row in rows}
