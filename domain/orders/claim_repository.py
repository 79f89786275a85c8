"""Claims in Postgres: the conditions that guard a claim, the columns that a release clears, and barred runners."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from domain.database.unit_of_work import UnitOfWork
from domain.orders.order_payments import OrderPayments
from domain.orders.states import STATUSES_WITH_RUNNER
from domain.orders.tables import barred_runner, orders
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import is_timer_ahead

CLEARED_CLAIM: Mapping[str, object] = MappingProxyType(
    {
        "runner_id": None,
        "claim": None,
        "pin": None,
        "hold_checked": False,
        "accepted_at": None,
        "receipt_photo": None,
        "asked_limit": None,
    }
)
RELEASED_CLAIM: Mapping[str, object] = MappingProxyType({**CLEARED_CLAIM, "releases": orders.c.releases + 1})


_OTHER_DELIVERIES = select(func.count()).where(
    orders.c.campus_id == bindparam("campus"),
    orders.c.runner_id == bindparam("runner"),
    orders.c.status.in_(STATUSES_WITH_RUNNER),
    orders.c.id != bindparam("order"),
)


def is_run_by(person_id: int) -> ColumnElement[bool]:
    """Build the condition that this person is the order's runner."""
    return orders.c.runner_id == person_id


def is_claimed_in(saga_id: UUID) -> ColumnElement[bool]:
    """Build the condition that the order's claim is the one of this accept_order saga."""
    return orders.c.claim == saga_id


def claim_guards(order_id: int, person_id: int, *, held: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    """Build the guards of a claim beside the status.

    The order is not the runner's own, it is not expired, its hold is valid long enough (`held`), and the runner is not
    barred.
    """
    not_own = orders.c.customer_id != person_id
    return not_own, is_timer_ahead(order_id, TimerKind.EXPIRE), held, ~_is_barred(order_id, person_id)


async def is_hold_valid(work: UnitOfWork, order_id: int, margin: timedelta) -> bool:
    """Return whether the order's hold stands, and for at least this long."""
    is_valid = work.registers.get(OrderPayments).is_held_for(order_id, margin)
    return bool(await work.connection.scalar(select(is_valid)))


def _is_barred(order_id: int, person_id: int) -> ColumnElement[bool]:
    return exists().where(barred_runner.c.order_id == order_id, barred_runner.c.person_id == person_id)


async def is_runner_barred(work: UnitOfWork, order_id: int, person_id: int) -> bool:
    """Return whether this runner released the order before, and so cannot claim it again."""
    barred: bool = (await work.connection.execute(select(_is_barred(order_id, person_id)))).scalar_one()
    return barred


async def bar_runner(work: UnitOfWork, order_id: int, person_id: int, *, gave_back: bool) -> None:
    """Bar this runner from claiming the order again; do nothing when they are barred.

    `gave_back` says that it was their choice or their silence, which the risk rules count.
    """
    values = {"order_id": order_id, "person_id": person_id, "given_back_at": func.now() if gave_back else None}
    await work.connection.execute(insert(barred_runner).values(values).on_conflict_do_nothing())


async def count_other_deliveries(work: UnitOfWork, campus_id: int, runner_id: int, order_id: int) -> int:
    """Count the deliveries that a runner holds on this campus beside this order."""
    asked = {"campus": campus_id, "runner": runner_id, "order": order_id}
    return int((await work.connection.execute(_OTHER_DELIVERIES, asked)).scalar_one())
