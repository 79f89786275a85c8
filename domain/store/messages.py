"""What shall be told: cards that want drawing again, and pushes, written in the commit of what they tell."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.loudness import LOUD_AFTER, makes_sound
from domain.order import Order, OrderStatus
from domain.store.schema import campus, live_card, push
from domain.store.schema.messages import CARD_KINDS
from domain.store.unit_of_work import UnitOfWork


async def redraw_known(work: UnitOfWork, order_id: int) -> None:
    """Every card there is of this order must be drawn again; one that is being sent is drawn once more after that."""
    await _wish(work, order_id, live_card.c.kind.in_(CARD_KINDS))


async def redraw_order(work: UnitOfWork, order: Order, *, group: bool = True) -> None:
    """The customer's card, every runner's who has one or gets one, and the group's (where a group is bound).

    An open job has a card in the group that is bound now, also when it was shown in a former one.
    """
    known = await _wish(work, order.id, or_(live_card.c.kind != "group", literal(group)))
    if ("customer", order.customer_id) not in known:
        await _make(work, order, "customer", order.customer_id)
    if order.runner_id is not None and ("runner", order.runner_id) not in known:
        await _make(work, order, "runner", order.runner_id)
    if group and (order.status is OrderStatus.CREATED or all(kind != "group" for kind, _ in known)):
        chat = select(campus.c.runner_group).where(campus.c.id == order.campus_id)
        runner_group = (await work.connection.execute(chat)).scalar_one()
        if runner_group is not None and ("group", runner_group) not in known:
            await _make(work, order, "group", runner_group)


async def send_again(work: UnitOfWork, order: Order, kind: str, chat_id: int) -> None:
    """A fresh message of this card at the end of the chat; the old one stays behind as it was."""
    if not await _come_anew(work, order.id, live_card.c.kind == kind, live_card.c.chat_id == chat_id):
        await _make(work, order, kind, chat_id)


async def bring_anew(work: UnitOfWork, order_id: int, chat_id: int) -> bool:
    """The card of this order in this chat comes as a fresh message; False when there is none."""
    return await _come_anew(work, order_id, live_card.c.chat_id == chat_id)


async def _come_anew(work: UnitOfWork, order_id: int, *which: ColumnElement[bool]) -> bool:
    """Let go the message that stands there: whoever edits it just now is overtaken, for the fence rises.

    A card that has no message yet is on its way as a fresh one, and is only drawn once more.
    """
    stands = live_card.c.message_id.is_not(None)
    anew = {
        "message_id": None,
        "delivered_hash": None,
        "wanted": live_card.c.wanted + 1,
        "due_at": case((stands, func.now()), else_=func.coalesce(live_card.c.due_at, func.now())),
        "fence": live_card.c.fence + case((stands, 1), else_=0),
    }
    statement = update(live_card).where(live_card.c.order_id == order_id, *which).values(anew)
    known = (await work.connection.execute(statement.returning(live_card.c.id))).scalars().all()
    for card_id in known:
        work.ring("draw_card", card_id, order_id)
    return bool(known)


async def _wish(work: UnitOfWork, order_id: int, which: ColumnElement[bool]) -> set[tuple[str, int]]:
    statement = (
        update(live_card)
        .where(live_card.c.order_id == order_id, which)
        .values(wanted=live_card.c.wanted + 1, due_at=func.coalesce(live_card.c.due_at, func.now()))
        .returning(live_card.c.id, live_card.c.kind, live_card.c.chat_id, live_card.c.due_at)
    )
    rows = (await work.connection.execute(statement)).all()
    for row in rows:
        if row.due_at == work.now:  # else it was due before, and its bell rings already; or it is being drawn just now
            work.ring("draw_card", row.id, order_id)
    return {(row.kind, row.chat_id) for row in rows}


async def _make(work: UnitOfWork, order: Order, kind: str, chat_id: int) -> None:
    values = {"campus_id": order.campus_id, "order_id": order.id, "kind": kind, "chat_id": chat_id}
    wish = insert(live_card).values(**values, due_at=func.now()).on_conflict_do_nothing().returning(live_card.c.id)
    made = (await work.connection.execute(wish)).scalar_one_or_none()
    if made is not None:
        work.ring("draw_card", made, order.id)


async def tell(
    work: UnitOfWork,
    *,
    campus_id: int,
    chat_id: int,
    name: str,
    key: str,
    order_id: int | None = None,
    buttons: list[dict[str, str]] | None = None,
    words: Mapping[str, str | int] | None = None,
    photo: str | None = None,
    silent: bool = False,
) -> None:
    """A message of its own, once: `name` is unique, `key` and `words` are its sentence.

    `buttons` are rows of one: {"key": label, "data": callback data, perhaps "style"} or {"key": label, "url": link}.
    With a `photo` (Telegram's file id) the sentence is its caption: at most 1024 characters. `silent` makes no sound,
    nor does what would be one sound too many about its order.
    """
    if key in LOUD_AFTER and not silent:
        silent = not makes_sound(key, await _loud_before(work, order_id, chat_id))
    message = insert(push).values(
        campus_id=campus_id,
        order_id=order_id,
        name=name,
        chat_id=chat_id,
        key=key,
        args=dict(words or {}),
        buttons=buttons or [],
        photo=photo,
        silent=silent,
        due_at=func.now(),
    )
    statement = message.on_conflict_do_nothing(index_elements=["name"]).returning(push.c.id)
    made = (await work.connection.execute(statement)).scalar_one_or_none()
    if made is not None:
        work.ring("send_push", made, order_id)


async def _loud_before(work: UnitOfWork, order_id: int | None, chat_id: int) -> int:
    news = push.c.key.in_(LOUD_AFTER)
    loud = select(func.count()).where(push.c.order_id == order_id, push.c.chat_id == chat_id, ~push.c.silent, news)
    found: int = (await work.connection.execute(loud)).scalar_one()
    return found


async def tell_admins(
    work: UnitOfWork,
    *,
    campus_id: int,
    name: str,
    key: str,
    order_id: int | None = None,
    buttons: list[dict[str, str]] | None = None,
    words: Mapping[str, str | int] | None = None,
    photo: str | None = None,
) -> None:
    """A message to the campus' admin chat; without one, `/stuck` and `/board` are where it shows."""
    query = select(campus.c.admin_chat).where(campus.c.id == campus_id)
    chat_id = (await work.connection.execute(query)).scalar_one()
    if chat_id is not None:
        await tell(
            work,
            campus_id=campus_id,
            chat_id=chat_id,
            name=name,
            key=key,
            order_id=order_id,
            buttons=buttons,
            words=words,
            photo=photo,
        )
