"""The bounds of the reply queue: who floods a chat loses what is said there, and nobody else loses anything."""

from bot.conversation.replies import Answer
from bot.transport.metrics import DropReason
from bot.transport.replies.reply_queue import MAX_REPLIES_PER_QUEUE, MAX_SENDS_IN_FLIGHT
from tests.bot.transport.reply_queues import RecordingTelegram, dropped, message, put, running_queue, until


async def test_a_full_queue_drops_its_oldest_and_nothing_of_other_chats() -> None:
    telegram = RecordingTelegram(closed_chats={1})
    async with running_queue(telegram) as queue:
        put(queue, 1, message("in flight"))
        await telegram.called.wait()
        for number in range(MAX_REPLIES_PER_QUEUE + 5):
            put(queue, 1, message(str(number)))
        put(queue, 2, message("other"))
        assert dropped(queue) == {DropReason.QUEUE_FULL: 5}
        await until(lambda: telegram.texts(2) == ["other"])


async def test_when_the_process_holds_too_many_the_fullest_queue_loses_its_oldest() -> None:
    telegram = RecordingTelegram(closed_chats={1, 2, 3})
    async with running_queue(telegram) as queue:
        queue.max_replies = 10
        for text in ("in flight", *"abcdefgh"):
            put(queue, 1, message(text))
        for chat in (2, 3, 4):
            put(queue, chat, message("honest"))
        assert dropped(queue) == {DropReason.PROCESS_FULL: 2}
        await until(lambda: all(telegram.texts(chat) == ["honest"] for chat in (2, 3, 4)))
        assert queue.metrics.registry.get_sample_value("campusg_bot_replies_waiting") == 9


async def test_a_newcomer_is_sent_while_one_group_holds_all_there_is_by_many_people() -> None:
    people = range(100, 200)
    telegram = RecordingTelegram(closed_chats={-5})
    async with running_queue(telegram) as queue:
        queue.max_replies = queue.max_replies_per_chat = len(people)
        for person in people:  # each has a queue of their own, and fills all slots
            put(queue, -5, Answer(str(person)), person=person)
        await until(lambda: len(telegram.calls) == MAX_SENDS_IN_FLIGHT)
        put(queue, 1, message("newcomer"), lifetime=600)
        put(queue, 2, Answer("honest"), lifetime=600)
        assert dropped(queue) == {DropReason.PROCESS_FULL: 2}
        telegram.closed_chats.clear()
        for each in telegram.hanging:
            each.set()
        await until(lambda: queue.is_idle)
        assert (telegram.texts(1), telegram.texts(2)) == (["newcomer"], ["honest"])
        assert len(telegram.texts(-5)) == len(people) - 2


async def test_one_chat_has_a_bound_of_its_own_over_all_its_queues() -> None:
    telegram = RecordingTelegram(closed_chats={-5})
    async with running_queue(telegram) as queue:
        queue.max_replies_per_chat = 50
        for person in range(100, 160):
            put(queue, -5, Answer(str(person)), person=person)
        assert dropped(queue) == {DropReason.CHAT_FULL: 10}
        assert queue.metrics.registry.get_sample_value("campusg_bot_replies_waiting") == 50


async def test_every_chat_with_one_reply_in_flight_leaves_no_room_and_no_harm() -> None:
    telegram = RecordingTelegram(closed_chats={1, 2, 3})
    async with running_queue(telegram) as queue:
        queue.max_replies = 2
        for chat in (1, 2):
            put(queue, chat, message("x"))
        await until(lambda: len(telegram.calls) == 2)
        put(queue, 3, message("too many"))
        assert dropped(queue) == {DropReason.PROCESS_FULL: 1}
        assert telegram.texts(3) == []
