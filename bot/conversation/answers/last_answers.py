"""The last answer of each person: kept with the draft it changed, so that a change of the message can count."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.conversation.request_context import RequestContext
from bot.transport.update_payload import read_message
from domain.database.unit_of_work import UnitOfWork
from domain.inbox.repository import IncomingUpdate
from domain.orders.drafts.draft import Draft, PendingInput
from domain.orders.drafts.last_answer_repository import LastAnswer, keep_last_answer
from domain.orders.drafts.repository import find_draft, find_pending_input
from domain.orders.rows import items_to_json

DRAFT_INPUTS = frozenset(
    {PendingInput.STORE, PendingInput.ITEMS, PendingInput.DROP_POINT, PendingInput.NOTE, PendingInput.FEE}
)
SECRET_INPUTS = frozenset({PendingInput.PIN, PendingInput.PROOF})  # a line that answers them may be a PIN
_ANSWERED_COLUMNS = ("store_id", "store_name", "drop_point", "note", "delivery_fee", "tip")


async def find_answered_draft(context: RequestContext) -> Draft | None:
    """Return the draft that the message is about to change; None when it changes none."""
    asked = context.conversation_state
    if asked is None or asked.pending_input not in DRAFT_INPUTS:
        return None
    return await find_draft(context.work, context.campus.id, context.member.person_id)


async def keep_answer(context: RequestContext, album: str | None, before: Draft | None) -> None:
    """Keep what the message answered, if it answered anything; `before` is the draft before it."""
    here = context.work, context.campus.id, context.member.person_id
    asked = context.conversation_state
    now = await find_pending_input(*here) if context.is_private else None
    is_line_waiting = now is not None and now.pending_input is PendingInput.PASS_ON
    if is_line_waiting or (asked is not None and asked.pending_input is PendingInput.PASS_ON):
        asked = now if now is not None and now.subject == context.message_id else None
    if context.message_id is None or (asked is None and album is None):
        return
    is_about_draft = asked is not None and asked.pending_input in DRAFT_INPUTS
    after = await find_draft(*here) if is_about_draft else None
    kept = LastAnswer(
        campus_id=context.campus.id,
        person_id=context.member.person_id,
        chat_id=context.chat_id,
        message_id=context.message_id,
        album=album,
        draft_version=None if after is None else after.version,
        draft_before=_changed_columns(before, after),
    )
    if asked is not None:
        typed = "" if asked.pending_input in SECRET_INPUTS else context.typed
        detail = None if asked.pending_input is PendingInput.PASS_ON else asked.detail
        kept = replace(kept, typed=typed, pending_input=asked.pending_input, subject=asked.subject, detail=detail)
    await keep_last_answer(context.work, kept)


def _changed_columns(before: Draft | None, after: Draft | None) -> Mapping[str, Any]:
    if before is None or after is None or before.version == after.version:
        return {}
    return {name: getattr(before, name) for name in _ANSWERED_COLUMNS} | {"items": items_to_json(before.items)}


async def keep_refused_answer(work: UnitOfWork, incoming_update: IncomingUpdate) -> None:
    """Keep a message that was refused: changed, it may be an answer; and of an album, only one is refused in words."""
    message = read_message(incoming_update.payload)
    if message is None or incoming_update.person_id is None:
        return
    asked = await find_pending_input(work, incoming_update.campus_id, incoming_update.person_id)
    if not message.is_private or (asked is None and message.album is None):
        return
    draft = await find_draft(work, incoming_update.campus_id, incoming_update.person_id)
    kept = LastAnswer(
        campus_id=incoming_update.campus_id,
        person_id=incoming_update.person_id,
        chat_id=message.chat_id,
        message_id=message.message_id,
        album=message.album,
        refused=True,
        draft_version=None if draft is None else draft.version,
        pending_input=None if asked is None else asked.pending_input,
        subject=None if asked is None else asked.subject,
        detail=None if asked is None else asked.detail,
    )
    await keep_last_answer(work, kept)
