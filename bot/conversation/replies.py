"""Replies as plain data: what a handler returns is sent after the commit, and a failure undoes nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.database.actors import Role
from domain.messaging.buttons import Button

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """A text (HTML) with rows of buttons under it."""

    text: str
    rows: Rows = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a tap: plain text of at most 200 characters; an alert stays until it is closed."""

    text: str
    alert: bool = False


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A new message in the chat that the update came from."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class EditMenu:
    """The tapped menu, or the message of this id, is edited into this screen; without one it is a new message."""

    screen: Screen
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class CreateInviteLink:
    """The chat became the runner group: create and save its invite link, then send one of the screens."""

    success_screen: Screen
    failure_screen: Screen


@dataclass(frozen=True, slots=True)
class JoinRequestAnswer:
    """The answer to a request to join a group."""

    person_id: int
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A new message with a PNG, rendered in a thread after the commit; its caption (HTML) says the same."""

    render: Callable[[], bytes]
    caption: str
    rows: Rows = ()


@dataclass(frozen=True, slots=True)
class CommandMenu:
    """The commands of these roles are offered in this chat; an unchanged list is not sent again."""

    chat_id: int
    roles: frozenset[Role]
    language: str


Reply = Answer | NewMessage | EditMenu | CreateInviteLink | JoinRequestAnswer | Picture | CommandMenu
Replies = tuple[Reply, ...]
