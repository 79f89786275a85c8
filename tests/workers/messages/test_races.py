"""Several workers and a moving state: one card is never sent twice at once, and the last state wins."""

import asyncio

from sqlalchemy import func

from domain.order import OrderStatus
from tests.workers.messages.post_office import ANA, MEI, PostOffice
from workers.messages import draw_card

CLAIMED = {"status": OrderStatus.ACCEPTED, "runner_id": ANA, "version": 2, "pin": "0482", "accepted_at": func.now()}


async def test_many_workers_send_a_new_card_once(post: PostOffice) -> None:
    await post.order()
    card = await post.card("customer")
    await asyncio.gather(*(draw_card(post.office, card.id) for _ in range(5)))
    assert len(await post.calls("sendMessage")) == 1


async def test_a_change_during_the_first_sending_becomes_an_edit_not_a_second_message(post: PostOffice) -> None:
    await post.sim("faults", kind="hang", method="sendMessage", chat=MEI, seconds=0.5)
    order = await post.order()
    card = await post.card("customer")
    sending = asyncio.create_task(draw_card(post.office, card.id))
    await post.until_under_way("sendMessage")
    await post.change(order, **CLAIMED)
    await draw_card(post.office, card.id)
    await sending
    await post.deliver()
    (text,) = await post.texts()
    assert "Ana is on it" in text


async def test_a_worker_killed_while_sending_leaves_the_card_to_the_next(post: PostOffice) -> None:
    await post.sim("faults", kind="hang", method="sendMessage", chat=MEI, seconds=0.3)
    await post.order()
    card = await post.card("customer")
    sending = asyncio.create_task(draw_card(post.office, card.id))
    await post.until_under_way("sendMessage")
    sending.cancel()
    await asyncio.wait([sending])
    assert (await post.card("customer")).due_at is not None
    await post.make_due()
    await post.deliver()
    assert (await post.card("customer")).message_id is not None
