"""What is told about a case: to the campus team in the admin chat and to the customer, never to the runner.

Each is named `case:<case>:<message>:...`, so that an answer to it in the chat finds the case.
"""

from collections.abc import Sequence
from datetime import datetime

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
from domain.money import format_money
from domain.orders.states import Order
from domain.quotes import shorten_text
from domain.support.feedback import MAX_PERSON_NAME_LENGTH, Case

EMPTY_PLACEHOLDER = "-"


def case_opened(
    case: Case, order: Order, campus: Campus, customer: Member, runner: Member | None, *, proof: str, photo: str | None
) -> Notification:
    """Tell the campus team the report and all about the order; `proof` is how it was handed over, in one word."""
    return _to_team(
        case,
        "words",
        "notification-case-opened",
        {
            "order": order.id,
            "kind": case.kind,
            "story": case.story or EMPTY_PLACEHOLDER,
            "customer": _describe_member(customer),
            "runner": EMPTY_PLACEHOLDER if runner is None else _describe_member(runner),
            "store": shorten_text(order.store_name, 2 * MAX_PERSON_NAME_LENGTH),
            "place": shorten_text(order.drop_point, 2 * MAX_PERSON_NAME_LENGTH),
            "placed": f"{order.placed_at.astimezone(campus.zone):%d.%m. %H:%M}",
            "claimed": _format_clock(campus, order.accepted_at),
            "bought": _format_clock(campus, order.bought_at),
            "here": _format_clock(campus, order.arrived_at),
            "delivered": _format_clock(campus, order.delivered_at),
            "handed": proof,
            "receipt": _format_amount(order, order.receipt),
            "total": _format_amount(order, order.total),
            "ceiling": _format_amount(order, order.price.ceiling),
        },
        buttons=_case_buttons(case),
        photo=photo,
        written_by=customer.person_id,
    )


def case_extended(case: Case, customer: Member, words: str, photo: str | None) -> Notification:
    """Tell the campus team what the customer added."""
    return _to_team(
        case,
        "words",
        "notification-case-more",
        {"order": case.order_id, "customer": _describe_member(customer), "words": words or EMPTY_PLACEHOLDER},
        buttons=_case_buttons(case),
        photo=photo,
        written_by=customer.person_id,
    )


def case_photo_shown(case: Case, photo: str) -> Notification:
    """Show the campus team the photo of what the customer wrote."""
    key = "notification-case-photo"
    return _to_team(case, key, key, {}, photo=photo, written_by=case.opened_by)


def case_receipt_shown(case: Case, photo: str) -> Notification:
    """Show the campus team the photo of the order's receipt."""
    return _photo_to_team(case, "notification-case-receipt", photo)


def case_proof_shown(case: Case, photo: str) -> Notification:
    """Show the campus team the photo that proves the hand-over."""
    return _photo_to_team(case, "notification-case-proof", photo)


def case_answered(case: Case, admin: Member, words: str, photo: str | None) -> Notification:
    """Tell the customer the campus team's answer, with a button to write back."""
    return Notification(
        campus_id=case.campus_id,
        chat_id=case.opened_by,
        name=_notification_name(case, "answer"),
        key="notification-case-answer",
        order_id=case.order_id,
        buttons=[_write_back_button(case)],
        args={"case": case.id, "order": case.order_id, "words": words or EMPTY_PLACEHOLDER},
        photo=photo,
        written_by=admin.person_id,
    )


def case_answer_photo_shown(case: Case, photo: str) -> Notification:
    """Show the customer the photo of the campus team's answer, without a sound."""
    return Notification(
        campus_id=case.campus_id,
        chat_id=case.opened_by,
        name=_notification_name(case, "answer-photo"),
        key="notification-case-photo",
        order_id=case.order_id,
        buttons=[_write_back_button(case)],
        args={"case": case.id},
        photo=photo,
        silent=True,
    )


def case_closed(case: Case) -> Notification:
    """Tell the customer that the campus team closed the case, and with which outcome."""
    return Notification(
        campus_id=case.campus_id,
        chat_id=case.opened_by,
        name=_notification_name(case, "closed"),
        key="notification-case-closed",
        order_id=case.order_id,
        buttons=[NotificationButton(label="button-case-order", data=pack(Tap.OPEN_ORDER, case.order_id))],
        args={"case": case.id, "order": case.order_id, "words": case.outcome or EMPTY_PLACEHOLDER},
    )


def case_answered_elsewhere(case: Case, admin: Member, words: str) -> Notification:
    """Tell the admin chat what an admin answered in another chat, so that no other admin does it again."""
    return _to_colleagues(case, "notification-case-answered-by", admin, words)


def case_closed_elsewhere(case: Case, admin: Member, outcome: str) -> Notification:
    """Tell the admin chat that an admin closed the case in another chat."""
    return _to_colleagues(case, "notification-case-closed-by", admin, outcome)


def _to_colleagues(case: Case, key: str, admin: Member, words: str) -> Notification:
    name = shorten_text(admin.first_name, MAX_PERSON_NAME_LENGTH)
    return _to_team(case, "colleague", key, {"admin": name, "words": words or EMPTY_PLACEHOLDER})


def _photo_to_team(case: Case, key: str, photo: str) -> Notification:
    return _to_team(case, key, key, {}, photo=photo)


def _to_team(
    case: Case,
    what: str,
    key: str,
    args: dict[str, str | int],
    *,
    buttons: Sequence[NotificationButton] = (),
    photo: str | None = None,
    written_by: int | None = None,
) -> Notification:
    return Notification(
        campus_id=case.campus_id,
        chat_id=ADMIN_CHAT,
        name=_notification_name(case, what),
        key=key,
        order_id=case.order_id,
        buttons=buttons,
        args={"case": case.id, **args},
        photo=photo,
        written_by=written_by,
    )


def _notification_name(case: Case, what: str) -> str:
    return f"case:{case.id}:{case.messages}:{what}"


def _case_buttons(case: Case) -> list[NotificationButton]:
    return [
        NotificationButton(label="button-case-answer", data=pack(Tap.CASE_ANSWER, case.id)),
        NotificationButton(label="button-case-close", data=pack(Tap.CASE_CLOSE, case.id)),
    ]


def _write_back_button(case: Case) -> NotificationButton:
    return NotificationButton(label="button-case-more", data=pack(Tap.PROBLEM, case.order_id))


def _describe_member(member: Member) -> str:
    """Return what admins know people by: name, username and person id."""
    account = "" if member.username is None else f"@{member.username}, "
    return f"{shorten_text(member.first_name, MAX_PERSON_NAME_LENGTH)} ({account}{member.person_id})"


def _format_clock(campus: Campus, moment: datetime | None) -> str:
    return EMPTY_PLACEHOLDER if moment is None else f"{moment.astimezone(campus.zone):%H:%M}"


def _format_amount(order: Order, minor: int | None) -> str:
    return EMPTY_PLACEHOLDER if minor is None else format_money(minor, order.price.currency)
