"""Buttons about silence: a customer who waits, a runner who is on it, and both when it is too late for that."""

from domain.buttons import Tap
from domain.order import OrderStatus
from domain.store.schema import event, live_card
from tests.bot.stage import Somebody, Stage


async def open_job(stage: Stage) -> tuple[int, Somebody]:
    """A job on offer, and its customer."""
    mei = await stage.customer()
    order_id = await mei.order_food()
    await stage.publish(order_id)
    return order_id, mei


async def test_who_waits_gets_a_kind_word_and_may_still_cancel(stage: Stage) -> None:
    order_id, mei = await open_job(stage)
    version = (await stage.order(order_id))["version"]
    assert "tell you at once" in (await mei.tap(Tap.WAIT, order_id, version))["text"]
    assert (await stage.order(order_id))["version"] == version
    await mei.tap(Tap.CANCEL, order_id, version)
    await mei.press("Yes, cancel")
    assert await stage.status(order_id) is OrderStatus.CANCELLED
    assert "out of date" in (await mei.tap(Tap.WAIT, order_id, version))["text"]
    assert len(await stage.rows(event, event.c.order_id == order_id, event.c.event == "waits")) == 1


async def test_who_is_on_it_is_thanked_and_a_late_answer_changes_nothing(stage: Stage) -> None:
    order_id, _ = await open_job(stage)
    ana, ben = await stage.runner("Ana"), await stage.runner("Ben")
    await ana.tap(Tap.CLAIM, order_id, 1)
    assert "Thank you" in (await ana.tap(Tap.ON_IT, order_id, 2))["text"]
    assert f"#{order_id} stays yours" in await ana.text()
    assert "not yours" in (await ben.tap(Tap.ON_IT, order_id, 2))["text"]
    await ana.tap(Tap.RELEASE_SURE, order_id, 2)
    cards = [row["wanted"] for row in await stage.rows(live_card, live_card.c.order_id == order_id)]
    assert "out of date" in (await ana.tap(Tap.ON_IT, order_id, 2))["text"]
    assert [row["wanted"] for row in await stage.rows(live_card, live_card.c.order_id == order_id)] == [
        wanted + 1 for wanted in cards
    ]
    assert len(await stage.rows(event, event.c.order_id == order_id, event.c.event == "showed_life")) == 1
