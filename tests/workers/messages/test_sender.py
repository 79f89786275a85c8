"""What Telegram's answers mean: each becomes one plain outcome."""

import logging
from typing import Any

import pytest

from domain.buttons import Button, Style
from domain.cards import Card
from tests.workers.messages.post_office import ANA, GROUP, MEI, PLAIN_GROUP, TOKEN, PostOffice
from workers.telegram_sender import (
    Blocked,
    Broken,
    GoneMessage,
    Migrated,
    NotSent,
    Outcome,
    Sent,
    Unchanged,
    Unsure,
    Wait,
    open_sender,
)

CARD = Card(text="<b>hello</b>", rows=((Button(words="Go", data="v1:home:0:0", style=Style.SUCCESS),),))


async def send(post: PostOffice, chat_id: int = MEI) -> Outcome:
    return await post.office.sender.send(post.campus_id, chat_id, CARD)


async def edit(post: PostOffice, message_id: int, card: Card) -> Outcome:
    return await post.office.sender.edit(post.campus_id, MEI, message_id, card)


async def test_a_message_is_sent_edited_and_found_unchanged(post: PostOffice) -> None:
    sent = await send(post)
    assert isinstance(sent, Sent)
    assert await edit(post, sent.message_id, CARD) == Unchanged()
    assert await edit(post, sent.message_id, Card(text="bye")) == sent
    (message,) = [one for one in await post.look("messages", chat="@campus_bot", user=MEI) if one["text"] == "bye"]
    assert message["buttons"] == []


async def test_nothing_to_edit_means_a_new_message(post: PostOffice) -> None:
    assert await edit(post, 999, CARD) == GoneMessage()


async def test_closed_doors_are_told_apart(post: PostOffice) -> None:
    moved = (await post.sim("migrate", chat=PLAIN_GROUP))["id"]
    await post.sim("block", user=MEI, bot="campus_bot")
    await post.sim("leave", chat=GROUP, bot="campus_bot", kicked=True)
    assert await send(post, PLAIN_GROUP) == Migrated(moved)
    assert await send(post) == Blocked("Forbidden: bot was blocked by the user")
    assert await send(post, GROUP) == Blocked("Forbidden: bot was kicked from the supergroup chat")
    assert await send(post, 424242) == Blocked("Chat not found")


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "status", "retry_after": 3}, Wait(3.0)),
        ({"kind": "status", "status": 400, "description": "Bad Request: message is too long"}, Broken),
        ({"kind": "status", "status": 401}, NotSent),
        ({"kind": "status", "status": 500}, Unsure),
        ({"kind": "status", "status": 502}, Unsure),
        ({"kind": "lost_answer"}, Unsure),
        ({"kind": "reset"}, Unsure),
    ],
)
async def test_bad_answers_are_told_apart(
    post: PostOffice, fault: dict[str, Any], outcome: Outcome | type[Outcome]
) -> None:
    await post.sim("faults", method="sendMessage", **fault)
    found = await send(post, ANA)
    assert found == outcome or type(found) is outcome


async def test_nobody_answering_means_not_sent(post: PostOffice, unused_tcp_port: int) -> None:
    nobody = open_sender(f"http://127.0.0.1:{unused_tcp_port}", {1: TOKEN})
    assert isinstance(await nobody.send(1, MEI, CARD), NotSent)
    assert isinstance(await nobody.send(2, MEI, CARD), NotSent)
    await nobody.close()


async def test_the_token_stays_out_of_the_logs(post: PostOffice, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await send(post)
    assert TOKEN not in caplog.text
