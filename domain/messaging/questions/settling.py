"""Asking and settling: what is written beside a notification that asks, and what the event log settles."""

from collections.abc import Sequence
from itertools import groupby

from domain.database.actors import Actor, Role
from domain.database.event_log_repository import NewEvent
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification.model import Notification
from domain.messaging.questions.model import ASKED_AGAIN, KEYS_BY_END, ORDER, QUESTIONS, Settlement, find_subject
from domain.messaging.questions.repository import insert_question, settle_asked_before, settle_questions


async def keep_question(work: UnitOfWork, message: Notification, notification_id: int, chat_id: int) -> None:
    """Keep that this notification asks something, in place of an older question of its topic in the chat."""
    asked = QUESTIONS.get(message.key)
    about = None if asked is None else find_subject(asked, message)
    if asked is None or about is None:
        return
    again = Settlement(event=ASKED_AGAIN, at=work.now)
    await settle_asked_before(work, message.campus_id, chat_id, asked.topic, about, again)
    await insert_question(work, message.campus_id, notification_id, chat_id, message.key, asked.topic, about)


async def settle_by_events(work: UnitOfWork, actor: Actor, events: Sequence[NewEvent]) -> None:
    """Settle the questions that these events of the log answer, or make idle: those of one kind together."""
    for end, alike in groupby(events, lambda event: f"{event.subject}-{event.happened}"):
        keys = KEYS_BY_END.get(end)
        if keys is None:
            continue
        abouts = [about for event in alike for about in _find_abouts(event)]
        settlement = Settlement(event=end, at=work.now, by_admin=actor.role is Role.ADMIN, person_id=actor.person_id)
        await settle_questions(work, keys, abouts, settlement)


def _find_abouts(event: NewEvent) -> list[str]:
    own = f"{event.subject}:{event.subject_id}"
    return [own] if event.order_id is None else [own, f"{ORDER}:{event.order_id}"]
