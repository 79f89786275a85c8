"""What a handler wants said, as plain data: it is said after the commit, and never undoes anything."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.buttons import Button
from domain.people import Role

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """Words (HTML) with rows of buttons under them."""

    text: str
    rows: Rows = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a tap, plain text of at most 200 characters; an alert must be read and closed."""

    text: str
    alert: bool = False


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message of its own in the chat the update came from."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class EditMenu:
    """The menu whose button was tapped turns into this; a new message where there is none to turn."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class CreateInviteLink:
    """The chat became the runner group: make a link into it, keep it, and say how that went."""

    success_screen: Screen
    failure_screen: Screen


@dataclass(frozen=True, slots=True)
class JoinRequestAnswer:
    """The answer to somebody who asks to join a group."""

    person_id: int
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A message of its own with a PNG, drawn in a thread after the commit; its words (HTML) say the same as it does."""

    render: Callable[[], bytes]
    caption: str
    rows: Rows = ()


@dataclass(frozen=True, slots=True)
class CommandMenu:
    """What this chat is offered beside the text field follows from these roles; said again it costs nothing."""

    chat_id: int
    roles: frozenset[Role]
    language: str


Reply = Answer | NewMessage | EditMenu | CreateInviteLink | JoinRequestAnswer | Picture | CommandMenu
Replies = tuple[Reply, ...]
