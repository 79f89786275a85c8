"""What an order message shows and who reads it, in one statement: one committed state, one round trip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.campuses.opening import hours_from_json
from domain.campuses.repository import campus_from_row
from domain.campuses.tables import campus, drop_point, membership, person, store
from domain.database.rows import RowValues
from domain.messaging.chat_reader_repository import ChatReader, chat_reader_from_row
from domain.messaging.notification.fallback import SHOWN_BY_ORDER_MESSAGE
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.order_message_repository import OrderMessageRow
from domain.messaging.tables import notification, order_message
from domain.order_messages.view import OrderView
from domain.orders.escalations.silent_runner import is_runner_silent_given
from domain.orders.rows import order_from_row
from domain.orders.states import STATUSES_WITH_RUNNER, Order, can_leave_food
from domain.orders.tables import orders, timer
from domain.orders.timers.model import TimerKind, TimerStatus
from domain.orders.timers.repository import is_last_check_in_unanswered, timer_due_at
from domain.payments.customer_debt_repository import customer_debt_from_row
from domain.payments.hold_repository import hold_from_row
from domain.payments.model import HoldPart
from domain.payments.tables import customer_debt, hold
from domain.payouts.repository import payable_from_row
from domain.payouts.tables import payable
from domain.refunds.repository import sum_refunded
from domain.support.feedback import CaseStatus
from domain.support.repository import rating_from_row
from domain.support.tables import problem_case, rating

_FULL_TABLES = (orders, campus, hold, payable, rating, customer_debt)
_LABELS = {table: {column.name: f"{table.name}_{column.name}" for column in table.c} for table in _FULL_TABLES}
_KEYS = {table: table.primary_key.columns[0].name for table in _FULL_TABLES}

_CHAT = order_message.c.chat_id  # no list of chats as a parameter: Postgres would plan each reading anew
_CUSTOMER, _RUNNER, _VIEWER = (person.alias(name) for name in ("customer", "runner", "viewer"))
_PLACE_IN_ONE_LINE = func.concat(drop_point.c.building, ", ", drop_point.c.spot)
_PLACE = case((drop_point.c.spot == "", drop_point.c.building), else_=_PLACE_IN_ONE_LINE)  # as DropPoint.name
_BUILDING = select(drop_point.c.building).where(
    drop_point.c.campus_id == orders.c.campus_id, orders.c.drop_point == _PLACE
)
# No EXISTS: for the rows of several readers a plan may answer it from a hash of its whole table.
_STORE_LISTED = select(store.c.id).where(store.c.campus_id == orders.c.campus_id, store.c.name == orders.c.store_name)
_STORE_HOURS = select(store.c.hours).where(
    store.c.campus_id == orders.c.campus_id, store.c.name == orders.c.store_name, store.c.active
)
_OPEN_CASE = select(problem_case.c.id).where(
    problem_case.c.order_id == orders.c.id, problem_case.c.status == CaseStatus.OPEN
)
_WAITED = select(timer.c.id).where(
    timer.c.order_id == orders.c.id, timer.c.kind == TimerKind.ABSENT, timer.c.status == TimerStatus.FIRED
)
_UNKNOWN_AUDIBLE_NOTIFICATION = select(notification.c.id).where(
    notification.c.order_id == orders.c.id,
    notification.c.chat_id == _CHAT,
    notification.c.status == NotificationStatus.OUTCOME_UNKNOWN,
    notification.c.key.in_(SHOWN_BY_ORDER_MESSAGE),
    ~notification.c.silent,
)


def _is_there(query: Select[tuple[int]]) -> ColumnElement[bool]:
    return query.limit(1).scalar_subquery().is_not(None)


_JOINED = (
    orders.join(order_message, order_message.c.order_id == orders.c.id)
    .join(campus, campus.c.id == orders.c.campus_id)
    .join(_CUSTOMER, _CUSTOMER.c.id == orders.c.customer_id)
    .outerjoin(_RUNNER, _RUNNER.c.id == orders.c.runner_id)
    .outerjoin(hold, and_(hold.c.order_id == orders.c.id, hold.c.part == HoldPart.CURRENT))
    .outerjoin(payable, payable.c.order_id == orders.c.id)
    .outerjoin(rating, rating.c.order_id == orders.c.id)
    .outerjoin(customer_debt, customer_debt.c.order_id == orders.c.id)
    .outerjoin(membership, and_(membership.c.person_id == _CHAT, membership.c.campus_id == orders.c.campus_id))
    .outerjoin(_VIEWER, _VIEWER.c.id == membership.c.person_id)
)
_ORDER_VIEW = (
    select(
        *(column.label(_LABELS[table][column.name]) for table in _FULL_TABLES for column in table.c),
        order_message.c.id.label("order_message"),
        _CUSTOMER.c.first_name.label("customer_name"),
        _RUNNER.c.first_name.label("runner_name"),
        _VIEWER.c.language,
        membership.c.reachable,
        _VIEWER.c.payouts_ready,
        _BUILDING.limit(1).scalar_subquery().label("building"),
        _is_there(_STORE_LISTED).label("store_listed"),
        _STORE_HOURS.limit(1).scalar_subquery().label("store_hours"),
        func.now().label("read_at"),
        _OPEN_CASE.limit(1).scalar_subquery().label("open_case"),
        timer_due_at(orders.c.id, TimerKind.EXPIRE).label("expires_at"),
        _is_there(_WAITED).label("waited"),
        timer_due_at(orders.c.id, TimerKind.ABSENT).label("leave_from"),
        is_last_check_in_unanswered(orders.c.id).label("no_answer"),
        sum_refunded(orders.c.id).label("refunded"),
        _is_there(_UNKNOWN_AUDIBLE_NOTIFICATION).label("has_unknown_audible"),
    )
    .select_from(_JOINED)
    .where(orders.c.id == bindparam("order"), orders.c.campus_id == bindparam("campus"))
)


OrderViewRow = RowMapping  # of _ORDER_VIEW


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMessageSource:
    """What an order message shows, who reads it, and whether a fresh message makes a sound."""

    view: OrderView
    reader: ChatReader
    is_audible: bool


async def read_order_views(
    connection: AsyncConnection, messages: Sequence[OrderMessageRow]
) -> Mapping[int, RowMapping]:
    """Read the committed state of the order of these messages, which is one.

    Return a row for `order_message_source_from_row` for each of the order's messages, by its id.
    """
    of_order = {"order": messages[0].order_id, "campus": messages[0].campus_id}
    rows = (await connection.execute(_ORDER_VIEW, of_order)).mappings()
    return {row["order_message"]: row for row in rows}


def order_message_source_from_row(row: RowMapping, message: OrderMessageRow) -> OrderMessageSource:
    """Build the source of an order message from the row that was read for it.

    A fresh message in a group makes a sound. In a person's chat it does not, because the person has mostly just tapped
    and looks at the chat. The exception is a message that replaces an audible notification with an unknown outcome
    (domain/messaging/notification/fallback.py).
    """
    return OrderMessageSource(
        view=_order_view_from_row(row, message),
        reader=chat_reader_from_row(row),
        is_audible=message.kind is OrderMessageKind.GROUP or row["has_unknown_audible"],
    )


def _order_view_from_row(row: RowMapping, message: OrderMessageRow) -> OrderView:
    order = order_from_row(_table_values(row, orders))
    owed, debt, said, money = (_table_values_or_none(row, table) for table in (payable, customer_debt, rating, hold))
    return OrderView(
        order=order,
        campus=campus_from_row(_table_values(row, campus)),
        hold=None if money is None else hold_from_row(money),
        payable=None if owed is None else payable_from_row(owed),
        customer_name=row["customer_name"],
        runner_name=row["runner_name"],
        building=row["building"],
        store_listed=row["store_listed"],
        store_hours=None if row["store_hours"] is None else hours_from_json(row["store_hours"]),
        read_at=row["read_at"],
        viewer=message.chat_id,
        expires_at=row["expires_at"],
        rating=None if said is None else rating_from_row(said),
        open_case=row["open_case"],
        runner_silent=is_runner_silent_given(order, no_answer=bool(row["no_answer"])),
        payout_missing=_is_for_active_runner(message, order) and not row["payouts_ready"],
        debt=None if debt is None else customer_debt_from_row(debt),
        refunded=int(row["refunded"]),  # Postgres returns the sum as numeric
        leave_from=row["leave_from"],
        can_leave_food=can_leave_food(order.status, has_waited=row["waited"]),
    )


def _is_for_active_runner(message: OrderMessageRow, order: Order) -> bool:
    return message.kind is OrderMessageKind.RUNNER and order.status in STATUSES_WITH_RUNNER


def _table_values(row: RowMapping, table: Table) -> RowValues:
    return {name: row[label] for name, label in _LABELS[table].items()}


def _table_values_or_none(row: RowMapping, table: Table) -> RowValues | None:
    return None if row[_LABELS[table][_KEYS[table]]] is None else _table_values(row, table)
