"""Notifications about a case: to the campus team in the admin chat and to the customer, never to the runner.

Each is named `case:<case>:<message>:...`, so that an answer to it in the chat finds the case. Where the words are too
long for a photo's caption, the photo is a message of its own.
"""

from datetime import datetime

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.database.actors import Role
from domain.database.event_log_repository import read_order_history
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.outbox_repository import notify
from domain.money import format_money
from domain.orders.states import Order, OrderEvent
from domain.support.feedback import MAX_CAPTION_LENGTH, MAX_PERSON_NAME_LENGTH, Case, is_within_length, shorten_text

EMPTY_PLACEHOLDER = "-"
HANDOVER_EVENTS = frozenset({OrderEvent.DELIVERED, OrderEvent.FINISHED_BY_ADMIN})


async def tell_case_opened(work: UnitOfWork, campus: Campus, case: Case, order: Order) -> None:
    """Send the campus team the report, all that is known about the order, its receipt and its proof."""
    photo = case.photo if is_within_length(case.story, MAX_CAPTION_LENGTH) else None
    await notify(
        work,
        Notification(
            campus_id=case.campus_id,
            chat_id=ADMIN_CHAT,
            name=_notification_name(case, "words"),
            key="notification-case-opened",
            order_id=case.order_id,
            buttons=_case_buttons(case),
            args=await _case_facts(work, campus, case, order),
            photo=photo,
        ),
    )
    if photo is None:
        await _show_photo(work, case, "notification-case-photo", case.photo)
    await _show_photo(work, case, "notification-case-receipt", order.receipt_photo)
    await _show_photo(work, case, "notification-case-proof", order.proof_photo)


async def tell_case_addition(work: UnitOfWork, case: Case, member: Member, words: str, photo: str | None) -> None:
    """Send the campus team what the customer added to the case."""
    caption = photo if is_within_length(words, MAX_CAPTION_LENGTH) else None
    await notify(
        work,
        Notification(
            campus_id=case.campus_id,
            chat_id=ADMIN_CHAT,
            name=_notification_name(case, "words"),
            key="notification-case-more",
            order_id=case.order_id,
            buttons=_case_buttons(case),
            args={
                "case": case.id,
                "order": case.order_id,
                "customer": _describe_member(member),
                "words": words or EMPTY_PLACEHOLDER,
            },
            photo=caption,
        ),
    )
    if caption is None:
        await _show_photo(work, case, "notification-case-photo", photo)


async def tell_case_answer(work: UnitOfWork, case: Case, words: str, photo: str | None) -> None:
    """Send the customer the campus team's answer, with a button to write back."""
    more = [NotificationButton(label="button-case-more", data=pack(Tap.PROBLEM, case.order_id))]
    caption = photo if is_within_length(words, MAX_CAPTION_LENGTH) else None
    await notify(
        work,
        Notification(
            campus_id=case.campus_id,
            chat_id=case.opened_by,
            name=_notification_name(case, "answer"),
            key="notification-case-answer",
            order_id=case.order_id,
            buttons=more,
            args={"case": case.id, "order": case.order_id, "words": words or EMPTY_PLACEHOLDER},
            photo=caption,
        ),
    )
    if photo is not None and caption is None:
        await notify(
            work,
            Notification(
                campus_id=case.campus_id,
                chat_id=case.opened_by,
                name=_notification_name(case, "answer-photo"),
                key="notification-case-photo",
                order_id=case.order_id,
                buttons=more,
                args={"case": case.id},
                photo=photo,
                silent=True,
            ),
        )


async def tell_case_closed(work: UnitOfWork, case: Case) -> None:
    """Tell the customer that the campus team closed the case, and with which outcome."""
    await notify(
        work,
        Notification(
            campus_id=case.campus_id,
            chat_id=case.opened_by,
            name=_notification_name(case, "closed"),
            key="notification-case-closed",
            order_id=case.order_id,
            buttons=[NotificationButton(label="button-case-order", data=pack(Tap.OPEN_ORDER, case.order_id))],
            args={"case": case.id, "order": case.order_id, "words": case.outcome or EMPTY_PLACEHOLDER},
        ),
    )


async def tell_other_admins(work: UnitOfWork, case: Case, admin: Member, words: str, *, closed: bool) -> None:
    """Tell the admin chat what an admin did elsewhere, so that no other admin does it again."""
    await notify(
        work,
        Notification(
            campus_id=case.campus_id,
            chat_id=ADMIN_CHAT,
            name=_notification_name(case, "colleague"),
            key="notification-case-closed-by" if closed else "notification-case-answered-by",
            order_id=case.order_id,
            args={
                "case": case.id,
                "admin": shorten_text(admin.first_name, MAX_PERSON_NAME_LENGTH),
                "words": words or EMPTY_PLACEHOLDER,
            },
        ),
    )


async def _show_photo(work: UnitOfWork, case: Case, key: str, photo: str | None) -> None:
    if photo is None:
        return
    await notify(
        work,
        Notification(
            campus_id=case.campus_id,
            chat_id=ADMIN_CHAT,
            name=_notification_name(case, key),
            key=key,
            order_id=case.order_id,
            args={"case": case.id},
            photo=photo,
        ),
    )


async def _case_facts(work: UnitOfWork, campus: Campus, case: Case, order: Order) -> dict[str, str | int]:
    runner = EMPTY_PLACEHOLDER
    if order.runner_id is not None:
        runner = _describe_member(await find_member(work, case.campus_id, order.runner_id))
    return {
        "case": case.id,
        "order": order.id,
        "kind": case.kind,
        "story": case.story or EMPTY_PLACEHOLDER,
        "customer": _describe_member(await find_member(work, case.campus_id, order.customer_id)),
        "runner": runner,
        "store": shorten_text(order.store_name, 2 * MAX_PERSON_NAME_LENGTH),
        "place": shorten_text(order.drop_point, 2 * MAX_PERSON_NAME_LENGTH),
        "placed": f"{order.placed_at.astimezone(campus.zone):%d.%m. %H:%M}",
        "claimed": _format_clock(campus, order.accepted_at),
        "bought": _format_clock(campus, order.bought_at),
        "here": _format_clock(campus, order.arrived_at),
        "delivered": _format_clock(campus, order.delivered_at),
        "handed": await _handover_proof(work, order),
        "receipt": _format_amount(order, order.receipt),
        "total": _format_amount(order, order.total),
        "ceiling": _format_amount(order, order.price.ceiling),
    }


async def _handover_proof(work: UnitOfWork, order: Order) -> str:
    """Return how the order's history says it was handed over: "pin", "photo", "word", or "none" so far."""
    if order.delivered_at is None:
        return "none"
    lines = await read_order_history(work, order.campus_id, order.id)
    ways = [
        line.reason
        for line in lines
        if line.subject == "order" and line.event in HANDOVER_EVENTS and line.actor.role is not Role.ADMIN
    ]
    return ways[-1] if ways and ways[-1] in ("pin", "photo") else "word"


def _describe_member(member: Member) -> str:
    """Return what admins know people by: name, username and person id."""
    account = "" if member.username is None else f"@{member.username}, "
    return f"{shorten_text(member.first_name, MAX_PERSON_NAME_LENGTH)} ({account}{member.person_id})"


def _format_clock(campus: Campus, moment: datetime | None) -> str:
    return EMPTY_PLACEHOLDER if moment is None else f"{moment.astimezone(campus.zone):%H:%M}"


def _format_amount(order: Order, minor: int | None) -> str:
    return EMPTY_PLACEHOLDER if minor is None else format_money(minor, order.price.currency)


def _case_buttons(case: Case) -> list[NotificationButton]:
    return [
        NotificationButton(label="button-case-answer", data=pack(Tap.CASE_ANSWER, case.id)),
        NotificationButton(label="button-case-close", data=pack(Tap.CASE_CLOSE, case.id)),
    ]


def _notification_name(case: Case, what: str) -> str:
    return f"case:{case.id}:{case.messages}:{what}"
