"""What the screens of an order share: the way back, the open question, the turning of pages."""

from typing import Any

from bot.home import home_button
from bot.pages import Page
from bot.replies import Rows, Screen
from bot.turn import Turn
from domain.buttons import Button, Tap
from domain.draft import Draft, Expects
from domain.store.drafts import expect

LONGEST_NAME = 32  # characters of a name beside other words on a button: these must not be cut off
MOST_CHOICES = 24  # of a list that does not page


def turning(turn: Turn, draft: Draft, tap: Tap, page: Page[Any]) -> Rows:
    """[Back] and [More] of a list whose pages are 0, -1, -2...: no number of a thing is one of those."""
    before = turn.button("bot-button-list-before", tap, 1 - page.number, draft.version)
    after = turn.button("bot-button-list-after", tap, -1 - page.number, draft.version)
    row = (*([before] if page.number else []), *([after] if page.more else []))
    return (row,) if row else ()


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
