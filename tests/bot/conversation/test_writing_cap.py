"""What one person writes to others has a cap: above it the words are not sent, and the writer reads so."""

from itertools import count

import pytest
from sqlalchemy import func

from domain.messaging.buttons import Tap
from domain.messaging.notification.written_repository import WrittenCounts
from domain.messaging.tables import notification
from domain.support.tables import problem_case
from domain.support.writing_cap import MAX_MESSAGES, MAX_MESSAGES_IN_ALL, MAX_PHOTOS, is_above_cap
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.delivered_order_setup import AdminChat, deliver_order
from tests.stack.order_setup import claimed_order, notification_of, order_message_of

REFUSAL = "Not sent: you wrote a lot in a short time. Wait 10 minutes"
NUMBERS = count(1)


async def fill_cap(
    stack: BotStack,
    writer: BotUser,
    order_id: int,
    reader: int,
    messages: int = MAX_MESSAGES,
    *,
    photo: str | None = None,
) -> None:
    """Let the writer have written this much to the reader about the order."""
    row = {"campus_id": stack.campuses["north"], "order_id": order_id, "chat_id": reader, "written_by": writer.id}
    what = {"key": "notification-relayed", "status": "sent", "lane": "correspondence", "photo": photo}
    for _ in range(messages):
        await stack.insert(notification, **row, **what, name=f"written:{next(NUMBERS)}")


async def words_sent(stack: BotStack, writer: BotUser) -> int:
    """How much of the writer is in the outbox."""
    return len(await stack.rows(notification, notification.c.written_by == writer.id))


@pytest.mark.parametrize(
    ("messages", "photos", "in_all", "with_photo", "above"),
    [
        (MAX_MESSAGES - 1, 0, MAX_MESSAGES - 1, False, False),
        (MAX_MESSAGES, 0, MAX_MESSAGES, False, True),
        (MAX_PHOTOS, MAX_PHOTOS, MAX_PHOTOS, False, False),
        (MAX_PHOTOS, MAX_PHOTOS, MAX_PHOTOS, True, True),
        (0, 0, MAX_MESSAGES_IN_ALL - 1, True, False),
        (0, 0, MAX_MESSAGES_IN_ALL, False, True),
    ],
)
def test_the_cap_counts_messages_photos_and_all(
    messages: int, photos: int, in_all: int, *, with_photo: bool, above: bool
) -> None:
    counts = WrittenCounts(messages=messages, photos=photos, in_all=in_all)
    assert is_above_cap(counts, with_photo=with_photo, is_admin=False) is above


def test_an_admin_may_answer_as_many_people_as_ask() -> None:
    counts = WrittenCounts(messages=0, photos=0, in_all=MAX_MESSAGES_IN_ALL)
    assert [is_above_cap(counts, with_photo=False, is_admin=admin) for admin in (False, True)] == [True, False]
    to_one = WrittenCounts(messages=MAX_MESSAGES, photos=0, in_all=MAX_MESSAGES)
    assert is_above_cap(to_one, with_photo=False, is_admin=True)


async def test_the_relay_has_a_cap_in_both_directions_and_the_team_can_still_be_asked(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    order_id, mei, ana = await claimed_order(stack)
    for writer, reader in ((mei, ana), (ana, mei)):
        card = await order_message_of(stack, writer, order_id)
        await fill_cap(stack, writer, order_id, reader.id, MAX_MESSAGES - 1)
        await writer.write("the last one", reply_to=card)
        assert REFUSAL in await writer.answer_to("one more", reply_to=card)
        assert await words_sent(stack, writer) == MAX_MESSAGES
    await mei.tap(Tap.PROBLEM, order_id, 2)
    await mei.write("Where is it?")
    assert len(await stack.rows(problem_case, problem_case.c.order_id == order_id)) == 1
    long_ago = func.now() - func.make_interval(0, 0, 0, 0, 0, 10, 1)
    await stack.update_rows(notification, notification.c.written_by == mei.id, written_at=long_ago)
    await mei.write("ten minutes later", reply_to=await order_message_of(stack, mei, order_id))
    assert await words_sent(stack, mei) == MAX_MESSAGES + 2


async def test_photos_have_a_cap_of_their_own(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    card = await order_message_of(stack, mei, order_id)
    await fill_cap(stack, mei, order_id, ana.id, MAX_PHOTOS, photo="file")
    await mei.write("look", photo=True, reply_to=card)
    assert REFUSAL in await mei.text()
    await mei.write("words are fine", reply_to=card)
    assert await words_sent(stack, mei) == MAX_PHOTOS + 1


async def test_words_that_answer_no_question_have_the_cap_of_whom_they_are_for(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await fill_cap(stack, mei, order_id, ana.id)
    await mei.write("no chili please")
    await mei.press("Yes, send it")
    assert await words_sent(stack, mei) == MAX_MESSAGES


async def test_a_case_has_a_cap_for_the_customer_and_for_the_team(stack: BotStack, admin_chat: AdminChat) -> None:
    mei, _, order_id = await deliver_order(stack)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.press("Missing")
    await mei.write("No chopsticks")
    (case,) = await stack.rows(problem_case, problem_case.c.order_id == order_id)
    await fill_cap(stack, mei, order_id, admin_chat.chat)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    assert REFUSAL in await mei.answer_to("and no spoon")
    await fill_cap(stack, admin_chat.sam, order_id, mei.id)
    for command in (f"/case {case['id']} we look", f"/tell {order_id} customer we look"):
        assert REFUSAL in await admin_chat.sam.answer_to(command)


async def test_an_answer_to_the_team_has_the_cap(stack: BotStack, admin_chat: AdminChat) -> None:
    order_id, _, ana = await claimed_order(stack)
    await admin_chat.sam.write(f"/tell {order_id} runner buy the small one")
    asked = await notification_of(stack, ana, order_id, "notification-team-writes")
    await fill_cap(stack, ana, order_id, admin_chat.chat)
    assert REFUSAL in await ana.answer_to("they have none", reply_to=asked)
    assert await words_sent(stack, ana) == MAX_MESSAGES
