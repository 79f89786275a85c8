"""Photos and other people's words on the wire: what passes Telegram's own limits, and a long list that is folded."""

import base64

import pytest
from sqlalchemy import select, update

from domain.order import OrderStatus
from domain.store.campuses import find_campus
from domain.store.orders import find_order
from domain.store.people import find_member
from domain.store.schema import membership, push
from domain.store.use_cases import relaying
from tests.workers.messages.post_office import ANA, BOT, MEI, PostOffice

NASTY = "<b>&amp;</b>\u202e🍜 "


@pytest.mark.parametrize("with_photo", [True, False])
async def test_the_longest_words_there_are_pass_through_with_a_photo_or_without(
    post: PostOffice, with_photo: bool
) -> None:
    order = await post.order()
    await post.change(order, status=OrderStatus.ACCEPTED, runner_id=ANA, pin="4817")
    photo = await _photo(post) if with_photo else None
    async with post.office.database() as work:
        await work.connection.execute(update(membership).values(admitted=True))
        campus, mei = await find_campus(work, post.campus_id), await find_member(work, post.campus_id, MEI)
        words = (NASTY * 400)[:4096]
        claimed = await find_order(work, post.campus_id, order.id)
        passed = await relaying.pass_on(work, campus, mei, claimed, words, photo=photo, message_id=1)
    assert passed == relaying.Passed(shortened=True)
    await post.deliver()
    async with post.office.database() as work:
        row = (await work.connection.execute(select(push).where(push.c.chat_id == ANA))).one()
        assert (row.status, row.error) == ("sent", None)
        again = await relaying.order_behind(work, campus, ANA, row.message_id)
        assert again is not None
        assert again.id == order.id
        assert await relaying.order_behind(work, campus, MEI, row.message_id) is None
    assert len(await post.calls("sendPhoto" if with_photo else "sendMessage", ANA)) == 2 - with_photo  # and her card


async def test_whose_words_could_not_be_brought_is_told(post: PostOffice) -> None:
    order = await post.order()
    await post.change(order, status=OrderStatus.ACCEPTED, runner_id=ANA, pin="4817")
    await post.deliver()
    await post.sim("block", user=ANA, bot=BOT)
    async with post.office.database() as work:
        await work.connection.execute(update(membership).values(admitted=True))
        campus, mei = await find_campus(work, post.campus_id), await find_member(work, post.campus_id, MEI)
        claimed = await find_order(work, post.campus_id, order.id)
        await relaying.pass_on(work, campus, mei, claimed, "hello?", photo=None, message_id=1)
    await post.deliver()
    assert "Ana could not be reached" in (await post.texts())[-1]


async def test_a_long_list_is_folded_on_the_card(post: PostOffice) -> None:
    order = await post.order()
    line = {"name": "rice <&>", "quantity": 2, "price": 100}
    await post.change(order, items=[line] * 4)
    await post.deliver()
    messages = await post.look("messages", chat=f"@{BOT}", user=MEI)
    (card,) = [one for one in messages if "looking for a runner" in one["text"]]
    listed = "\n".join(["2 × rice &lt;&amp;&gt;"] * 4)
    assert f"<blockquote expandable>{listed}</blockquote>" in card["html"]


async def _photo(post: PostOffice) -> str:
    """A file id that Telegram knows."""
    content = base64.b64encode(b"\x89PNG of a receipt").decode()
    said = await post.sim("messages", from_=MEI, chat=f"@{BOT}", text="", picture=content)
    return str(said["message"]["photo"])
