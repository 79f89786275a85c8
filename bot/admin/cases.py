"""An admin's work on reported problems: the list, one case with its messages, an answer, and closing it."""

from datetime import timedelta

from aiogram.dispatcher.event.bases import SkipHandler

from bot.admin.access import require_admin_access
from bot.admin.commands import MAX_LINES, NUMBER_PATTERN
from bot.admin.listing import show_each
from bot.conversation.choices import choice_of, read_choice
from bot.conversation.home import edit_menu_or_send, home_button
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.people_repository import find_member
from domain.database.actors import Role
from domain.database.event_log_repository import LoggedEvent
from domain.errors import CaseClosed
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import clear_pending_input, set_pending_input
from domain.quotes import shorten_text
from domain.support.feedback import (
    MAX_EXCERPT_LENGTH,
    MAX_PERSON_NAME_LENGTH,
    MAX_STORY_LENGTH,
    Case,
    CaseOutcome,
    CaseStatus,
    is_within_length,
)
from domain.support.repository import find_case_of_message
from domain.support.use_cases import feedback

MAX_CASE_BUTTONS = 8  # below the list of cases
MAX_MESSAGE_EXCERPT_LENGTH = 300  # characters of one message, on the screen of a case
OUTCOMES = tuple(CaseOutcome)


async def cases_command(context: RequestContext) -> Replies:
    """Handle /cases: the open cases, oldest first."""
    require_admin_access(context)
    return (NewMessage(await _render_cases(context)),)


async def return_to_cases(context: RequestContext) -> Replies:
    """Handle [Cases]."""
    require_admin_access(context)
    await _clear_pending_input(context)
    return (edit_menu_or_send(context, await _render_cases(context)),)


async def _render_cases(context: RequestContext) -> Screen:
    cases = await feedback.view_open_cases(context.work, context.campus, context.member)
    lines = show_each(context, cases[:MAX_LINES], lambda case: case.id, _case_line)
    rows: Rows = tuple(
        (context.button("bot-button-case", Tap.CASE, case.id, case=case.id),) for case in cases[:MAX_CASE_BUTTONS]
    )
    home: Rows = ((home_button(context),),) if context.is_private else ()
    return Screen("\n".join([context.say("bot-cases", count=len(cases)), *lines]), (*rows, *home))


def _case_line(context: RequestContext, case: Case) -> str:
    return context.say(
        "bot-case-line",
        case=case.id,
        order=case.order_id,
        kind=case.kind,
        age=_format_age(context, context.work.now - case.opened_at),
        words=shorten_text(" ".join(case.story.split()), MAX_EXCERPT_LENGTH) or "-",
    )


def _format_age(context: RequestContext, passed: timedelta) -> str:
    hours, minutes = divmod(int(passed.total_seconds()) // 60, 60)
    if hours >= 24:
        return context.say_plain("bot-age-days", days=hours // 24, hours=hours % 24)
    if hours:
        return context.say_plain("bot-age-hours", hours=hours, minutes=minutes)
    return context.say_plain("bot-age", minutes=minutes)


async def case_command(context: RequestContext) -> Replies:
    """Handle /case NUMBER: show the case; words after it, perhaps with a photo, answer the customer."""
    require_admin_access(context)
    number, words = _parse_number_and_words(context)
    if number is None:
        return (NewMessage(Screen(context.say("bot-usage-case"), (_cases_button_row(context),))),)
    if words or context.photo:
        return await _send_case_answer(context, number, words)
    return (NewMessage(await _render_case(context, number)),)


async def show_case(context: RequestContext) -> Replies:
    """Handle [Look at 3], and [Case] below a question: show the case and clear the pending input."""
    require_admin_access(context)
    await _clear_pending_input(context)
    return (edit_menu_or_send(context, await _render_case(context, context.subject)),)


async def _render_case(context: RequestContext, number: int) -> Screen:
    case, messages = await feedback.view_case(context.work, context.campus, context.member, number)
    lines = [_case_line(context, case), *[await _message_line(context, message) for message in messages[-MAX_LINES:]]]
    if case.status is CaseStatus.CLOSED:
        return Screen("\n".join(lines), (_cases_button_row(context),))
    action_row = (
        context.button("button-case-answer", Tap.CASE_ANSWER, case.id),
        context.button("button-case-close", Tap.CASE_CLOSE, case.id),
    )
    return Screen("\n".join(lines), (action_row, _cases_button_row(context)))


async def _message_line(context: RequestContext, message: LoggedEvent) -> str:
    person = message.actor.person_id
    name = "-" if person is None else (await find_member(context.work, context.campus.id, person)).first_name
    return context.say(
        "bot-case-said",
        at=f"{message.at.astimezone(context.campus.zone):%d.%m. %H:%M}",
        who=shorten_text(name, MAX_PERSON_NAME_LENGTH),
        team="yes" if message.actor.role is Role.ADMIN else "no",
        words=shorten_text(
            message.reason or "-", MAX_STORY_LENGTH if message.event == "opened" else MAX_MESSAGE_EXCERPT_LENGTH
        ),
    )


async def ask_case_answer(context: RequestContext) -> Replies:
    """Handle [Answer]: in private the next line is the answer; in a group the bot reads replies and commands only."""
    require_admin_access(context)
    case = await _require_open_case(context, context.subject)
    if not context.is_private:
        return (Answer(context.say_plain("bot-case-how-to-answer", case=case.id), alert=True),)
    await set_pending_input(
        context.work, context.campus.id, context.member.person_id, PendingInput.CASE_ANSWER, case.id
    )
    back = context.button("bot-button-case-back", Tap.CASE, case.id)
    return (NewMessage(Screen(context.say("bot-case-ask-answer", case=case.id), ((back,),))),)


async def receive_case_answer(context: RequestContext) -> Replies:
    """Send the line or photo that [Answer] asked for."""
    require_admin_access(context)
    replies = await _send_case_answer(context, context.pending_subject, context.typed)
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return replies


async def answer_case_by_reply(context: RequestContext) -> Replies:
    """Send an admin's reply to a message about a case to the customer; leave all other updates to other handlers."""
    is_reply_in_admin_chat = context.chat_id == context.campus.admin_chat and context.reply_to is not None
    if not is_reply_in_admin_chat or context.reply_to is None or not (context.typed or context.photo):
        raise SkipHandler
    number = await find_case_of_message(context.work, context.campus.id, context.chat_id, context.reply_to)
    if number is None:
        raise SkipHandler
    return await _send_case_answer(context, number, context.typed)


async def _send_case_answer(context: RequestContext, number: int, words: str) -> Replies:
    case = await feedback.answer_case(
        context.work,
        context.campus,
        context.member,
        number,
        words,
        context.photo_id,
        in_admin_chat=_in_admin_chat(context),
    )
    customer = await find_member(context.work, context.campus.id, case.opened_by)
    key = "bot-case-answered" if customer.reachable else "bot-case-unreachable"
    lines = [
        context.say(key, case=case.id, customer=customer.first_name),
        *([] if is_within_length(words, MAX_STORY_LENGTH) else [context.say("bot-case-cut", most=MAX_STORY_LENGTH)]),
    ]
    return (NewMessage(Screen("\n".join(lines), (_cases_button_row(context),))),)


async def close_case_command(context: RequestContext) -> Replies:
    """Handle /close_case NUMBER outcome: the customer reads the outcome, so it is required."""
    require_admin_access(context)
    number, words = _parse_number_and_words(context)
    if number is None:
        return (NewMessage(Screen(context.say("bot-usage-close-case"), (_cases_button_row(context),))),)
    if not words:
        return (NewMessage(_ask_outcome(context, await _require_open_case(context, number))),)
    return (NewMessage(await _close_case(context, number, words)),)


async def ask_case_outcome(context: RequestContext) -> Replies:
    """Handle [Close case]: ask for the outcome."""
    require_admin_access(context)
    return (NewMessage(_ask_outcome(context, await _require_open_case(context, context.subject))),)


def _ask_outcome(context: RequestContext, case: Case) -> Screen:
    keep = context.button("bot-button-case-keep", Tap.CASE, case.id)
    outcomes = tuple((_outcome_button(context, case, outcome),) for outcome in OUTCOMES)
    return Screen(context.say("bot-case-close-how", case=case.id), ((keep,), *outcomes))


def _outcome_button(context: RequestContext, case: Case, outcome: CaseOutcome) -> Button:
    choice = choice_of(OUTCOMES, outcome)
    return context.button(
        "bot-button-case-outcome", Tap.CASE_CLOSE_SURE, case.id, choice, style=ButtonStyle.DANGER, outcome=outcome
    )


async def close_case_with_outcome(context: RequestContext) -> Replies:
    """Close the case with one of the prepared outcomes."""
    require_admin_access(context)
    words = context.say_plain("bot-case-outcome", outcome=read_choice(context, OUTCOMES))
    return (EditMenu(await _close_case(context, context.subject, words)),)


async def _close_case(context: RequestContext, number: int, words: str) -> Screen:
    closed = await feedback.close_case(
        context.work, context.campus, context.member, number, words, in_admin_chat=_in_admin_chat(context)
    )
    return Screen(
        context.say("bot-case-closed", case=closed.id, words=closed.outcome or "-"), (_cases_button_row(context),)
    )


async def _require_open_case(context: RequestContext, number: int) -> Case:
    case, _ = await feedback.view_case(context.work, context.campus, context.member, number)
    if case.status is CaseStatus.CLOSED:
        raise CaseClosed(case=case.id)
    return case


async def _clear_pending_input(context: RequestContext) -> None:
    if context.is_private:
        await clear_pending_input(context.work, context.campus.id, context.member.person_id)


def _cases_button_row(context: RequestContext) -> tuple[Button, ...]:
    return (context.button("bot-button-cases", Tap.CASES),)


def _in_admin_chat(context: RequestContext) -> bool:
    return context.chat_id == context.campus.admin_chat


def _parse_number_and_words(context: RequestContext) -> tuple[int | None, str]:
    """Return the number after a command, and the text after the number with its line breaks."""
    _, _, arguments = context.typed.partition(" ")
    number, words = (*arguments.strip().split(maxsplit=1), "", "")[:2]
    match = NUMBER_PATTERN.fullmatch(number)
    return (int(match[1]) if match else None), words.strip()
