"""Cards and messages that can't be drawn or sent: parked after a few tries, and nothing waits behind them for ever."""

from collections.abc import Sequence
from typing import Any

from domain.order import Order
from domain.parking import MOST_TRIES, Parked
from domain.store.parking import try_anew
from tests.workers.messages.post_office import ANA, GROUP, PostOffice


async def try_all(post: PostOffice, times: int) -> None:
    for _ in range(times):
        await post.make_due()
        await post.deliver_once()


async def given_up(post: PostOffice, order: Order) -> Sequence[Parked]:
    """What is parked of the order once its cards were tried often enough."""
    await try_all(post, MOST_TRIES + 2)
    assert (await post.card("group")).due_at is None
    found = await post.parked()
    assert {(each.kind, each.order_id, each.tries) for each in found} == {("card", order.id, MOST_TRIES)}
    return found


async def test_a_card_that_cannot_be_drawn_is_parked_and_drawn_when_it_can_be(post: PostOffice) -> None:
    await post.alter("UPDATE campus SET admin_chat = :chat", chat=GROUP)
    order = await post.order()
    await post.alter("UPDATE orders SET items = '[{}]'")
    found = await given_up(post, order)
    assert {each.shown.split()[0] for each in found} == {"customer", "group"}
    await post.deliver()
    assert [each for each in await post.texts(ANA, GROUP) if "Parked" in each] != []
    told = len(await post.texts(ANA, GROUP))
    await post.alter('UPDATE orders SET items = \'[{"name": "rice", "quantity": 1, "price": 420}]\'')
    async with post.office.database() as work:
        await try_anew(work, next(each for each in found if each.shown.startswith("group")))
    await post.deliver()
    assert len(await post.texts(ANA, GROUP)) == told + 1


async def test_a_card_that_the_database_cannot_read_is_parked_too(post: PostOffice) -> None:
    order = await post.order()
    await post.alter("ALTER TABLE problem_case RENAME COLUMN status TO state")
    found = await given_up(post, order)
    await post.alter("ALTER TABLE problem_case RENAME COLUMN state TO status")
    async with post.office.database() as work:
        for each in found:
            await try_anew(work, each)
    await post.deliver()
    assert len(await post.texts(ANA, GROUP)) == 1


async def test_a_parked_card_that_is_drawn_after_all_waits_for_nobody(post: PostOffice) -> None:
    order = await post.order()
    await post.alter("UPDATE orders SET items = '[{}]'")
    await try_all(post, MOST_TRIES)
    assert len(await post.parked()) == 2
    await post.alter('UPDATE orders SET items = \'[{"name": "rice", "quantity": 1, "price": 420}]\'')
    await post.change(order, note="no chili")
    await post.deliver()
    assert await post.parked() == []


async def test_a_message_that_always_fails_holds_up_its_chat_only_until_it_is_parked(post: PostOffice) -> None:
    poison, other = await post.push("poison"), await post.push("other")
    await post.alter("UPDATE push SET buttons = '[1]' WHERE id = :id", id=poison)
    await try_all(post, MOST_TRIES - 1)
    assert [(await post.push_row(one)).status for one in (poison, other)] == ["due", "due"]
    await try_all(post, 2)
    assert [(await post.push_row(one)).status for one in (poison, other)] == ["dropped", "sent"]
    (found,) = await post.parked()
    assert (found.kind, found.subject, found.tries) == ("push", str(poison), MOST_TRIES)
    assert "S$6.00" not in found.shown, "its words are its reader's"
    await post.alter("UPDATE push SET buttons = '[]'")
    async with post.office.database() as work:
        await try_anew(work, found)
    await post.deliver()
    assert (await post.push_row(poison)).status == "sent"


async def test_an_alert_that_cannot_be_sent_brings_no_alert_about_itself(post: PostOffice) -> None:
    await post.alter("UPDATE campus SET admin_chat = :chat", chat=GROUP)
    number = await post.push("old words")
    await post.alter("UPDATE push SET key = 'push-of-an-old-release' WHERE id = :id", id=number)
    refused: dict[str, Any] = {"kind": "status", "method": "sendMessage", "chat": GROUP, "status": 400, "times": 9}
    await post.sim("faults", **refused, description="Bad Request: can't parse entities")
    await post.deliver()
    assert [each.shown.split()[0] for each in await post.parked()] == ["push-of-an-old-release", "push-parked"]
