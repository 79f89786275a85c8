"""What the two sides of an order write to each other through the bot: no account is revealed, and it ends in time."""

from dataclasses import dataclass

from sqlalchemy import select

from domain.aftercare import shortened
from domain.campus import Campus
from domain.order import WITH_RUNNER, Order
from domain.people import Action, Member
from domain.store.answered import CARD, told_under
from domain.store.ladders.silence import hear_from
from domain.store.messages import tell
from domain.store.orders import find_order, lock_order
from domain.store.people import find_member
from domain.store.schema import push
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission import require

# UTF-16 units, of Telegram's 4096 in a text and 1024 in a caption; the rest is for the writer's name and our words.
MOST_TEXT, MOST_CAPTION = 3900, 850

RELAYED = ("push-relay", "push-relay-photo")  # the other side's own words

# Messages that are about the other side: who answers one of them means her.
ANSWERABLE = (
    CARD,
    *RELAYED,
    "push-claimed",
    "push-arrived",
    "push-reminder",
    "push-absent",
    "push-left",
    "push-delivered",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """It is on its way to the other side; `shortened` when it was too long to be passed whole."""

    shortened: bool


@dataclass(frozen=True, slots=True)
class NobodyYet:
    """No runner has the order."""


@dataclass(frozen=True, slots=True)
class Over:
    """The order ended too long ago."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The other side stopped the bot: nothing can be passed on."""

    name: str


Outcome = Passed | NobodyYet | Over | Unreachable


async def order_behind(work: UnitOfWork, campus: Campus, chat_id: int, message_id: int) -> Order | None:
    """The order that a message of the bot in this chat is about: a card, or news of the other side."""
    told = await told_under(work, campus.id, chat_id, message_id)
    about = {each.order_id for each in told if each.key in ANSWERABLE}
    order_id = about.pop() if len(about) == 1 else None
    return None if order_id is None else await find_order(work, campus.id, order_id)


async def pass_on(
    work: UnitOfWork, campus: Campus, member: Member, order: Order, words: str, *, photo: str | None, message_id: int
) -> Outcome:
    """Words, a photo, or both, to the other side of the order, once for each message.

    NotAllowed for who is (no longer) one of the two.
    """
    require(member, Action.WRITE, own=member.person_id in (order.customer_id, order.runner_id))
    if order.runner_id is None:
        return NobodyYet()
    if _over(order, work, campus):
        return Over()
    other_id = order.customer_id if member.person_id == order.runner_id else order.runner_id
    other = await find_member(work, campus.id, other_id)
    if not other.reachable:
        return Unreachable(other.first_name)
    fitting = shortened(words, MOST_TEXT if photo is None else MOST_CAPTION)
    await tell(
        work,
        campus_id=campus.id,
        chat_id=other_id,
        name=f"relay:{campus.id}:{message_id}:{member.person_id}",
        key="push-relay" if fitting else "push-relay-photo",
        order_id=order.id,
        words={"name": member.first_name, "order": order.id, "text": fitting},
        photo=photo,
    )
    if member.person_id == order.runner_id:
        await _hear_from_runner(work, order)
    return Passed(shortened=fitting != words)


async def _hear_from_runner(work: UnitOfWork, order: Order) -> None:
    """Who writes is alive."""
    locked = await lock_order(work, order.campus_id, order.id)
    if locked.status in WITH_RUNNER and locked.runner_id == order.runner_id:
        await hear_from(work, locked)


def _over(order: Order, work: UnitOfWork, campus: Campus) -> bool:
    ended = order.delivered_at or order.ended_at
    return ended is not None and work.now > ended + campus.windows.length("relay")


async def tell_not_heard(work: UnitOfWork, push_id: int) -> None:
    """The other side shut the bot out just before these words came: who wrote them must not believe they were read.

    Nothing for a push that is not a person's words.
    """
    await _tell_writer(work, push_id, "push-not-heard")


async def tell_perhaps_not_heard(work: UnitOfWork, push_id: int) -> bool:
    """Nobody knows whether these words came: who wrote them decides whether to send them again; False if none is left.

    False, too, for a push that is not a person's words.
    """
    return await _tell_writer(work, push_id, "push-perhaps-not-heard")


async def _tell_writer(work: UnitOfWork, push_id: int, key: str) -> bool:
    row = (await work.connection.execute(select(push).where(push.c.id == push_id))).mappings().one()
    if row["key"] not in RELAYED:
        return False
    order = await find_order(work, row["campus_id"], row["order_id"])
    writer = order.runner_id if row["chat_id"] == order.customer_id else order.customer_id
    reader = await find_member(work, row["campus_id"], row["chat_id"])
    if writer is None:
        return False
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=writer,
        name=f"not_heard:{push_id}",
        key=key,
        order_id=order.id,
        words={"name": reader.first_name, "order": order.id},
        silent=True,
    )
    return True
