"""What a handler wants said, as plain data: it is said after the commit, and never undoes anything."""

from dataclasses import dataclass

from domain.buttons import Button

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
class InviteWanted:
    """The chat became the runner group: make a link into it, keep it, and say how that went."""

    made: Screen
    refused: Screen


@dataclass(frozen=True, slots=True)
class LetIn:
    """The answer to somebody who asks to join a group."""

    person_id: int
    welcome: bool


Reply = Answer | NewMessage | EditMenu | InviteWanted | LetIn
Replies = tuple[Reply, ...]
