"""Pushes: messages of their own, sent at most once by themselves."""

import asyncio
from dataclasses import replace

import pytest

from tests.workers.messages.post_office import MEI, PostOffice
from workers.messages import send_push
from workers.telegram_sender import open_sender


async def test_a_push_says_its_sentence_with_its_buttons(post: PostOffice) -> None:
    number = await post.push("waits")
    await post.deliver()
    (message,) = [one for one in await post.look("messages", chat="@campus_bot", user=MEI) if one["text"] != "/start"]
    assert message["text"].startswith("💰 You have S$6.00 waiting from job #7.")
    assert message["buttons"] == [
        [{"text": "Set up pay-out", "data": "v1:set_up_payout:0:0"}],
        [{"text": "Cancel free", "data": "v1:cancel:7:1", "style": "danger"}],
    ]
    assert (await post.push_row(number)).status == "sent"


async def test_a_push_whose_sending_got_no_answer_is_lost_not_repeated(post: PostOffice) -> None:
    await post.sim("faults", kind="lost_answer", method="sendMessage", chat=MEI)
    number = await post.push("perhaps")
    await post.deliver()
    await post.make_due()
    await post.deliver()
    assert len(await post.texts()) == 1
    assert (await post.push_row(number)).status == "lost"


async def test_two_workers_send_a_push_once(post: PostOffice) -> None:
    number = await post.push("once")
    await asyncio.gather(*(send_push(post.office, number) for _ in range(5)))
    assert len(await post.calls("sendMessage")) == 1


async def test_a_push_whose_worker_died_while_sending_is_lost(post: PostOffice) -> None:
    number = await post.push("whose")
    async with post.office.database() as work:
        await work.connection.exec_driver_sql(
            "UPDATE push SET status = 'sending', due_at = now() - interval '1 second'"
        )
    other = await post.push("wakes the sweep")
    await post.deliver()
    assert [(await post.push_row(one)).status for one in (number, other)] == ["lost", "sent"]


async def test_a_push_that_certainly_was_not_sent_is_sent_later(post: PostOffice, unused_tcp_port: int) -> None:
    number = await post.push("patient")
    nobody = open_sender(f"http://127.0.0.1:{unused_tcp_port}", {post.campus_id: "1:x"})
    away = replace(post.office, sender=nobody)
    await send_push(away, number)
    await nobody.close()
    row = await post.push_row(number)
    assert (row.status, row.error.startswith("httpx.ConnectError")) == ("due", True)
    await post.make_due()
    await post.deliver()
    assert (await post.push_row(number)).status == "sent"


async def test_news_of_one_chat_come_in_the_order_they_were_written(post: PostOffice) -> None:
    first, second = await post.push("waits"), await post.push("once")
    await send_push(post.office, second)
    assert await post.texts() == [], "the first has not gone"
    await send_push(post.office, first)
    await send_push(post.office, second)
    assert [(await post.push_row(one)).status for one in (first, second)] == ["sent", "sent"]


@pytest.mark.parametrize("sentence", ["Can't parse entities: oh", "Button_data_invalid"])
async def test_a_push_that_telegram_can_never_take_is_dropped_with_its_reason(post: PostOffice, sentence: str) -> None:
    await post.sim(
        "faults", kind="status", method="sendMessage", chat=MEI, status=400, description=f"Bad Request: {sentence}"
    )
    number = await post.push("mistake")
    await post.deliver()
    row = await post.push_row(number)
    assert (row.status, row.due_at, row.error) == ("dropped", None, sentence)


async def test_a_push_without_a_sentence_is_dropped_and_harms_no_other(post: PostOffice) -> None:
    number, other = await post.push("old words"), await post.push("new words")
    async with post.office.database() as work:
        await work.connection.exec_driver_sql(f"UPDATE push SET key = 'push-of-an-old-release' WHERE id = {number}")
    await post.deliver()
    assert [(await post.push_row(one)).status for one in (number, other)] == ["dropped", "sent"]
