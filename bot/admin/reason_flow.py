"""Acts of an admin that need a reason: a button asks for it, or a command carries it, and then the act is done.

In the admin chat a typed line is never an answer, so there the reason is a reply to the question, or a ready answer.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from aiogram import Router

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import NUMBER_PATTERN, admin_screen, parse_number_and_reason
from bot.admin.reasons import ask_for_reason, ready_reason_rows
from bot.conversation.replies import EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from bot.conversation.routing import Handler, on_commands, on_expected_text, on_taps
from domain.campuses import use_cases as campuses_use_cases
from domain.messaging.buttons import Button, Tap
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import clear_pending_input, set_pending_input


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonQuestion:
    """What the act means for its subject, with the way back; the next typed line is the reason."""

    subject: int
    text: str
    back: Button


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonFlow:
    """One act: its button and its command, what is asked, and what the reason does."""

    tap: Tap
    pending_input: PendingInput
    command: str
    usage: str  # the key of the sentence that explains the command
    ask: Callable[[RequestContext], Awaitable[ReasonQuestion]]
    act: Callable[[RequestContext, int, str], Awaitable[Screen]]


def register_reason_flow(router: Router, flow: ReasonFlow) -> None:
    """Register the command, the button and the typed reason of an act."""
    on_commands(router, {flow.command: partial(_act_by_command, flow)}, private_only=False)
    on_taps(router, {flow.tap: partial(_ask_reason, flow)})
    on_expected_text(router, {flow.pending_input: partial(_receive_reason, flow)})


async def _ask_reason(flow: ReasonFlow, context: RequestContext) -> Replies:
    """Say what the act means, with the way back first."""
    await require_admin_access_and_clear_input(context)
    question = await flow.ask(context)
    command = f"/{flow.command} {question.subject}"
    if not context.is_private:
        return (NewMessage(await ask_for_reason(context, command, question.text)),)
    person = context.work, context.campus.id, context.member.person_id
    await set_pending_input(*person, flow.pending_input, question.subject, detail=command)
    said = f"{question.text}\n\n{context.say('bot-reason-type', command=command)}"
    return (EditMenu(Screen(said, ((question.back,), *ready_reason_rows(context, command)))),)


async def _receive_reason(flow: ReasonFlow, context: RequestContext) -> Replies:
    """Take the typed line as the reason; a line that cannot be one leaves the input pending."""
    require_admin_access(context)
    reason = read_typed_reason(context)
    if reason is None:
        return reject_typed_reason(context)
    done = await flow.act(context, context.pending_subject, reason)
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (NewMessage(done),)


async def _act_by_command(flow: ReasonFlow, context: RequestContext) -> Replies:
    """Handle the command with a number and a reason."""
    require_admin_access(context)
    number, reason = parse_number_and_reason(context.arguments)
    alone = NUMBER_PATTERN.fullmatch(context.arguments)
    if alone is not None:
        return (NewMessage(await ask_for_reason(context, f"/{flow.command} {alone[1]}")),)
    if number is None:
        return (NewMessage(admin_screen(context, context.say(flow.usage))),)
    return (NewMessage(await flow.act(context, number, reason)),)


def command_handler(flow: ReasonFlow) -> tuple[str, Handler]:
    """Return the name and the handler of the command."""
    return flow.command, partial(_act_by_command, flow)


def read_typed_reason(context: RequestContext) -> str | None:
    """Return the typed line as a reason in one line; None when there is none, or it is too long."""
    reason = " ".join(context.typed.split())
    return reason if 0 < len(reason) <= campuses_use_cases.MAX_REASON_LENGTH else None


def reject_typed_reason(context: RequestContext) -> Replies:
    """Return how long a reason may be."""
    said = context.say("bot-reason-too-long", most=campuses_use_cases.MAX_REASON_LENGTH)
    return (NewMessage(admin_screen(context, said)),)
