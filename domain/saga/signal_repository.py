"""Signals in Postgres: what happens outside reaches a running saga as a row of its own, once for each name."""

from collections.abc import Collection, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    any_,
    bindparam,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from domain.database.unit_of_work import UnitOfWork
from domain.saga.data import data_from_json, data_to_json
from domain.saga.definition import SagaStatus
from domain.saga.tables import saga, saga_signal

D = TypeVar("D")

_SIGNALS = select(saga_signal.c.name).where(saga_signal.c.saga_id == bindparam("this"))
_MARK_SEEN = (
    update(saga_signal)
    .where(
        saga_signal.c.saga_id == bindparam("this"),
        saga_signal.c.name.in_(bindparam("read", expanding=True)),
        ~saga_signal.c.seen,
    )
    .values(seen=True)
)


def has_unseen_signal() -> ColumnElement[bool]:
    """Build the condition that a saga has a signal that it has not read."""
    return exists().where(saga_signal.c.saga_id == saga.c.id, ~saga_signal.c.seen).correlate(saga)


def signal_names_of_saga() -> ColumnElement[Sequence[str]]:
    """Build the column of the names of all signals of a saga, seen or not, for a statement that reads or writes it."""
    names = select(saga_signal.c.name).where(saga_signal.c.saga_id == saga.c.id).correlate(saga).scalar_subquery()
    return func.array(names, type_=ARRAY(Text()))


async def signal_saga(work: UnitOfWork, saga_id: UUID, name: str, data: object | None = None) -> None:
    """Insert a signal for a saga, once for each name, and enqueue the saga. `data` is a dataclass, stored as JSON."""
    stored = {} if data is None else data_to_json(data)
    statement = insert(saga_signal).values(saga_id=saga_id, name=name, data=stored).on_conflict_do_nothing()
    await work.connection.execute(statement)
    work.enqueue_after_commit("run_saga", saga_id)


def insert_signals_of_orders(order_ids: ColumnElement[Sequence[int]], name: str) -> Select[UUID, int]:
    """Build the statement that signals the running sagas of these orders, and selects the id and order of each.

    `kinds` are those that this signal makes compensate; behind the pivot of a saga it changes nothing.
    """
    running = select(saga.c.id, literal(name), literal({}, JSONB)).where(
        saga.c.order_id == any_(order_ids),
        saga.c.kind.in_(bindparam("kinds", expanding=True)),
        saga.c.status == SagaStatus.RUNNING,
    )
    signal = insert(saga_signal).from_select(["saga_id", "name", "data"], running).on_conflict_do_nothing()
    signalled = signal.returning(saga_signal.c.saga_id).cte("signalled")
    return select(saga.c.id, saga.c.order_id).join(signalled, signalled.c.saga_id == saga.c.id)


async def read_signal_names(work: UnitOfWork, saga_id: UUID) -> frozenset[str]:
    """Return the names of all signals of a saga, seen or not."""
    return frozenset((await work.connection.execute(_SIGNALS, {"this": saga_id})).scalars())


async def read_signal_data(work: UnitOfWork, saga_id: UUID, name: str, kind: type[D]) -> D:
    """Return what a signal of the saga carries. Raise ValueError when it does not fit the dataclass."""
    query = select(saga_signal.c.data).where(saga_signal.c.saga_id == saga_id, saga_signal.c.name == name)
    data = data_from_json(kind, (await work.connection.execute(query)).scalar_one())
    if not isinstance(data, kind):
        raise TypeError(f"the signal {name} of saga {saga_id} carries no {kind.__name__}")
    return data


async def mark_signals_seen(work: UnitOfWork, saga_id: UUID, names: Collection[str]) -> None:
    """Mark these signals of a saga as seen, so that they do not wake it again."""
    await work.connection.execute(_MARK_SEEN, {"this": saga_id, "read": list(names)})
