"""A notification: a message of its own that tells one chat something once, with its status and its buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.messaging.buttons import ButtonStyle

ADMIN_CHAT: Final = None  # the chat of the campus' admins, whichever it is when the notification is written


class NotificationStatus(StrEnum):
    DUE = "due"
    SENDING = "sending"  # leased by a worker
    SENT = "sent"
    OUTCOME_UNKNOWN = "outcome_unknown"  # nobody knows whether it was sent; it is sent at most once
    DROPPED = "dropped"  # certainly not sent, and not retried by itself


class NotificationEvent(StrEnum):
    LEASED = "leased"
    POSTPONED = "postponed"  # certainly not sent, tried again later
    SENT = "sent"
    OUTCOME_LOST = "outcome_lost"
    DROPPED = "dropped"
    RETRIED = "retried"  # by an admin


NOTIFICATION_TRANSITIONS: Mapping[tuple[NotificationStatus, NotificationEvent], NotificationStatus] = MappingProxyType(
    {
        (NotificationStatus.DUE, NotificationEvent.LEASED): NotificationStatus.SENDING,
        (NotificationStatus.DUE, NotificationEvent.POSTPONED): NotificationStatus.DUE,
        (NotificationStatus.SENDING, NotificationEvent.POSTPONED): NotificationStatus.DUE,
        (NotificationStatus.SENDING, NotificationEvent.SENT): NotificationStatus.SENT,
        (NotificationStatus.OUTCOME_UNKNOWN, NotificationEvent.SENT): NotificationStatus.SENT,  # the worker was slow
        (NotificationStatus.SENDING, NotificationEvent.OUTCOME_LOST): NotificationStatus.OUTCOME_UNKNOWN,
        (NotificationStatus.DUE, NotificationEvent.DROPPED): NotificationStatus.DROPPED,  # nobody can read it
        (NotificationStatus.SENDING, NotificationEvent.DROPPED): NotificationStatus.DROPPED,
        (NotificationStatus.DROPPED, NotificationEvent.RETRIED): NotificationStatus.DUE,
        (NotificationStatus.OUTCOME_UNKNOWN, NotificationEvent.RETRIED): NotificationStatus.DUE,
    }
)


def statuses_before(event: NotificationEvent) -> frozenset[NotificationStatus]:
    """Return the statuses in which this event may happen."""
    return frozenset(before for before, possible in NOTIFICATION_TRANSITIONS if possible is event)


def status_after(event: NotificationEvent) -> NotificationStatus:
    """Return the status that this event leads to, which is one from every status."""
    (after,) = {status for (_, possible), status in NOTIFICATION_TRANSITIONS.items() if possible is event}
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationButton:
    """A button in a row of its own: `label` is the key of its words; it has callback `data` or opens a `url`."""

    label: str
    data: str | None = None
    url: str | None = None
    style: ButtonStyle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What a chat is told once for each `name`: `key` and `args` make its sentence.

    With a `photo` (Telegram's file id) the sentence is its caption, and the Bot API takes at most 1024 characters. It
    makes no sound when `silent`, nor when its order has had as many sounds as MAX_PRIOR_AUDIBLE allows.
    """

    campus_id: int
    chat_id: int | None  # or ADMIN_CHAT
    name: str
    key: str
    order_id: int | None = None
    args: Mapping[str, str | int] = field(default_factory=dict)
    buttons: Sequence[NotificationButton] = ()
    photo: str | None = None
    silent: bool = False
    about: Sequence[int] = ()  # whom a reply in the admin chat means; empty: both sides of the order it is about
    asks_about: str | None = None  # the id of what it asks about, where that is neither its order nor in its button
    written_by: int | None = None  # the person whose words or photo it carries: nobody may write too much


def buttons_to_json(buttons: Sequence[NotificationButton]) -> list[dict[str, str]]:
    """Return the buttons as a row of the outbox stores them."""
    return [
        {"key": button.label}
        | ({} if button.data is None else {"data": button.data})
        | ({} if button.url is None else {"url": button.url})
        | ({} if button.style is None else {"style": button.style.value})
        for button in buttons
    ]


def buttons_from_json(stored: Sequence[Mapping[str, str]]) -> tuple[NotificationButton, ...]:
    """Return the buttons that a row of the outbox stores."""
    return tuple(
        NotificationButton(
            label=each["key"],
            data=each.get("data"),
            url=each.get("url"),
            style=ButtonStyle(each["style"]) if "style" in each else None,
        )
        for each in stored
    )
