"""What the screens of an order share: the way back, the open question, a sentence in front."""

from bot.home import home_button
from bot.replies import Screen
from bot.turn import Turn
from domain.buttons import Button, Tap
from domain.draft import Draft, Expects
from domain.store.drafts import expect

LONGEST_NAME = 32  # characters of a name beside other words on a button: these must not be cut off


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
