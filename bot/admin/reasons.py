"""Asking for the reason of an admin's act, and taking it: as a reply to the question, or as a ready answer under it.

The question names the command that the reason completes. So the answer does what the whole command does, in any chat
of admins, and with the same permission. A question is answered once: of two admins who answer it at the same moment,
one is told that it is out of date.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler

from bot.admin.access import require_admin_access
from bot.conversation.choices import NO_CHOICE, choice_of, read_choice, require_shown_button
from bot.conversation.replies import EditMenu, NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext
from bot.conversation.routing import Handler, on_expected_text, on_replies, on_taps
from domain.campuses.use_cases import MAX_REASON_LENGTH
from domain.errors import CampusGError, Stale
from domain.messaging.buttons import Tap, TapArgument
from domain.orders.drafts.draft import ConversationState, PendingInput
from domain.orders.drafts.reason_repository import take_reason
from domain.orders.drafts.repository import clear_pending_input, find_pending_input, set_pending_input


class QuestionClosed(CampusGError):
    """A reply to a question that waits for no answer any more: it has one, or another question took its place."""

    key = "error-question-closed"


class ReadyReason(StrEnum):
    """Reasons that can be tapped, in the order of their buttons' choice: add new ones at the end."""

    SHOP_CLOSED = "shop_closed"
    CUSTOMER_ASKED = "customer_asked"
    NO_RUNNER = "no_runner"
    RUNNER_ASKED = "runner_asked"
    TOO_LONG = "too_long"
    BOTH_SAID = "both_said"
    FOOD_LOST = "food_lost"
    MISSING = "missing"
    WRONG = "wrong"
    COLD = "cold"
    LATE = "late"
    CLEARED = "cleared"
    MISTAKE = "mistake"
    AT_STRIPE = "at_stripe"
    TOLD = "told"
    GOODWILL = "goodwill"


READY_REASONS = tuple(ReadyReason)
_R = ReadyReason
# A person is suspended or barred for what they did, in words of their own: there is nothing to tap.
OFFERED_REASONS: Mapping[str, tuple[ReadyReason, ...]] = MappingProxyType(
    {
        "cancel": (_R.SHOP_CLOSED, _R.CUSTOMER_ASKED, _R.NO_RUNNER),
        "release": (_R.RUNNER_ASKED, _R.TOO_LONG),
        "finish": (_R.BOTH_SAID,),
        "close": (_R.FOOD_LOST, _R.CUSTOMER_ASKED),
        "receipt": (_R.MISTAKE, _R.RUNNER_ASKED, _R.CUSTOMER_ASKED),
        "refund": (_R.MISSING, _R.WRONG, _R.COLD, _R.LATE),
        "suspend": (),
        "bar": (),
        "limit": (),
        "unbar": (_R.CLEARED, _R.MISTAKE),
        "resolve": (_R.AT_STRIPE,),
        "drop": (_R.TOLD,),
        "settle": (_R.AT_STRIPE, _R.MISTAKE),
        "transfer_pay": (_R.AT_STRIPE,),
        "transfer_other": (_R.GOODWILL, _R.MISTAKE),
        "forgive": (_R.GOODWILL, _R.MISTAKE),
    }
)

# Questions with a pending input of their own: one that an earlier release asked does not keep the command beside it.
_INPUTS_OF_COMMANDS: Mapping[str, PendingInput] = MappingProxyType(
    {
        "resolve": PendingInput.RESOLVE_SAGA,
        "drop": PendingInput.DROP_DEAD_LETTER,
        "settle": PendingInput.SETTLE_DISCREPANCY,
        "forgive": PendingInput.WAIVE_CUSTOMER_DEBT,
    }
)


async def ask_for_reason(context: RequestContext, command: str, about: str = "") -> Screen:
    """Ask for the reason that completes this command (`/cancel 12`); in a private chat the next typed line is it."""
    if context.is_private:
        person = context.work, context.campus.id, context.member.person_id
        await set_pending_input(*person, PendingInput.ADMIN_REASON, 0, detail=command)
    key = "bot-reason-type" if context.is_private else "bot-reason-reply"
    asked = context.say(key, command=command)
    leave = context.button("bot-button-leave", Tap.READY_REASON, 0, NO_CHOICE)
    return Screen(f"{about}\n\n{asked}" if about else asked, ((leave,), *ready_reason_rows(context, command)))


async def ask_for_amount(context: RequestContext, command: str, text: str, rows: Rows = ()) -> Screen:
    """Ask for an amount and a reason in one line; the text names the command that they complete, at its end."""
    if context.is_private:
        person = context.work, context.campus.id, context.member.person_id
        await set_pending_input(*person, PendingInput.ADMIN_REASON, 0, detail=command)
    return Screen(text, ((context.button("bot-button-leave", Tap.READY_REASON, 0, NO_CHOICE),), *rows))


def ask_narrower(context: RequestContext, command: str, question: Screen) -> Replies:
    """Ask what is missing to this command, as the tapped button chose it, in a new message; the tapped one is settled.

    A reply means what the question asked when it was read. So no question of a group is edited into another one.
    """
    chosen = context.say("bot-choice-taken", command=command, name=context.member.first_name)
    return EditMenu(Screen(chosen)), NewMessage(question)


def ready_reason_rows(context: RequestContext, command: str) -> Rows:
    """Return the ready answers for this command, for a screen that names it at its end."""
    return tuple(
        (context.button("bot-button-reason", Tap.READY_REASON, 0, choice_of(READY_REASONS, each), ready=each),)
        for each in OFFERED_REASONS[_name_of(command)]
    )


def _name_of(command: str) -> str:
    return command.partition(" ")[0].removeprefix("/").partition("@")[0]


def register_reasons(router: Router, commands: Mapping[str, Handler]) -> None:
    """Register the answers to the question for a reason; `commands` are the handlers of what they complete."""

    async def take_ready(context: RequestContext) -> Replies:
        require_admin_access(context)
        require_shown_button(context)
        command = context.answered_command
        if context.read_argument(TapArgument.CHOICE) == NO_CHOICE:
            return await _leave(context, command)
        if command is None:
            raise Stale
        await _answer_once(context, command, context.tapped_message, Stale())
        reason = context.say_plain("bot-button-reason", ready=read_choice(context, READY_REASONS))
        done = await complete_command(context, commands, command, reason)
        return tuple(EditMenu(each.screen) if isinstance(each, NewMessage) else each for each in done)

    async def take_reply(context: RequestContext) -> Replies:
        if context.answered_command is None or not context.typed:
            raise SkipHandler
        require_admin_access(context)
        command, reason = context.answered_command, " ".join(context.typed.split())
        if len(reason) > MAX_REASON_LENGTH:
            return (NewMessage(Screen(context.say("bot-reason-too-long", most=MAX_REASON_LENGTH))),)
        await _answer_once(context, command, context.reply_to, QuestionClosed(command=command))
        done = await complete_command(context, commands, command, reason)
        return (*done, EditMenu(_settled_screen(context, command, reason), message_id=context.reply_to))

    async def take_typed(context: RequestContext) -> Replies:
        asked = context.conversation_state
        if asked is None or asked.detail is None or not asked.detail.startswith("/"):
            raise SkipHandler  # an act whose own question it is
        require_admin_access(context)
        reason = " ".join(context.typed.split())
        if len(reason) > MAX_REASON_LENGTH:
            return (NewMessage(Screen(context.say("bot-reason-too-long", most=MAX_REASON_LENGTH))),)
        return await complete_command(context, commands, asked.detail, reason)

    on_taps(router, {Tap.READY_REASON: take_ready})
    on_replies(router, take_reply)
    on_expected_text(router, {PendingInput.ADMIN_REASON: take_typed})


async def _leave(context: RequestContext, command: str | None) -> Replies:
    if command is not None:
        await _answer_once(context, command, context.tapped_message, Stale())
    await _forget(context)
    return (EditMenu(Screen(context.say("bot-reason-left", command=command or "-"))),)


def _settled_screen(context: RequestContext, command: str, reason: str) -> Screen:
    return Screen(context.say("bot-reason-taken", command=command, reason=reason, name=context.member.first_name))


async def _answer_once(context: RequestContext, command: str, question: int | None, refusal: CampusGError) -> None:
    """Take this question, a message of the bot. Raise the refusal when it waits for no answer any more.

    In a private chat it waits for its answer as a pending input, which a typed line answers as well.
    """
    if not context.is_private:
        if question is None or not await take_reason(context.work, context.campus.id, context.chat_id, question):
            raise refusal
        return
    asked = await find_pending_input(context.work, context.campus.id, context.member.person_id)
    if asked is None or not _is_asked(asked, command):
        raise refusal


def _is_asked(asked: ConversationState, command: str) -> bool:
    """Return whether the pending input is the reason of this command; after a screen it names the act and its order."""
    if asked.detail == command:
        return True
    own_input = _INPUTS_OF_COMMANDS.get(_name_of(command)) if asked.detail is None else None
    is_of_command = asked.pending_input in (PendingInput.ADMIN_REASON, own_input)
    return is_of_command and str(asked.subject) in command.split()


async def complete_command(
    context: RequestContext, commands: Mapping[str, Handler], command: str, reason: str
) -> Replies:
    """Do what the command does with this reason. Raise Stale for a command that takes none."""
    handler = commands.get(_name_of(command))
    if handler is None:
        raise Stale
    await _forget(context)
    return await handler(replace(context, typed=f"{command} {reason}", tap=None, reply_to=None))


async def _forget(context: RequestContext) -> None:
    if context.is_private:
        await clear_pending_input(context.work, context.campus.id, context.member.person_id)
