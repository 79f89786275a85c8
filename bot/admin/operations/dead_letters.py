"""The dead letters, for admins: the list, another attempt, and dropping one with a reason."""

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import MAX_ERROR_LENGTH, admin_screen
from bot.admin.listing import show_each
from bot.admin.operations.console import console_rows
from bot.admin.reason_flow import ReasonFlow, ReasonQuestion
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.inbox import use_cases as inbox_use_cases
from domain.inbox.dead_letter import DeadLetter
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.messaging.notification.console_places import ConsolePlace
from domain.orders.drafts.draft import PendingInput
from domain.words import Html

MAX_LISTED = 10  # dead letters on the list, each with its buttons


async def dead_letters_command(context: RequestContext) -> Replies:
    """Handle /parked: the dead letters, oldest first."""
    await require_admin_access_and_clear_input(context)
    return (NewMessage(await _render_dead_letters(context)),)


async def return_to_dead_letters(context: RequestContext) -> Replies:
    """Handle [Parked], on an alert or in place of a question."""
    await require_admin_access_and_clear_input(context)
    screen = await _render_dead_letters(context)
    return (EditMenu(screen),) if context.is_on_menu else (NewMessage(screen),)


async def retry_dead_letter_tapped(context: RequestContext) -> Replies:
    """Handle [Try again], or [Send again] where the outcome of sending is unknown."""
    require_admin_access(context)
    found = await inbox_use_cases.retry_dead_letter(context.work, context.campus, context.member, context.subject)
    said = context.say_plain("bot-sent-again") if found.outcome_unknown else context.say_plain("bot-retried")
    return Answer(said), EditMenu(await _render_dead_letters(context))


async def _ask_drop_reason(context: RequestContext) -> ReasonQuestion:
    found = await inbox_use_cases.view_dead_letter(context.work, context.campus, context.member, context.subject)
    line = Html(_dead_letter_line(context, found))
    text = context.say("bot-drop", number=found.id, line=line, kind=found.label_variant)
    return ReasonQuestion(subject=found.id, text=text, back=_back_button(context))


async def _drop(context: RequestContext, number: int, reason: str) -> Screen:
    shown = context.is_shown_to_admins
    await inbox_use_cases.drop_dead_letter(
        context.work, context.campus, context.member, number, reason, shown_to_admins=shown
    )
    return admin_screen(context, context.say("bot-dropped", number=number, reason=reason), (_back_button(context),))


async def _render_dead_letters(context: RequestContext) -> Screen:
    found = await inbox_use_cases.view_dead_letters(context.work, context.campus, context.member)
    shown = found[:MAX_LISTED]
    lines = show_each(context, shown, lambda each: each.id, _dead_letter_line)
    parts = [context.say("bot-dead-letters", count=len(found)), *lines]
    rows = [
        (
            _retry_button(context, each),
            context.button("bot-button-drop", Tap.DROP_DEAD_LETTER, each.id, style=ButtonStyle.DANGER, number=each.id),
        )
        for each in shown
    ]
    stuck = context.button("bot-button-stuck", Tap.STUCK)
    return admin_screen(context, "\n\n".join(parts), *rows, (stuck,), *console_rows(context, ConsolePlace.ENGINE))


def _dead_letter_line(context: RequestContext, found: DeadLetter) -> str:
    return context.say(
        "bot-dead-letter-line",
        number=found.id,
        kind=found.label_variant,
        order="-" if found.order_id is None else str(found.order_id),
        since=f"{found.dead_since.astimezone(context.campus.zone):%d.%m. %H:%M}",
        tries=found.tries,
        shown=found.shown,
        error=truncate(found.error, MAX_ERROR_LENGTH),
    )


def _retry_button(context: RequestContext, found: DeadLetter) -> Button:
    if found.outcome_unknown:
        return context.button("bot-button-send-again", Tap.RETRY_DEAD_LETTER, found.id, number=found.id)
    return context.button("bot-button-retry", Tap.RETRY_DEAD_LETTER, found.id, number=found.id)


def _back_button(context: RequestContext) -> Button:
    return context.button("bot-button-dead-letters-back", Tap.DEAD_LETTERS)


DROP = ReasonFlow(
    tap=Tap.DROP_DEAD_LETTER,
    pending_input=PendingInput.DROP_DEAD_LETTER,
    command="drop",
    usage="bot-usage-drop",
    ask=_ask_drop_reason,
    act=_drop,
)
