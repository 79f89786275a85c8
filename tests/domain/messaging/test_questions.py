"""The table of questions: each notification that asks for a decision is one, and knows what settles it."""

import pytest

from domain.messaging.buttons import Tap, unpack
from domain.messaging.notification.model import Notification
from domain.messaging.questions.model import KEYS_BY_END, ORDER, QUESTIONS, find_subject
from domain.words import say
from tests.domain.messaging.factory_calls import notification_factories, sample_notifications

# They lead on, and decide nothing: nobody else can have tapped them, and they stay true.
LEADING_ON = frozenset(
    {
        *(Tap.ADMIN_ORDER, Tap.OPEN_ORDER, Tap.TRY_AGAIN, Tap.ADD_CARD, Tap.SET_UP_PAYOUT, Tap.REVIEW),
        *(Tap.DEAD_LETTERS, Tap.PROBLEM, Tap.DELIVER_FOOD, Tap.OWN_ACT),
    }
)
# Owed on another campus, or told in the answer to an act: the debt's own notification is the question.
TOLD_ELSEWHERE = frozenset({"notification-card-saved-owing", "notification-card-saved-owing-elsewhere"})
SAMPLES = {
    told.key: told for factory in notification_factories() for told in sample_notifications(factory) if told.buttons
}


def asks_for_decision(told: Notification) -> bool:
    taps = {unpack(button.data).tap for button in told.buttons if button.data is not None}
    return bool(taps - LEADING_ON)


@pytest.mark.parametrize("key", sorted(SAMPLES))
def test_a_notification_that_asks_for_a_decision_is_a_question(key: str) -> None:
    if asks_for_decision(SAMPLES[key]) and not key.startswith("error-") and key not in TOLD_ELSEWHERE:
        assert key in QUESTIONS


@pytest.mark.parametrize("key", sorted(QUESTIONS))
def test_a_question_knows_what_it_is_about_and_what_settles_it(key: str) -> None:
    asked = QUESTIONS[key]
    about = find_subject(asked, SAMPLES[key])
    assert about is not None
    kind, _, number = about.partition(":")
    assert kind == asked.subject
    assert number not in ("", "None", "0")
    assert asked.ends


@pytest.mark.parametrize("end", sorted(KEYS_BY_END))
def test_what_settles_a_question_is_said_in_words(end: str) -> None:
    assert say("en", "bot-question-end", event=end) != say("en", "bot-question-end", event="anything")


def test_a_notification_without_buttons_asks_nothing() -> None:
    told = next(told for told in SAMPLES.values() if told.key == "notification-nudge")
    silent = Notification(campus_id=1, chat_id=told.chat_id, name="n", key=told.key, order_id=told.order_id)
    assert find_subject(QUESTIONS[told.key], silent) is None
    assert (find_subject(QUESTIONS[told.key], told) or "").startswith(ORDER)
