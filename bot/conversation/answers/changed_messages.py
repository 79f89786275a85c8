"""Changed messages: a change of the last answer counts while nothing was done since; else a sentence says no.

What a message did once is never done a second time: what was sent on was read, and a command acted.
"""

from dataclasses import dataclass

from bot.conversation.answers.last_answers import DRAFT_INPUTS
from bot.conversation.home import home_button
from bot.conversation.replies import NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.last_answer_repository import LastAnswer, find_last_answer
from domain.orders.drafts.repository import (
    change_draft,
    clear_pending_input,
    find_draft,
    is_draft_being_placed,
    set_pending_input,
)
from domain.orders.repository import find_order
from domain.orders.states import OrderStatus


@dataclass(frozen=True, slots=True)
class AnswerAgain:
    """The change counts: what the message did is taken back, and it is to be handled as if it came now."""


async def handle_changed_message(context: RequestContext) -> Replies | AnswerAgain:
    """Take back what the message did, if its change counts; else say that it does not."""
    last = await find_last_answer(context.work, context.campus.id, context.member.person_id)
    if last is None or (last.chat_id, last.message_id) != (context.chat_id, context.message_id):
        return _does_not_count(context)
    if context.photo is None and last.typed and last.typed == context.typed:
        return ()  # Telegram also tells of changes that nobody made, such as the preview of a link
    if last.pending_input is PendingInput.PASS_ON:
        return await _take_back_line(context, last)
    if last.pending_input in DRAFT_INPUTS:
        return await _take_back_part_of_draft(context, last)
    asked = context.conversation_state
    still_asked = asked is not None and (asked.pending_input, asked.subject) == (last.pending_input, last.subject)
    if still_asked or last.pending_input is PendingInput.DEFAULT_PLACE or await _is_changeable_receipt(context, last):
        return await _ask_again(context, last)
    return _does_not_count(context)


async def _is_changeable_receipt(context: RequestContext, last: LastAnswer) -> bool:
    """Return whether the message was the receipt of a delivery of this runner that is bought and not picked up."""
    if last.pending_input is not PendingInput.RECEIPT or last.subject is None:
        return False
    order = await find_order(context.work, context.campus.id, last.subject)
    return order.status is OrderStatus.PLACED and order.runner_id == context.member.person_id


async def _take_back_part_of_draft(context: RequestContext, last: LastAnswer) -> Replies | AnswerAgain:
    """Put the draft back to what it was before the answer, unless it was changed or placed since."""
    draft = await find_draft(context.work, context.campus.id, context.member.person_id)
    if (None if draft is None else draft.version) != last.draft_version:
        return _does_not_count(context)
    if draft is not None and await is_draft_being_placed(context.work, draft):
        return _does_not_count(context)
    if last.draft_before:
        await change_draft(context.work, context.campus.id, context.member.person_id, **last.draft_before)
    return await _ask_again(context, last)


async def _take_back_line(context: RequestContext, last: LastAnswer) -> Replies | AnswerAgain:
    """Take the line out of what waits for a choice of who gets it; what was written before it stays."""
    asked = context.conversation_state
    if asked is None or asked.pending_input is not PendingInput.PASS_ON or asked.subject != last.message_id:
        return _does_not_count(context)
    here = context.work, context.campus.id, context.member.person_id
    before = (asked.detail or "").removesuffix(last.typed).removesuffix("\n")
    if before:
        await set_pending_input(*here, PendingInput.PASS_ON, asked.subject, before)
    else:
        await clear_pending_input(*here)
    return AnswerAgain()


async def _ask_again(context: RequestContext, last: LastAnswer) -> AnswerAgain:
    if last.pending_input is not None:
        here = context.work, context.campus.id, context.member.person_id
        await set_pending_input(*here, last.pending_input, last.subject, last.detail)
    return AnswerAgain()


def _does_not_count(context: RequestContext) -> Replies:
    """Say it where the person is heard; in a group of others a change is never answered."""
    if not context.is_private and context.chat_id != context.campus.admin_chat:
        return ()
    rows = ((home_button(context),),) if context.is_private else ()
    return (NewMessage(Screen(context.say("bot-change-does-not-count"), rows)),)
