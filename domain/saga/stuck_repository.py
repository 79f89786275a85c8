"""Stuck sagas: the list for the admins, a new attempt, and an end that an admin declares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from sqlalchemy import ColumnElement, RowMapping, case, false, func, select, update

from domain.database.unit_of_work import UnitOfWork
from domain.saga.data import data_from_json
from domain.saga.definition import SagaStatus
from domain.saga.register import SagaRegister
from domain.saga.run import find_step_name
from domain.saga.tables import saga

D = TypeVar("D")


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckSaga:
    """A saga that needs an admin; `since` is when it began to fail."""

    number: int
    name: str
    kind: str
    step: str
    order_id: int | None
    person_id: int | None
    error: str
    attempt: int
    tries: int
    since: datetime


async def list_stuck_sagas(work: UnitOfWork, campus_id: int) -> Sequence[StuckSaga]:
    """Return the stuck sagas of this campus, oldest first."""
    query = select(saga).where(saga.c.campus_id == campus_id, saga.c.status == SagaStatus.STUCK)
    rows = (await work.connection.execute(query.order_by(saga.c.number))).mappings()
    return [_stuck_saga_from_row(work, row) for row in rows]


async def retry_stuck_saga(work: UnitOfWork, campus_id: int, number: int) -> StuckSaga | None:
    """Wake a stuck saga for a new attempt. Return None when it is not stuck.

    A call that was refused is gone from the row, and the next one gets a new idempotency key. A call still on the row
    was sent, and a fault of ours kept its answer from being recorded. It is sent again under its own key, because
    under a new key it could be executed twice.
    """
    unanswered = func.coalesce(func.jsonb_typeof(saga.c.call) == "object", false())
    statement = (
        update(saga)
        .where(*_is_stuck(campus_id, number))
        .values(
            status=case((saga.c.compensating, SagaStatus.COMPENSATING), else_=SagaStatus.RUNNING),
            attempt=saga.c.attempt + case((unanswered, 0), else_=1),
            tries=0,
            alerted=False,
            failing_since=None,
            fence=saga.c.fence + 1,
            worker=None,
            wake_at=func.now(),
        )
        .returning(saga)
    )
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    work.enqueue_after_commit("run_saga", row["id"])
    return _stuck_saga_from_row(work, row)


async def find_stuck_saga(work: UnitOfWork, campus_id: int, number: int) -> StuckSaga | None:
    """Return the saga of this campus with this number, if it is stuck."""
    stuck = _is_stuck(campus_id, number)
    row = (await work.connection.execute(select(saga).where(*stuck))).mappings().one_or_none()
    return None if row is None else _stuck_saga_from_row(work, row)


async def read_resolved_data(work: UnitOfWork, name: str, kind: type[D]) -> D:
    """Return the data of the saga of this name, for the saga that goes on with it; raise ValueError if unreadable."""
    stored = (await work.connection.execute(select(saga.c.data).where(saga.c.name == name))).scalar_one()
    return cast(D, data_from_json(kind, stored))


async def resolve_stuck_saga(work: UnitOfWork, campus_id: int, number: int) -> StuckSaga | None:
    """End a stuck saga as RESOLVED; None when it is not stuck. Its prepared call stays on the row, to be read."""
    over = {"status": SagaStatus.RESOLVED, "ended_at": func.now(), "fence": saga.c.fence + 1}
    statement = update(saga).where(*_is_stuck(campus_id, number)).values(over).returning(saga)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _stuck_saga_from_row(work, row)


def _is_stuck(campus_id: int, number: int) -> tuple[ColumnElement[bool], ...]:
    return saga.c.campus_id == campus_id, saga.c.number == number, saga.c.status == SagaStatus.STUCK


def _stuck_saga_from_row(work: UnitOfWork, row: RowMapping) -> StuckSaga:
    definition = work.registers.get(SagaRegister).sagas.get((row["kind"], row["version"]))
    return StuckSaga(
        number=row["number"],
        name=row["name"],
        kind=row["kind"],
        step=find_step_name(definition, row["position"]),
        order_id=row["order_id"],
        person_id=row["person_id"],
        error=row["error"] or "",
        attempt=row["attempt"],
        tries=row["tries"],
        since=row["failing_since"] or row["started_at"],
    )
