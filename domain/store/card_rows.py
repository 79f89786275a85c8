"""Live cards as rows: claimed with a lease, loaded as what is committed, and what became of them written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import RowMapping, Update, bindparam, case, exists, func, null, or_, select, update

from domain.card_news import ON_CARD
from domain.card_view import CardKind, OrderView
from domain.order import WITH_RUNNER, Order, may_leave
from domain.store.aftercare import open_case_of, rating_of
from domain.store.campuses import find_campus
from domain.store.customer_debts import customer_debt_of
from domain.store.ladders.silence import is_silent
from domain.store.money import current_hold, payable_of
from domain.store.orders import find_order
from domain.store.people import find_member
from domain.store.refunds import refunded
from domain.store.schema import campus, drop_point, live_card, person, push
from domain.store.timers import due_at, has_fired
from domain.store.unit_of_work import UnitOfWork
from domain.timers import TimerKind

# A killed worker's cards come again after this. Whoever wants a card drawn meanwhile raises `wanted` and leaves a
# `due_at` in the future alone, or two workers would send the same card.
LEASE = timedelta(seconds=10)

_DUE = (
    select(live_card.c.id)
    .where(live_card.c.id == bindparam("card"), live_card.c.due_at <= func.now())
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_CLAIM = (
    update(live_card)
    .where(live_card.c.id == _DUE)
    .values(due_at=func.now() + LEASE, tries=live_card.c.tries + 1)
    .returning(live_card)
)
_NAMES = select(person.c.id, person.c.first_name).where(person.c.id.in_((bindparam("customer"), bindparam("runner"))))
_PLACE_IN_ONE_LINE = func.concat(drop_point.c.building, ", ", drop_point.c.spot)
_PLACE = case((drop_point.c.spot == "", drop_point.c.building), else_=_PLACE_IN_ONE_LINE)  # as DropPoint.name
_BUILDING = (
    select(drop_point.c.building)
    .where(drop_point.c.campus_id == bindparam("campus"), bindparam("place") == _PLACE)
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """A card this worker may deliver now; `tries` counts claims since the last delivery and fences the outcome."""

    id: int
    campus_id: int
    order_id: int
    kind: CardKind
    chat_id: int
    message_id: int | None
    delivered_hash: str | None
    wanted: int
    tries: int


async def due_cards(work: UnitOfWork, most: int, overdue: timedelta = timedelta(0)) -> Sequence[int]:
    """Cards that have been due for so long that somebody should draw them, most overdue first."""
    query = select(live_card.c.id).where(live_card.c.due_at <= work.now - overdue)
    return list((await work.connection.execute(query.order_by(live_card.c.due_at).limit(most))).scalars())


async def claim_card(work: UnitOfWork, card_id: int) -> CardRow | None:
    """Take the lease of a due card; None when it is not due, or another worker has it."""
    row = (await work.connection.execute(_CLAIM, {"card": card_id})).mappings().one_or_none()
    return None if row is None else _card_from(row)


async def find_view(work: UnitOfWork, card: CardRow) -> OrderView:
    """The order of a card as it is committed, with all that the card may say about it."""
    order = await find_order(work, card.campus_id, card.order_id)
    people = {"customer": order.customer_id, "runner": order.runner_id or 0}
    names = {row.id: row.first_name for row in await work.connection.execute(_NAMES, people)}
    problem = await open_case_of(work, order.id)
    return OrderView(
        order=order,
        campus=await find_campus(work, card.campus_id),
        hold=await current_hold(work, order.id),
        payable=await payable_of(work, order.id),
        customer_name=names[order.customer_id],
        runner_name=names.get(order.runner_id),
        building=await _building(work, card.campus_id, order.drop_point),
        viewer=card.chat_id,
        expires_at=await due_at(work, order.id, TimerKind.EXPIRE),
        rating=await rating_of(work, order.id),
        open_case=None if problem is None else problem.id,
        runner_silent=await is_silent(work, order),
        payout_missing=await _payout_missing(work, card, order),
        debt=await customer_debt_of(work, order.id),
        refunded=await refunded(work, order.id),
        may_leave=may_leave(order.status, order.pin_tries, waited=await has_fired(work, order.id, TimerKind.ABSENT)),
    )


async def _payout_missing(work: UnitOfWork, card: CardRow, order: Order) -> bool:
    if card.kind is not CardKind.RUNNER or order.status not in WITH_RUNNER:
        return False
    return not (await find_member(work, card.campus_id, card.chat_id)).payouts_ready


async def _building(work: UnitOfWork, campus_id: int, name: str) -> str | None:
    """The building of a drop point by the name that orders keep (DropPoint.name); None when a customer typed it."""
    found = await work.connection.execute(_BUILDING, {"campus": campus_id, "place": name})
    building: str | None = found.scalar_one_or_none()
    return building


async def rings(work: UnitOfWork, card: CardRow) -> bool:
    """Whether a fresh message of this card makes a sound.

    The group's does. A person has mostly just tapped and looks at the chat; but not when the card comes in the place
    of news that would have rung and was perhaps lost (domain/card_news.py).
    """
    if card.kind is CardKind.GROUP:
        return True
    here = (push.c.order_id == card.order_id, push.c.chat_id == card.chat_id)
    lost = exists().where(*here, push.c.status == "lost", push.c.key.in_(ON_CARD), ~push.c.silent)
    found: bool = (await work.connection.execute(select(lost))).scalar_one()
    return found


async def card_delivered(work: UnitOfWork, card: CardRow, message_id: int | None, digest: str) -> None:
    """It stands in the chat as drawn; due again at once when somebody wanted more meanwhile."""
    changed = {
        "message_id": message_id,
        "delivered_hash": digest,
        "delivered": card.wanted,
        "tries": 0,
        "error": None,
        "first_sent_at": func.coalesce(live_card.c.first_sent_at, func.now()),
        "due_at": case((live_card.c.wanted > card.wanted, func.now()), else_=null()),
    }
    statement = _still_ours(card).values(changed).returning(live_card.c.due_at)
    if (await work.connection.execute(statement)).scalar_one_or_none() is not None:
        work.ring("draw_card", card.id)


async def card_postponed(work: UnitOfWork, card: CardRow, after: timedelta, error: str | None = None) -> None:
    """Not delivered: due again after a while. Without an error it was no failure, only a queue."""
    tries = card.tries if error else card.tries - 1
    changed = {"due_at": func.now() + after, "tries": tries, "error": error}
    await work.connection.execute(_still_ours(card).values(changed))


async def card_lost_its_message(work: UnitOfWork, card: CardRow) -> None:
    """The message is gone from the chat: send a new one at once."""
    changed = {"due_at": func.now(), "message_id": None, "delivered_hash": None, "error": "message gone"}
    await work.connection.execute(_still_ours(card).values(changed))
    work.ring("draw_card", card.id)


async def card_parked(work: UnitOfWork, card: CardRow, error: str) -> None:
    """Nothing more is tried until somebody wants the card drawn again."""
    await work.connection.execute(_still_ours(card).values(due_at=None, error=error))


async def draw_anew(work: UnitOfWork, subject: str) -> None:
    """A parked card is due now, with all its tries before it."""
    again = {"due_at": func.now(), "tries": 0, "error": None, "wanted": live_card.c.wanted + 1}
    parked = update(live_card).where(live_card.c.id == int(subject), live_card.c.due_at.is_(None))
    await work.connection.execute(parked.values(again))
    work.ring("draw_card", int(subject))


async def move_chat(work: UnitOfWork, old: int, new: int) -> None:
    """A group became a supergroup: everything that names it follows, and its cards are new messages there."""
    for column in (campus.c.runner_group, campus.c.admin_chat):
        await work.connection.execute(update(campus).where(column == old).values({column: new}))
    there = live_card.alias("there")
    twin = select(there.c.id).where(there.c.order_id == live_card.c.order_id, there.c.kind == live_card.c.kind)
    alone = ~twin.where(there.c.chat_id == new).exists()
    moved = {"chat_id": new, "message_id": None, "delivered_hash": None}
    await work.connection.execute(update(live_card).where(live_card.c.chat_id == old, alone).values(moved))
    await work.connection.execute(update(live_card).where(live_card.c.chat_id == old).values(due_at=None))
    unsent = or_(push.c.status == "due", push.c.status == "sending")
    await work.connection.execute(update(push).where(push.c.chat_id == old, unsent).values(chat_id=new))


def _still_ours(card: CardRow) -> Update:
    return update(live_card).where(live_card.c.id == card.id, live_card.c.tries == card.tries)


def _card_from(row: RowMapping) -> CardRow:
    plain = {name: row[name] for name in CardRow.__slots__ if name != "kind"}
    return CardRow(kind=CardKind(row["kind"]), **plain)
