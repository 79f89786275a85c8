"""What the basket's screens share: the way back, the pending input, notices."""

from bot.conversation.home import home_button
from bot.conversation.replies import Screen
from bot.conversation.request_context import RequestContext
from domain.messaging.buttons import Button, Tap
from domain.orders.drafts.draft import Draft, PendingInput
from domain.orders.drafts.repository import set_pending_input

MAX_BUTTON_NAME_LENGTH = 32  # characters of a name on a button: the words beside it must not be cut off


def back_row(context: RequestContext, draft: Draft, tap: Tap) -> tuple[Button, ...]:
    """Return [Back] to the screen before, or to the review once the basket is complete."""
    to = tap if draft.missing_part() is not None else Tap.ITEMS_DONE
    return (context.button("bot-button-back", to, 0, draft.version), home_button(context))


def with_notices(screen: Screen, *notices: str) -> Screen:
    """Return the screen with notices before its text."""
    return Screen("\n\n".join([*notices, screen.text]), screen.rows)


async def expect_input(context: RequestContext, pending_input: PendingInput, subject: int | None = None) -> None:
    """Set what the next typed line means."""
    await set_pending_input(context.work, context.campus.id, context.member.person_id, pending_input, subject)
