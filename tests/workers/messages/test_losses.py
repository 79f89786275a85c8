"""Messages that were perhaps sent: never twice by themselves, and what they said reaches its reader all the same."""

import asyncio

import pytest
from sqlalchemy import func, text

from domain.order import Order, OrderStatus
from domain.store.parking import try_anew
from tests.workers.messages.post_office import ANA, GROUP, MEI, PostOffice
from workers.messages import draw_card, send_push

CLAIMED = {"status": OrderStatus.ACCEPTED, "runner_id": ANA, "version": 2, "pin": "0482", "accepted_at": func.now()}
PERHAPS = "a message that may not have arrived"


async def shown(post: PostOffice) -> Order:
    """An order whose cards stand in their chats."""
    order = await post.order()
    await post.deliver()
    return order


async def lose(post: PostOffice, chat: int = MEI, times: int = 1) -> None:
    """The next message to this chat arrives, and its answer does not."""
    await post.sim("faults", kind="lost_answer", method="sendMessage", chat=chat, times=times)


async def abandon(post: PostOffice, number: int) -> None:
    """A worker died while it sent this one."""
    statement = "UPDATE push SET status = 'sending', due_at = now() - interval '1 second' WHERE id = :id"
    await post.alter(statement, id=number)


async def test_the_card_comes_anew_and_loud_when_its_news_is_perhaps_lost(post: PostOffice) -> None:
    order = await shown(post)
    before, others = await post.card("customer"), await post.card("group")
    await post.change(order, **CLAIMED)
    number = await post.news(order, "push-claimed", runner="Ana")
    await lose(post)
    await post.deliver()
    after = await post.card("customer")
    assert (await post.push_row(number)).status == "lost"
    assert after.message_id > before.message_id
    assert "Ana is on it" in (await post.texts())[-1]
    silent = [each["silent"] for each in await post.look("messages", chat="@campus_bot", user=MEI)]
    assert silent[-1] is False
    assert (await post.card("group")).message_id == others.message_id
    assert await post.parked() == []


async def test_a_card_in_the_place_of_silent_news_makes_no_sound(post: PostOffice) -> None:
    order = await shown(post)
    number = await post.news(order, "push-nudge")
    await post.alter("UPDATE push SET silent = true")
    await lose(post)
    await post.deliver()
    assert (await post.push_row(number)).status == "lost"
    assert [each["silent"] for each in await post.look("messages", chat="@campus_bot", user=MEI)][-1] is True


async def test_a_card_that_is_being_edited_comes_anew_all_the_same(post: PostOffice) -> None:
    order = await shown(post)
    before = await post.card("customer")
    await post.sim("faults", kind="hang", method="editMessageText", chat=MEI, seconds=0.3)
    await post.change(order, **CLAIMED)
    editing = asyncio.create_task(draw_card(post.office, before.id))
    await post.until_under_way("editMessageText")
    await abandon(post, await post.news(order, "push-claimed", runner="Ana"))
    await post.deliver_once()
    await editing
    await post.deliver()
    assert (await post.card("customer")).message_id > before.message_id


@pytest.mark.parametrize("chat", [ANA, GROUP])
async def test_news_without_a_card_in_its_chat_is_parked_and_sent_once_more(post: PostOffice, chat: int) -> None:
    order = await shown(post)
    number = await post.news(order, "push-payout-late", chat, amount="S$6.00")
    await lose(post, chat)
    await post.deliver()
    (found,) = await post.parked()
    assert (found.subject, found.perhaps, found.order_id, found.tries) == (str(number), True, order.id, 1)
    assert len(await post.calls("sendMessage", chat)) == (1 if chat == ANA else 2), "the group has a card, too"
    async with post.office.database() as work:
        await try_anew(work, found)
    await post.deliver()
    await post.make_due()
    await post.deliver()
    assert (await post.push_row(number)).status == "sent"
    assert len([each for each in await post.calls("sendMessage", chat) if "longer" in each["params"]["text"]]) == 2


async def test_words_that_no_card_carries_are_parked_though_there_is_a_card(post: PostOffice) -> None:
    order = await shown(post)
    before = await post.card("customer")
    number = await post.news(order, "push-team-writes", words="come down please")
    await lose(post)
    await post.deliver()
    assert [each.subject for each in await post.parked()] == [str(number)]
    assert (await post.card("customer")).message_id == before.message_id


@pytest.mark.parametrize(("reader", "writer", "name"), [(MEI, ANA, "Mei"), (ANA, MEI, "Ana")])
async def test_who_wrote_words_that_were_perhaps_lost_is_told(
    post: PostOffice, reader: int, writer: int, name: str
) -> None:
    order = await shown(post)
    await post.change(order, **CLAIMED)
    await post.deliver()
    number = await post.news(order, "push-relay", reader, name="the other", text="in a blue jacket")
    await lose(post, reader)
    await post.deliver()
    assert (await post.push_row(number)).status == "lost"
    assert f"may not have reached {name}" in (await post.texts(writer))[-1]
    assert len([each for each in await post.calls("sendMessage", reader) if "jacket" in each["params"]["text"]]) == 1
    assert await post.parked() == []


async def test_words_whose_writer_is_gone_are_parked(post: PostOffice) -> None:
    order = await shown(post)
    await post.news(order, "push-relay", name="Ana", text="in a blue jacket")
    await lose(post)
    await post.deliver()
    (found,) = await post.parked()
    assert "jacket" not in found.shown, "they are their reader's"


async def test_of_many_workers_one_sees_to_what_a_dead_one_left(post: PostOffice) -> None:
    order = await shown(post)
    await post.change(order, **CLAIMED)
    said, unsaid = await post.news(order, "push-claimed", runner="Ana"), await post.push("waits", ANA)
    for each in (said, unsaid):
        await abandon(post, each)
    await asyncio.gather(*(post.deliver_once() for _ in range(5)))
    await post.deliver()
    assert [(await post.push_row(one)).status for one in (said, unsaid)] == ["lost", "lost"]
    assert len(await post.calls("sendMessage", MEI)) == 2, "the card, and the card anew"
    async with post.office.database() as work:
        rows = (await work.connection.execute(text("SELECT subject, times FROM parked"))).all()
    assert [tuple(row) for row in rows] == [(str(unsaid), 1)]


async def test_a_message_that_arrives_late_is_parked_no_more(post: PostOffice) -> None:
    number = await post.push("slow")
    await post.sim("faults", kind="hang", method="sendMessage", chat=MEI, seconds=0.5)
    sending = asyncio.create_task(send_push(post.office, number))
    await post.until_under_way("sendMessage")
    await abandon(post, number)
    await post.deliver_once()
    assert [each.perhaps for each in await post.parked()] == [True]
    await sending
    assert ((await post.push_row(number)).status, await post.parked()) == ("sent", [])


async def test_the_admins_read_what_is_true_of_a_message_that_perhaps_arrived(post: PostOffice) -> None:
    await post.alter("UPDATE campus SET admin_chat = :chat", chat=GROUP)
    await lose(post)
    await post.push("perhaps")
    await post.deliver()
    (told,) = await post.texts(ANA, GROUP)
    assert PERHAPS in told
    assert "failed" not in told


async def test_an_alert_that_is_perhaps_lost_is_parked_without_another_alert(post: PostOffice) -> None:
    await post.alter("UPDATE campus SET admin_chat = :chat", chat=GROUP)
    await lose(post)
    await lose(post, GROUP, times=9)
    await post.push("perhaps")
    await post.deliver()
    assert [each.shown.split()[0] for each in await post.parked()] == ["push-payout-waits", "push-parked"]
    assert len(await post.calls("sendMessage", GROUP)) == 1
