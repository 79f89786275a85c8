"""The board of a campus: every order that is not over yet, read in one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, RowMapping, case, func, select

from domain.campuses.tables import person
from domain.database.rows import UNREADABLE
from domain.database.unit_of_work import UnitOfWork
from domain.orders.rows import order_from_row
from domain.orders.states import OPEN_ORDER_STATUSES, Order, OrderStatus
from domain.orders.tables import orders, timer
from domain.orders.timers.model import TimerKind, TimerStatus

# The column with the time at which an order entered each status.
ENTERED_AT_COLUMNS: Mapping[OrderStatus, Column[Any]] = MappingProxyType(
    {
        OrderStatus.PENDING: orders.c.placed_at,
        OrderStatus.CREATED: orders.c.created_at,
        OrderStatus.ACCEPTED: orders.c.accepted_at,
        OrderStatus.PLACED: orders.c.bought_at,
        OrderStatus.ON_THE_WAY: orders.c.picked_up_at,
        OrderStatus.ARRIVED: orders.c.arrived_at,
        OrderStatus.DELIVERED: orders.c.delivered_at,
        OrderStatus.COMPLETED: orders.c.completed_at,
        OrderStatus.CANCELLED: orders.c.ended_at,
        OrderStatus.EXPIRED: orders.c.ended_at,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """An order that is not over: `since` is when it entered its status.

    `silent` says whether the runner's last check-in passed without an answer.
    """

    order: Order
    runner_name: str | None
    since: datetime
    silent: bool

    @property
    def id(self) -> int:
        """The order's number."""
        return self.order.id

    @property
    def status(self) -> OrderStatus:
        """The order's status."""
        return self.order.status


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableOrder:
    """An order that is not over and whose row cannot be read: the others are shown all the same."""

    id: int
    status: OrderStatus
    error: str


async def list_board_lines(work: UnitOfWork, campus_id: int) -> Sequence[BoardLine | UnreadableOrder]:
    """Return the board of this campus by status, and within a status the oldest first."""
    rank = case({status: place for place, status in enumerate(OrderStatus)}, value=orders.c.status)
    entered_at = case({status: ENTERED_AT_COLUMNS[status] for status in OrderStatus}, value=orders.c.status)
    since = func.coalesce(entered_at, orders.c.placed_at)
    asked = (  # the newest of the check-in and its deadline: only the last one counts
        select(timer.c.kind)
        .where(
            timer.c.order_id == orders.c.id,
            timer.c.kind.in_((TimerKind.RUNNER_CHECK_IN, TimerKind.CHECK_IN_DEADLINE)),
            timer.c.status.in_((TimerStatus.SET, TimerStatus.FIRED)),
        )
        .order_by(timer.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    is_open = orders.c.completed_at.is_(None) & orders.c.ended_at.is_(None)  # found by their index, however many ended
    query = (
        select(orders, person.c.first_name.label("runner_name"), since.label("since"), asked.label("asked"))
        .outerjoin(person, person.c.id == orders.c.runner_id)
        .where(orders.c.campus_id == campus_id, is_open, orders.c.status.in_(OPEN_ORDER_STATUSES))
        .order_by(rank, since, orders.c.id)
    )
    return [_line_from_row(row) for row in (await work.connection.execute(query)).mappings()]


def _line_from_row(row: RowMapping) -> BoardLine | UnreadableOrder:
    try:
        order = order_from_row(row)
    except UNREADABLE as error:
        return UnreadableOrder(id=row["id"], status=OrderStatus(row["status"]), error=type(error).__name__)
    silent = row["asked"] == TimerKind.CHECK_IN_DEADLINE
    return BoardLine(order=order, runner_name=row["runner_name"], since=row["since"], silent=silent)
