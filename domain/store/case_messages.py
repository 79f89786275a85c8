"""What people are told about a case: the campus team in the admin chat, the customer in hers, the runner nothing.

A push is named `case:<case>:<message>:...`, so that an answer to it in the chat finds the case. Where words are too
long for a photo's caption, the photo is a message of its own.
"""

from datetime import datetime

from domain.aftercare import MOST_CAPTION, MOST_NAME, Case, fits, shortened
from domain.buttons import Tap, pack
from domain.campus import Campus
from domain.money import spell
from domain.order import Order, OrderEvent
from domain.people import Member, Role
from domain.store.events import history
from domain.store.messages import tell, tell_admins
from domain.store.people import find_member
from domain.store.unit_of_work import UnitOfWork

NOTHING = "-"
HANDED_OVER = frozenset({OrderEvent.DELIVERED, OrderEvent.FINISHED_BY_ADMIN})


async def tell_opened(work: UnitOfWork, campus: Campus, case: Case, order: Order) -> None:
    """The campus team reads the report, with all that is known about the order, its receipt and its proof."""
    photo = case.photo if fits(case.story, MOST_CAPTION) else None
    await tell_admins(
        work,
        campus_id=case.campus_id,
        name=_name(case, "words"),
        key="push-case-opened",
        order_id=case.order_id,
        buttons=_at_the_desk(case),
        words=await _facts(work, campus, case, order),
        photo=photo,
    )
    if photo is None:
        await _show(work, case, "push-case-photo", case.photo)
    await _show(work, case, "push-case-receipt", order.receipt_photo)
    await _show(work, case, "push-case-proof", order.proof_photo)


async def tell_more(work: UnitOfWork, case: Case, member: Member, words: str, photo: str | None) -> None:
    """The customer wrote once more: the campus team reads it."""
    caption = photo if fits(words, MOST_CAPTION) else None
    await tell_admins(
        work,
        campus_id=case.campus_id,
        name=_name(case, "words"),
        key="push-case-more",
        order_id=case.order_id,
        buttons=_at_the_desk(case),
        words={"case": case.id, "order": case.order_id, "customer": _called(member), "words": words or NOTHING},
        photo=caption,
    )
    if caption is None:
        await _show(work, case, "push-case-photo", photo)


async def tell_answer(work: UnitOfWork, case: Case, words: str, photo: str | None) -> None:
    """The campus team answered: the customer reads it, and how to write back."""
    more = [{"key": "button-case-more", "data": pack(Tap.PROBLEM, case.order_id)}]
    caption = photo if fits(words, MOST_CAPTION) else None
    await tell(
        work,
        campus_id=case.campus_id,
        chat_id=case.opened_by,
        name=_name(case, "answer"),
        key="push-case-answer",
        order_id=case.order_id,
        buttons=more,
        words={"case": case.id, "order": case.order_id, "words": words or NOTHING},
        photo=caption,
    )
    if photo is not None and caption is None:
        await tell(
            work,
            campus_id=case.campus_id,
            chat_id=case.opened_by,
            name=_name(case, "answer-photo"),
            key="push-case-photo",
            order_id=case.order_id,
            buttons=more,
            words={"case": case.id},
            photo=photo,
            silent=True,
        )


async def tell_closed(work: UnitOfWork, case: Case) -> None:
    """The campus team has said its last word: the customer reads it."""
    await tell(
        work,
        campus_id=case.campus_id,
        chat_id=case.opened_by,
        name=_name(case, "closed"),
        key="push-case-closed",
        order_id=case.order_id,
        buttons=[{"key": "button-case-order", "data": pack(Tap.OPEN_ORDER, case.order_id)}],
        words={"case": case.id, "order": case.order_id, "words": case.outcome or NOTHING},
    )


async def tell_colleagues(work: UnitOfWork, case: Case, admin: Member, words: str, *, closed: bool) -> None:
    """What an admin did somewhere else is told in the admin chat, so that nobody does it twice."""
    await tell_admins(
        work,
        campus_id=case.campus_id,
        name=_name(case, "colleague"),
        key="push-case-closed-by" if closed else "push-case-answered-by",
        order_id=case.order_id,
        words={"case": case.id, "admin": shortened(admin.first_name, MOST_NAME), "words": words or NOTHING},
    )


async def _show(work: UnitOfWork, case: Case, key: str, photo: str | None) -> None:
    if photo is None:
        return
    await tell_admins(
        work,
        campus_id=case.campus_id,
        name=_name(case, key),
        key=key,
        order_id=case.order_id,
        words={"case": case.id},
        photo=photo,
    )


async def _facts(work: UnitOfWork, campus: Campus, case: Case, order: Order) -> dict[str, str | int]:
    runner = NOTHING
    if order.runner_id is not None:
        runner = _called(await find_member(work, case.campus_id, order.runner_id))
    return {
        "case": case.id,
        "order": order.id,
        "kind": case.kind,
        "story": case.story or NOTHING,
        "customer": _called(await find_member(work, case.campus_id, order.customer_id)),
        "runner": runner,
        "store": shortened(order.store_name, 2 * MOST_NAME),
        "place": shortened(order.drop_point, 2 * MOST_NAME),
        "placed": f"{order.placed_at.astimezone(campus.zone):%d.%m. %H:%M}",
        "claimed": _clock(campus, order.accepted_at),
        "bought": _clock(campus, order.bought_at),
        "here": _clock(campus, order.arrived_at),
        "delivered": _clock(campus, order.delivered_at),
        "handed": await _handed_over(work, order),
        "receipt": _money(order, order.receipt),
        "total": _money(order, order.total),
        "ceiling": _money(order, order.price.ceiling),
    }


async def _handed_over(work: UnitOfWork, order: Order) -> str:
    """By the pin, with a photo, or on somebody's word: what the order's history says."""
    if order.delivered_at is None:
        return "none"
    lines = await history(work, order.campus_id, order.id)
    ways = [
        line.reason
        for line in lines
        if line.subject == "order" and line.event in HANDED_OVER and line.actor.role is not Role.ADMIN
    ]
    return ways[-1] if ways and ways[-1] in ("pin", "photo") else "word"


def _called(member: Member) -> str:
    """As admins know people: by name, user name and number."""
    account = "" if member.username is None else f"@{member.username}, "
    return f"{shortened(member.first_name, MOST_NAME)} ({account}{member.person_id})"


def _clock(campus: Campus, moment: datetime | None) -> str:
    return NOTHING if moment is None else f"{moment.astimezone(campus.zone):%H:%M}"


def _money(order: Order, minor: int | None) -> str:
    return NOTHING if minor is None else spell(minor, order.price.currency)


def _at_the_desk(case: Case) -> list[dict[str, str]]:
    return [
        {"key": "button-case-answer", "data": pack(Tap.CASE_ANSWER, case.id)},
        {"key": "button-case-close", "data": pack(Tap.CASE_CLOSE, case.id)},
    ]


def _name(case: Case, what: str) -> str:
    return f"case:{case.id}:{case.messages}:{what}"
