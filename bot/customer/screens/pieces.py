"""What the screens of an order share: the way back, the open question, lists that page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.home import MENU
from bot.replies import Rows, Screen
from bot.turn import Turn
from domain.buttons import Button, Tap
from domain.draft import Draft, Expects
from domain.store.drafts import expect

PAGE = 8  # things a screen; more would push the words out of sight
LONGEST_NAME = 32  # characters of a name beside other words on a button: these must not be cut off
MOST_CHOICES = 24  # of a list that does not page

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Page(Generic[Thing]):
    """A part of a longer list."""

    things: Sequence[Thing]
    number: int  # from 0
    more: bool


def page_of(things: Sequence[Thing], number: int) -> Page[Thing]:
    """This page, or the nearest there is."""
    last = max(0, (len(things) - 1) // PAGE)
    number = min(max(0, number), last)
    return Page(things[number * PAGE : (number + 1) * PAGE], number, number < last)


def turning(turn: Turn, draft: Draft, tap: Tap, page: Page[Thing]) -> Rows:
    """[Back] and [More] of a list whose pages are 0, -1, -2...: no number of a thing is one of those."""
    before = turn.button("bot-button-list-before", tap, 1 - page.number, draft.version)
    after = turn.button("bot-button-list-after", tap, -1 - page.number, draft.version)
    row = (*([before] if page.number else []), *([after] if page.more else []))
    return (row,) if row else ()


def home_button(turn: Turn) -> Button:
    """[Home], on every screen."""
    return turn.button("bot-button-home", Tap.HOME, version=MENU)


def back_row(turn: Turn, draft: Draft, tap: Tap) -> tuple[Button, ...]:
    """[Back] to the screen before; from a change of something complete, to the review."""
    to = tap if draft.missing() is not None else Tap.ITEMS_DONE
    return (turn.button("bot-button-back", to, 0, draft.version), home_button(turn))


def noticed(screen: Screen, *notices: str) -> Screen:
    """The screen with a sentence in front."""
    return Screen("\n\n".join([*notices, screen.text]), screen.rows)


async def ask(turn: Turn, expects: Expects, subject: int | None = None) -> None:
    """What is typed next means this."""
    await expect(turn.work, turn.campus.id, turn.member.person_id, expects, subject)
