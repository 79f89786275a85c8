"""What a card is drawn from and who reads it, in one statement: one committed state, one round trip."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, RowMapping, Table, and_, bindparam, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.aftercare import CaseStatus
from domain.card_news import ON_CARD
from domain.card_view import CardKind, OrderView
from domain.order import WITH_RUNNER, Order, may_leave
from domain.payment import HoldPart
from domain.store.card_rows import CardRow
from domain.store.ladders.silence import is_silent_when, no_answer_to
from domain.store.readers import Reader, reader_from
from domain.store.refunds import refunded_of
from domain.store.rows import Values, campus_from, customer_debt_from, hold_from, order_from, payable_from, rating_from
from domain.store.schema import (
    campus,
    customer_debt,
    drop_point,
    hold,
    membership,
    orders,
    payable,
    person,
    problem_case,
    push,
    rating,
)
from domain.store.timers import due_at_of, has_fired_of
from domain.timers import TimerKind

_WHOLE = (orders, campus, hold, payable, rating, customer_debt)
_LABELS = {table: {column.name: f"{table.name}_{column.name}" for column in table.c} for table in _WHOLE}
_KEYS = {table: table.primary_key.columns[0].name for table in _WHOLE}

_CHAT = bindparam("chat", type_=BigInteger())
_CUSTOMER, _RUNNER, _VIEWER = (person.alias(name) for name in ("customer", "runner", "viewer"))
_PLACE_IN_ONE_LINE = func.concat(drop_point.c.building, ", ", drop_point.c.spot)
_PLACE = case((drop_point.c.spot == "", drop_point.c.building), else_=_PLACE_IN_ONE_LINE)  # as DropPoint.name
_BUILDING = select(drop_point.c.building).where(
    drop_point.c.campus_id == orders.c.campus_id, orders.c.drop_point == _PLACE
)
_OPEN_CASE = select(problem_case.c.id).where(
    problem_case.c.order_id == orders.c.id, problem_case.c.status == CaseStatus.OPEN
)
_LOST_ALOUD = exists().where(
    push.c.order_id == orders.c.id,
    push.c.chat_id == _CHAT,
    push.c.status == "lost",
    push.c.key.in_(ON_CARD),
    ~push.c.silent,
)
_JOINED = (
    orders.join(campus, campus.c.id == orders.c.campus_id)
    .join(_CUSTOMER, _CUSTOMER.c.id == orders.c.customer_id)
    .outerjoin(_RUNNER, _RUNNER.c.id == orders.c.runner_id)
    .outerjoin(hold, and_(hold.c.order_id == orders.c.id, hold.c.part == HoldPart.CURRENT))
    .outerjoin(payable, payable.c.order_id == orders.c.id)
    .outerjoin(rating, rating.c.order_id == orders.c.id)
    .outerjoin(customer_debt, customer_debt.c.order_id == orders.c.id)
    .outerjoin(membership, and_(membership.c.person_id == _CHAT, membership.c.campus_id == orders.c.campus_id))
    .outerjoin(_VIEWER, _VIEWER.c.id == membership.c.person_id)
)
_VIEW = (
    select(
        *(column.label(_LABELS[table][column.name]) for table in _WHOLE for column in table.c),
        _CUSTOMER.c.first_name.label("customer_name"),
        _RUNNER.c.first_name.label("runner_name"),
        _VIEWER.c.language,
        membership.c.reachable,
        _VIEWER.c.payouts_ready,
        _BUILDING.limit(1).scalar_subquery().label("building"),
        _OPEN_CASE.limit(1).scalar_subquery().label("open_case"),
        due_at_of(orders.c.id, TimerKind.EXPIRE).label("expires_at"),
        has_fired_of(orders.c.id, TimerKind.ABSENT).label("waited"),
        no_answer_to(orders.c.id).label("no_answer"),
        refunded_of(orders.c.id).label("refunded"),
        _LOST_ALOUD.label("lost_aloud"),
    )
    .select_from(_JOINED)
    .where(orders.c.id == bindparam("order"), orders.c.campus_id == bindparam("campus"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What there is to see on a card, by whom, and whether a fresh message of it makes a sound."""

    view: OrderView
    reader: Reader
    rings: bool


async def read_sight(connection: AsyncConnection, card: CardRow) -> RowMapping:
    """All about the order of a card as it is committed now, as a row; `sight_from` makes sense of it."""
    values = {"order": card.order_id, "campus": card.campus_id, "chat": card.chat_id}
    return (await connection.execute(_VIEW, values)).mappings().one()


def sight_from(row: RowMapping, card: CardRow) -> Sight:
    """What was read for a card.

    A group's card rings. A person has mostly just tapped and looks at the chat, so hers does not, except where it
    comes in the place of news that would have rung and was perhaps lost (domain/card_news.py).
    """
    return Sight(
        view=_view_from(row, card),
        reader=reader_from(row),
        rings=card.kind is CardKind.GROUP or row["lost_aloud"],
    )


def _view_from(row: RowMapping, card: CardRow) -> OrderView:
    order = order_from(_part(row, orders))
    owed, debt, said, money = (_part_or_none(row, table) for table in (payable, customer_debt, rating, hold))
    return OrderView(
        order=order,
        campus=campus_from(_part(row, campus)),
        hold=None if money is None else hold_from(money),
        payable=None if owed is None else payable_from(owed),
        customer_name=row["customer_name"],
        runner_name=row["runner_name"],
        building=row["building"],
        viewer=card.chat_id,
        expires_at=row["expires_at"],
        rating=None if said is None else rating_from(said),
        open_case=row["open_case"],
        runner_silent=is_silent_when(order, no_answer=bool(row["no_answer"])),
        payout_missing=_runs(card, order) and not row["payouts_ready"],
        debt=None if debt is None else customer_debt_from(debt),
        refunded=int(row["refunded"]),  # Postgres sums as numeric
        may_leave=may_leave(order.status, order.pin_tries, waited=row["waited"]),
    )


def _runs(card: CardRow, order: Order) -> bool:
    return card.kind is CardKind.RUNNER and order.status in WITH_RUNNER


def _part(row: RowMapping, table: Table) -> Values:
    return {name: row[label] for name, label in _LABELS[table].items()}


def _part_or_none(row: RowMapping, table: Table) -> Values | None:
    return None if row[_LABELS[table][_KEYS[table]]] is None else _part(row, table)
