"""Pictures, which cost processor time, hold up no words."""

from bot.conversation.replies import Answer, Picture
from bot.transport.replies.reply_queue import MAX_PICTURES_IN_FLIGHT, MAX_SENDS_IN_FLIGHT
from tests.bot.transport.reply_queues import RecordingTelegram, message, put, running_queue, until

CHART = Picture(render=lambda: b"", caption="a chart")


async def test_a_crowd_that_asks_for_charts_makes_nobody_wait_for_words() -> None:
    chats = range(100, 110 + MAX_SENDS_IN_FLIGHT)
    telegram = RecordingTelegram(closed_chats=set(chats))
    async with running_queue(telegram) as queue:
        for chat in chats:
            put(queue, chat, CHART)
        await until(lambda: len(telegram.calls) >= MAX_PICTURES_IN_FLIGHT)
        put(queue, 1, message("honest"))
        put(queue, 2, Answer("quick"))
        await until(lambda: (telegram.texts(1), telegram.texts(2)) == (["honest"], ["quick"]))
        assert len(telegram.calls) == MAX_PICTURES_IN_FLIGHT + 2
