"""A customer's feedback after a delivery: a thumb with one reason, or a problem report to the campus team."""

from aiogram.dispatcher.event.bases import SkipHandler

from bot.conversation.choices import NO_CHOICE, choice_of, read_choice
from bot.conversation.home import home_button
from bot.conversation.replies import EditMenu, NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext
from bot.customer.orders import open_order_tapped
from domain.errors import OrderClosed
from domain.messaging.buttons import MENU_SCREEN, Button, ButtonStyle, Tap, TapArgument
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import clear_pending_input, set_pending_input
from domain.orders.states import STATUSES_WITH_RUNNER
from domain.support.feedback import (
    MAX_STORY_LENGTH,
    OFFERED_PROBLEM_KINDS,
    REASONS_BY_RATING,
    Case,
    ProblemKind,
    Rating,
    is_within_length,
)
from domain.support.repository import find_case, find_case_of_message
from domain.support.use_cases import feedback

PROBLEM_KINDS = OFFERED_PROBLEM_KINDS


async def give_thumb_up(context: RequestContext) -> Replies:
    """Handle [Good]."""
    return await _give_thumb(context, good=True)


async def give_thumb_down(context: RequestContext) -> Replies:
    """Handle [Not good]."""
    return await _give_thumb(context, good=False)


async def _give_thumb(context: RequestContext, *, good: bool) -> Replies:
    given = await feedback.rate_order(context.work, context.campus, context.member, context.subject, good=good)
    screen = Screen(context.say("bot-thumb-why", thumb=_thumb_variant(given)), _reasons(context, given))
    return (EditMenu(screen) if context.is_on_menu else NewMessage(screen),)


def _reasons(context: RequestContext, given: Rating) -> Rows:
    reasons = tuple(
        context.button("bot-button-thumb-reason", Tap.THUMB_REASON, context.subject, choice, reason=reason)
        for choice, reason in enumerate(REASONS_BY_RATING[given.good], start=1)
    )
    return reasons, (context.button("bot-button-skip", Tap.THUMB_REASON, context.subject, NO_CHOICE),)


async def choose_thumb_reason(context: RequestContext) -> Replies:
    """Save one reason, or none for [Skip]; confirm the rating, and say how long it may be changed."""
    given = await feedback.give_rating_reason(
        context.work, context.campus, context.member, context.subject, context.read_argument(TapArgument.CHOICE)
    )
    text = context.say(
        "bot-thumb-noted",
        thumb=_thumb_variant(given),
        reason=given.reason or "none",
        hours=feedback.feedback_window_hours(context.campus),
    )
    change = context.button("bot-button-thumb-again", Tap.THUMB_AGAIN, context.subject)
    return (EditMenu(Screen(text, ((change, home_button(context)),))),)


async def ask_thumb_again(context: RequestContext) -> Replies:
    """Handle [Change it]: show both thumbs again; nothing changes until one is tapped."""
    up = context.button("button-thumb-up", Tap.THUMB_UP, context.subject, MENU_SCREEN)
    down = context.button("button-thumb-down", Tap.THUMB_DOWN, context.subject, MENU_SCREEN)
    return (
        EditMenu(Screen(context.say("bot-thumb-again", order=context.subject), ((up, down), (home_button(context),)))),
    )


def _thumb_variant(given: Rating) -> str:
    return "good" if given.good else "bad"


async def begin_problem_report(context: RequestContext) -> Replies:
    """Handle [Problem]: ask for the kind, during a delivery for a message to the team, or for more about an open case.

    A line that is typed without choosing a kind is a report of the kind "other".
    """
    order, case = await feedback.lock_reportable_order(context.work, context.campus, context.member, context.subject)
    if case is not None:
        return (await _ask_case_addition(context, case),)
    here = context.work, context.campus.id, context.member.person_id
    if order.status in STATUSES_WITH_RUNNER:
        await set_pending_input(*here, PendingInput.PROBLEM, order.id, ProblemKind.QUESTION)
        return (NewMessage(Screen(context.say("bot-ask-team", order=order.id), ((_back_button(context, order.id),),))),)
    await set_pending_input(*here, PendingInput.PROBLEM, order.id, ProblemKind.OTHER)
    kinds = tuple(_kind_button(context, kind) for kind in PROBLEM_KINDS)
    screen = Screen(
        context.say("bot-problem-kind", order=order.id), (kinds[:2], kinds[2:], (_back_button(context, order.id),))
    )
    return (NewMessage(screen),)


def _kind_button(context: RequestContext, kind: ProblemKind) -> Button:
    choice = choice_of(PROBLEM_KINDS, kind)
    return context.button("bot-button-problem-kind", Tap.PROBLEM_KIND, context.subject, choice, kind=kind)


async def _ask_case_addition(context: RequestContext, case: Case) -> NewMessage:
    await set_pending_input(
        context.work, context.campus.id, context.member.person_id, PendingInput.CASE_ADDITION, case.id
    )
    screen = Screen(context.say("bot-case-ask-more", case=case.id), ((_back_button(context, case.order_id),),))
    return NewMessage(screen)


async def choose_problem_kind(context: RequestContext) -> Replies:
    """Handle [Missing], [Wrong], [Cold] and [Not here]: ask for a description or a photo."""
    kind = read_choice(context, PROBLEM_KINDS)
    order, case = await feedback.lock_reportable_order(context.work, context.campus, context.member, context.subject)
    if case is not None:
        return (await _ask_case_addition(context, case),)
    await set_pending_input(
        context.work, context.campus.id, context.member.person_id, PendingInput.PROBLEM, order.id, kind
    )
    choice = choice_of(PROBLEM_KINDS, kind)
    wordless = context.button("bot-button-wordless", Tap.PROBLEM_WORDLESS, order.id, choice, style=ButtonStyle.PRIMARY)
    text = context.say("bot-problem-words", order=order.id, kind=kind)
    return (EditMenu(Screen(text, ((wordless, _back_button(context, order.id)),))),)


async def report_without_words(context: RequestContext) -> Replies:
    """Handle [Send without]: report the kind alone; a second tap adds nothing."""
    kind = read_choice(context, PROBLEM_KINDS)
    _, case = await feedback.lock_reportable_order(context.work, context.campus, context.member, context.subject)
    if case is None:
        case = await feedback.report_problem(
            context.work, context.campus, context.member, context.subject, kind, "", None
        )
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (EditMenu(_case_screen(context, case, "bot-case-opened")),)


async def receive_problem(context: RequestContext) -> Replies:
    """Report the problem with the typed line or the photo."""
    kind = (
        ProblemKind(context.conversation_state.detail)
        if context.conversation_state is not None and context.conversation_state.detail
        else None
    )
    if kind is None:
        raise OrderClosed
    case = await feedback.report_problem(
        context.work, context.campus, context.member, context.pending_subject, kind, context.typed, context.photo
    )
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (NewMessage(_case_screen(context, case, "bot-case-opened" if case.messages == 1 else "bot-case-added")),)


async def receive_case_addition(context: RequestContext) -> Replies:
    """Add a line or a photo to the open case."""
    return await _add_to_case(context, context.pending_subject)


async def answer_own_case_by_reply(context: RequestContext) -> Replies:
    """Add a reply about the person's own case to that case; leave all else to other handlers."""
    if not context.is_private or context.reply_to is None or not (context.typed or context.photo):
        raise SkipHandler
    case_id = await find_case_of_message(context.work, context.campus.id, context.chat_id, context.reply_to)
    if (
        case_id is None
        or (await find_case(context.work, context.campus.id, case_id)).opened_by != context.member.person_id
    ):
        raise SkipHandler
    return await _add_to_case(context, case_id)


async def _add_to_case(context: RequestContext, case_id: int) -> Replies:
    case = await feedback.add_to_case(
        context.work, context.campus, context.member, case_id, context.typed, context.photo
    )
    asked = context.conversation_state
    if asked is not None and asked.pending_input is PendingInput.CASE_ADDITION:  # any other pending input stays
        await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (NewMessage(_case_screen(context, case, "bot-case-added")),)


def _case_screen(context: RequestContext, case: Case, key: str) -> Screen:
    lines = [
        context.say(key, case=case.id),
        *(
            []
            if is_within_length(context.typed, MAX_STORY_LENGTH)
            else [context.say("bot-case-cut", most=MAX_STORY_LENGTH)]
        ),
    ]
    more = context.button("bot-button-case-more", Tap.PROBLEM, case.order_id)
    return Screen("\n".join(lines), ((more, _back_button(context, case.order_id)), (home_button(context),)))


async def cancel_problem_report(context: RequestContext) -> Replies:
    """Handle [Back to my order]: the next line is no report any more."""
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return await open_order_tapped(context)


def _back_button(context: RequestContext, order_id: int) -> Button:
    return context.button("bot-button-back-to-order", Tap.PROBLEM_BACK, order_id)
