"""The dead letters, for admins: the list, another attempt, and dropping one with a reason."""

from bot.admin.admin_commands import (
    MAX_ERROR_LENGTH,
    admin_screen,
    parse_number_and_reason,
    require_admin_access,
    require_admin_access_and_clear_input,
)
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.campuses import use_cases as campuses_use_cases
from domain.inbox import use_cases as inbox_use_cases
from domain.inbox.dead_letter import DeadLetter
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import clear_pending_input, set_pending_input
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


async def ask_drop_reason(context: RequestContext) -> Replies:
    """Handle [Drop…]: say what it means, with the way back first; the next typed line is the reason, and drops it."""
    await require_admin_access_and_clear_input(context)
    if not context.is_private:
        return (
            Answer(context.say_plain("bot-write-with-reason", example=f"/drop {context.subject} reason"), alert=True),
        )
    found = await inbox_use_cases.view_dead_letter(context.work, context.campus, context.member, context.subject)
    await set_pending_input(
        context.work, context.campus.id, context.member.person_id, PendingInput.DROP_DEAD_LETTER, found.id
    )
    text = context.say(
        "bot-drop", number=found.id, line=Html(_dead_letter_line(context, found)), kind=found.label_variant
    )
    return (EditMenu(Screen(text, ((_back_button(context),),))),)


async def receive_drop_reason(context: RequestContext) -> Replies:
    """Take the typed line as the reason; a line that cannot be one leaves the input pending."""
    require_admin_access(context)
    reason = " ".join(context.typed.split())
    if not reason or len(reason) > campuses_use_cases.MAX_REASON_LENGTH:
        return (
            NewMessage(
                admin_screen(context, context.say("bot-reason-too-long", most=campuses_use_cases.MAX_REASON_LENGTH))
            ),
        )
    done = await _drop(context, context.pending_subject, reason)
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (NewMessage(done),)


async def drop_command(context: RequestContext) -> Replies:
    """Handle /drop NUMBER reason."""
    require_admin_access(context)
    number, reason = parse_number_and_reason(context.arguments)
    if number is None:
        return (NewMessage(admin_screen(context, context.say("bot-usage-drop"))),)
    return (NewMessage(await _drop(context, number, reason)),)


async def _drop(context: RequestContext, number: int, reason: str) -> Screen:
    await inbox_use_cases.drop_dead_letter(context.work, context.campus, context.member, number, reason)
    return admin_screen(context, context.say("bot-dropped", number=number, reason=reason), (_back_button(context),))


async def _render_dead_letters(context: RequestContext) -> Screen:
    found = await inbox_use_cases.view_dead_letters(context.work, context.campus, context.member)
    shown = found[:MAX_LISTED]
    parts = [context.say("bot-dead-letters", count=len(found)), *(_dead_letter_line(context, each) for each in shown)]
    rows = [
        (
            _retry_button(context, each),
            context.button("bot-button-drop", Tap.DROP_DEAD_LETTER, each.id, style=ButtonStyle.DANGER, number=each.id),
        )
        for each in shown
    ]
    stuck = context.button("bot-button-stuck", Tap.STUCK)
    return admin_screen(context, "\n\n".join(parts), *rows, (stuck,))


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
