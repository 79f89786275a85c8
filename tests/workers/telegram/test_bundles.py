"""Bundles: waiting lines of one matter leave as one message, each at most once, in order and quoted as theirs."""

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from domain.messaging.lane import Lane
from domain.messaging.notification.bundles import (
    MAX_BUNDLED,
    MAX_MESSAGE_LENGTH,
    REFUSED_IN_BUNDLE,
    join_texts,
    joins,
    shown_length,
)
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.notification.repository import NotificationRow
from domain.support.order_sides import OrderSide
from domain.words import say
from tests.workers.telegram.sender_stack import ANA, MEI, SenderStack
from workers.telegram.notification_sender import dispatch_notification


async def statuses(stack: SenderStack, numbers: Sequence[int]) -> list[str]:
    """The statuses of these notifications."""
    return [(await stack.notification_row(number)).status for number in numbers]


async def add_order(stack: SenderStack) -> int:
    """Insert an order whose order messages are not in the way."""
    order = await stack.add_order()
    await stack.execute_sql("UPDATE order_message SET due_at = NULL")
    return order.id


async def test_a_backlog_of_one_matter_leaves_as_one_message_and_another_matter_as_another(stack: SenderStack) -> None:
    mine, others = [], []
    for number in range(5):
        mine.append(await stack.write_line(f"mine {number}"))
        others.append(await stack.write_line(f"other {number}", order_id=8))
    await stack.write_line("for another chat", ANA)
    await stack.send_all_due()
    first, second = await stack.chat_texts()
    assert [line for line in first.splitlines() if "mine" in line] == [f"mine {number}" for number in range(5)]
    assert [line for line in second.splitlines() if "other" in line] == [f"other {number}" for number in range(5)]
    rows = [await stack.notification_row(number) for number in mine]
    assert {(row.status, row.tries, row.due_at) for row in rows} == {("sent", 1, None)}
    assert len({row.message_id for row in rows}) == 1, "a reply to the message is about their order"
    assert await statuses(stack, others) == ["sent"] * 5
    (shown,) = [one for one in await stack.messages() if one["message_id"] == rows[0].message_id]
    assert [[button["data"] for button in row] for row in shown["buttons"]] == [["v1:case_answer:3:0"]]


async def send_all(stack: SenderStack, numbers: Sequence[int]) -> None:
    """Send until none of these waits: the third message to a chat may be put off for a second."""
    async with asyncio.timeout(20):
        while "due" in await statuses(stack, numbers):
            await stack.send_all_due()
            await asyncio.sleep(0.05)


async def test_a_photo_stays_alone_and_in_its_place(stack: SenderStack) -> None:
    uploaded = await stack.upload_photo()
    photos = (None, None, uploaded, None, None)
    await send_all(
        stack, [await stack.write_line(f"line {number}", photo=photo) for number, photo in enumerate(photos)]
    )
    calls = [*await stack.calls("sendMessage"), *await stack.calls("sendPhoto")]
    shown = [each["params"] for each in sorted(calls, key=lambda each: float(each["at"]))]
    said = [params.get("text") or params["caption"] for params in shown]
    assert [[n for n in range(5) if f"line {n}" in words] for words in said] == [[0, 1], [2], [3, 4]]


async def test_what_does_not_fit_leaves_in_the_next_message(stack: SenderStack) -> None:
    numbers = [await stack.write_line(f"{number} " + "word " * 300) for number in range(5)]
    await send_all(stack, numbers)
    assert await statuses(stack, numbers) == ["sent"] * 5
    assert [text.count("Mei") for text in await stack.chat_texts()] == [2, 2, 1]


async def test_a_bundle_whose_outcome_is_unknown_is_unknown_for_each_and_not_repeated(stack: SenderStack) -> None:
    await stack.inject_fault("lost_answer")
    order_id = await add_order(stack)
    numbers = [await stack.write_line(f"line {number}", order_id=order_id) for number in range(3)]
    await stack.send_all_due()
    await stack.make_due()
    await stack.send_all_due()
    assert await statuses(stack, numbers) == ["outcome_unknown"] * 3
    assert len(await stack.calls("sendMessage", MEI)) == 1
    assert len(await stack.dead_letters()) == 3


async def test_a_bundle_that_telegram_refuses_is_sent_line_by_line(stack: SenderStack) -> None:
    await stack.inject_fault("status", status=400, description="Bad Request: can't parse entities: oh")
    numbers = [await stack.write_line(f"line {number}") for number in range(2)]
    await stack.sweep_once()
    errors = {(await stack.notification_row(number)).error for number in numbers}
    assert [error[: len(REFUSED_IN_BUNDLE)] for error in errors] == [REFUSED_IN_BUNDLE]
    await stack.send_all_due()
    assert await statuses(stack, numbers) == ["sent"] * 2
    assert len(await stack.chat_texts()) == 2


async def test_a_bundle_that_has_to_wait_stays_together_and_grows(stack: SenderStack) -> None:
    await stack.inject_fault("status", retry_after=1)
    numbers = [await stack.write_line(f"line {number}") for number in range(3)]
    await stack.sweep_once()
    numbers.append(await stack.write_line("one more"))
    await stack.end_pause()
    await stack.make_due()
    await stack.send_all_due()
    assert await statuses(stack, numbers) == ["sent"] * 4
    assert len(await stack.chat_texts()) == 1


async def test_several_workers_send_each_line_of_a_bundle_once(stack: SenderStack) -> None:
    numbers = [await stack.write_line(f"line {number}") for number in range(6)]
    await asyncio.gather(*(dispatch_notification(stack.context, number) for number in (*numbers, numbers[0])))
    await stack.send_all_due()
    assert await statuses(stack, numbers) == ["sent"] * 6
    lines = [line for text in await stack.chat_texts() for line in text.splitlines() if line.startswith("line")]
    assert lines == [f"line {number}" for number in range(6)]


async def test_a_line_that_cannot_be_rendered_ends_the_bundle_and_harms_no_other(stack: SenderStack) -> None:
    order_id = await add_order(stack)
    numbers = [await stack.write_line(f"line {number}", order_id=order_id) for number in range(3)]
    await stack.execute_sql("UPDATE notification SET args = '{}' WHERE id = :bad", bad=numbers[1])
    await stack.send_all_due()
    assert await statuses(stack, numbers) == ["sent", "dropped", "sent"]


HOSTILE = ("</blockquote><b>bold</b>", "/pause @all https://evil.example", "&lt;")
WORDS = st.text(max_size=2500) | st.sampled_from(HOSTILE)


@given(st.lists(WORDS, min_size=1, max_size=MAX_BUNDLED))
def test_a_bundle_fits_into_a_message_and_each_persons_words_stay_quoted(lines: list[str]) -> None:
    key, customer = "notification-case-more", "Mei (1001)"
    texts = [say("en", key, order=7, case=3, customer=customer, words=words) for words in lines]
    joined, count = join_texts(texts)
    assert 1 <= count <= len(texts)
    assert shown_length(joined) <= MAX_MESSAGE_LENGTH
    assert joined == "\n\n".join(texts[:count])
    assert joined.count("<blockquote>") == joined.count("</blockquote>") == count
    if count < len(texts):
        assert shown_length("\n\n".join(texts[: count + 1])) > MAX_MESSAGE_LENGTH


def written_to_team(side: OrderSide) -> NotificationRow:
    """What one side of an order answers to the campus team, as it waits."""
    return NotificationRow(
        id=1,
        campus_id=1,
        order_id=7,
        chat_id=-5,
        lane=Lane.CORRESPONDENCE,
        key="notification-team-reads",
        args={"order": 7, "name": "Mei", "side": side, "words": "hello"},
        buttons=(),
        photo=None,
        silent=False,
        status=NotificationStatus.DUE,
        tries=0,
        postponed=0,
        error=None,
        fence=0,
    )


def test_words_of_both_sides_to_the_team_stay_apart_because_a_reply_goes_to_one_of_them() -> None:
    first, *others = [written_to_team(side) for side in (OrderSide.CUSTOMER, OrderSide.CUSTOMER, OrderSide.RUNNER)]
    assert [joins(first, other) for other in others] == [True, False]
