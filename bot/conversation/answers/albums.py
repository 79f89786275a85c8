"""Albums: photos that were sent together are one answer. The first one is handled as any, and the others follow it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot.conversation.replies import NewMessage, Screen
from bot.conversation.request_context import RequestContext
from domain.orders.drafts.draft import ConversationState, PendingInput
from domain.orders.drafts.last_answer_repository import LastAnswer, count_photo_of_album, find_last_answer
from domain.support.repository import find_open_case

Handle = Callable[[RequestContext], Awaitable[Any]]

# What takes one photo: an order has one of its receipt, and one of the food that was left.
ONE_PHOTO_INPUTS = frozenset({PendingInput.RECEIPT, PendingInput.PIN, PendingInput.PROOF})


async def find_album_begun(context: RequestContext, album: str | None) -> LastAnswer | None:
    """Return what the first photo of this album answered; None when this message is the first, or no part of one."""
    if album is None:
        return None
    last = await find_last_answer(context.work, context.campus.id, context.member.person_id)
    return last if last is not None and (last.album, last.chat_id) == (album, context.chat_id) else None


async def take_more_of_album(context: RequestContext, begun: LastAnswer, handle: Handle) -> Any:
    """Handle another photo of an album as the first one was, and say nothing twice.

    Where one photo is taken, the others are not, and that is said once. A caption that the bot still waits for, such as
    the amount of a receipt, may stand under any of them.
    """
    await count_photo_of_album(context.work, begun)
    if context.typed and context.conversation_state is not None and not begun.refused:
        return await handle(context)
    if begun.refused:
        return ()
    if begun.pending_input in ONE_PHOTO_INPUTS or (context.reply_to is None and not _is_written_on(begun)):
        return (NewMessage(Screen(context.say("bot-album-first-photo"))),) if begun.photos == 1 else ()
    await handle(replace(context, conversation_state=await _find_state(context, begun)))
    return ()


def _is_written_on(begun: LastAnswer) -> bool:
    """Return whether the first photo went into a case, where more may follow."""
    return begun.pending_input in (PendingInput.PROBLEM, PendingInput.CASE_ADDITION, PendingInput.CASE_ANSWER)


async def _find_state(context: RequestContext, begun: LastAnswer) -> ConversationState | None:
    """Return what the bot waited for at the first photo; a problem that it reported is a case by now."""
    if begun.pending_input is PendingInput.PROBLEM and begun.subject is not None:
        case = await find_open_case(context.work, begun.subject)
        if case is not None:
            return ConversationState(pending_input=PendingInput.CASE_ADDITION, subject=case.id)
    return begun.conversation_state
