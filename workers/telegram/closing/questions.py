"""Settled questions: the message that asked says what was decided, when and by whom, and its buttons go."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from domain.messaging.chat_reader_repository import ChatReader, find_chat_reader
from domain.messaging.notification.bundles import join_texts
from domain.messaging.questions.model import ASKED_AGAIN
from domain.messaging.questions.repository import (
    AskedMessage,
    SettledQuestion,
    find_asked_message,
    lease_question,
    postpone_question,
    record_question_failure,
    record_question_shown,
)
from domain.order_messages.view import OrderMessageContent
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from domain.words import Html, SentenceUnknown, say
from workers.telegram.bundles import render_notification
from workers.telegram.closing.edits import Retry, close_message
from workers.telegram.sender_context import SenderContext

UNSENT_REST = Timeout.UNKNOWN_SEND_REST.delta  # the question itself is not sent yet
MAX_TRIES = 12

log = get_logger(__name__)


async def show_settled(sender_context: SenderContext, question_id: int) -> None:
    """Edit the message of one settled question; do nothing when it is not due, or another worker has its lease."""
    async with sender_context.autocommit() as connection:
        settled = await lease_question(connection, question_id)
        if settled is None:
            return
        asked = await find_asked_message(connection, settled)
        first = None if asked is None else asked.notifications[0]
        reader = None if first is None else await find_chat_reader(connection, first.campus_id, first.chat_id)
    retry: Retry | None = None
    if asked is not None and reader is not None and reader.reachable:
        retry = await _edit(sender_context, asked, reader, settled)
    async with sender_context.database() as work:
        if retry is not None and (retry.error is None or retry.is_outage):
            await postpone_question(work, settled, retry.after, retry.error)
            return
        if retry is not None and retry.error is not None and settled.tries < MAX_TRIES:
            await record_question_failure(work, settled, retry.after, retry.error)
            return
        await record_question_shown(work, settled.id)
    if retry is not None:
        log.warning("question_not_closed", notification=settled.notification_id, error=retry.error)


async def _edit(
    sender_context: SenderContext, asked: AskedMessage, reader: ChatReader, settled: SettledQuestion
) -> Retry | None:
    """Return when to try again; None when it is done, or another question in the same message is still open."""
    first = asked.notifications[0]
    if asked.message_id is None:
        return Retry(after=UNSENT_REST + timedelta(seconds=settled.tries), error="the message is not known")
    if asked.has_open_question:
        return None
    try:
        text, _ = join_texts(render_notification(sender_context, each, reader).text for each in asked.notifications)
    except SentenceUnknown as error:  # a worker of a newer release has it
        return Retry(after=Timeout.SENTENCE_REST.delta, error=str(error))
    except (LookupError, ValueError) as error:
        log.warning("question_not_rendered", notification=first.id, error=repr(error))
        return None
    content = OrderMessageContent(text=f"{text}\n\n{_describe_end(asked, reader.locale)}")
    return await close_message(
        sender_context,
        first.campus_id,
        first.chat_id,
        asked.message_id,
        content,
        tries=settled.tries,
        postponed=settled.postponed,
        has_photo=first.photo is not None,
    )


def _describe_end(asked: AskedMessage, locale: str) -> str:
    ended = asked.settlement
    if ended.event == ASKED_AGAIN:
        return say(locale, "bot-question-asked-again")
    local = ended.at.astimezone(ZoneInfo(asked.time_zone))
    at = Html(f'<tg-time unix="{int(ended.at.timestamp())}" format="t">{local:%H:%M}</tg-time>')
    what = say(locale, "bot-question-end", event=ended.event)
    if asked.name is None:
        return say(locale, "bot-question-settled", at=at, what=Html(what))
    is_hidden = ended.by_admin and asked.notifications[0].chat_id > 0  # customers and runners know the team alone
    who = Html(say(locale, "bot-question-by-team")) if is_hidden else asked.name
    return say(locale, "bot-question-settled-by", at=at, what=Html(what), who=who)
