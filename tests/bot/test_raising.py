"""A customer raises the fee of an order nobody takes: both numbers before the tap, and no old tap counts."""

import re

from sqlalchemy import delete

from domain.buttons import Tap
from domain.order import OrderStatus
from domain.store.schema import campus, hold, orders, push, saga, saved_card
from tests.bot.stage import Somebody, Stage


async def open_job(stage: Stage) -> tuple[int, Somebody]:
    """A job on offer, and its customer."""
    mei = await stage.customer()
    order_id = await mei.order_food()
    await stage.publish(order_id)
    return order_id, mei


async def raises(stage: Stage, order_id: int) -> list[dict[str, object]]:
    """What was asked for, oldest first."""
    rows = await stage.rows(saga, saga.c.order_id == order_id, saga.c.kind == "replace_hold")
    return [dict(row["data"]) for row in rows]


async def test_one_tap_shows_both_numbers_and_the_next_one_asks_the_bank(stage: Stage) -> None:
    order_id, mei = await open_job(stage)
    await mei.tap(Tap.RAISE, order_id, 1)
    said = await mei.text()
    now, more, then = re.findall(r"S\$\d+\.\d\d", said)
    assert (now, more, then) == ("S$8.00", "S$1.00", "S$9.00")
    assert await raises(stage, order_id) == [], "looking costs nothing"
    await mei.press("Hold S$9.00")
    assert "We ask your bank to hold S$9.00" in await mei.text()
    (asked,) = await raises(stage, order_id)
    assert (asked["ceiling"], asked["delivery_fee"], asked["kind"]) == (900, 300, "fee")
    wanted = await stage.rows(hold, hold.c.order_id == order_id, hold.c.part == "candidate")
    assert [row["amount"] for row in wanted] == [900]
    assert (await stage.order(order_id))["ceiling"] == 800, "nothing counts before it is held"


async def test_keeping_it_changes_nothing(stage: Stage) -> None:
    order_id, mei = await open_job(stage)
    await mei.tap(Tap.RAISE, order_id, 1)
    await mei.press("Keep S$8.00")
    assert await raises(stage, order_id) == []


async def test_a_second_tap_is_told_that_the_bank_is_being_asked(stage: Stage) -> None:
    order_id, mei = await open_job(stage)
    await mei.tap(Tap.RAISE_SURE, order_id, 900)
    for tap in (Tap.RAISE, Tap.RAISE_SURE):
        assert "just now" in (await mei.tap(tap, order_id, 900))["text"]
    assert len(await raises(stage, order_id)) == 1


async def test_an_amount_that_was_not_shown_or_is_old_asks_for_nothing(stage: Stage) -> None:
    """Forged or from a former screen: what one tap adds is the campus' to say."""
    order_id, mei = await open_job(stage)
    for ceiling in (0, 800, 899, 5_000):
        assert "not right any more" in (await mei.tap(Tap.RAISE_SURE, order_id, ceiling))["text"]
    await stage.change(orders, orders.c.id == order_id, delivery_fee=300, ceiling=900)
    assert "not right any more" in (await mei.tap(Tap.RAISE_SURE, order_id, 900))["text"]
    assert await raises(stage, order_id) == []


async def test_more_than_the_campus_allows_is_refused_with_its_limits(stage: Stage) -> None:
    order_id, mei = await open_job(stage)
    (here,) = await stage.rows(campus, campus.c.name == "north")
    most = here["fees"]["delivery_fee_most"]
    await stage.change(orders, orders.c.id == order_id, delivery_fee=most, ceiling=600 + most)
    said = await mei.tap(Tap.RAISE, order_id, 1)
    assert f"S${most / 100:.2f}" in said["text"]
    assert await raises(stage, order_id) == []


async def test_once_a_runner_has_it_nothing_is_raised(stage: Stage) -> None:
    order_id, mei = await open_job(stage)
    await (await stage.runner()).tap(Tap.CLAIM, order_id, 1)
    assert await stage.status(order_id) is OrderStatus.ACCEPTED
    for tap in (Tap.RAISE, Tap.RAISE_SURE):
        assert (await mei.tap(tap, order_id, 900))["text"]
    assert await raises(stage, order_id) == []


async def test_a_stranger_raises_nothing(stage: Stage) -> None:
    order_id, _ = await open_job(stage)
    eve = await stage.customer()
    for tap in (Tap.RAISE, Tap.RAISE_SURE):
        assert (await eve.tap(tap, order_id, 900))["text"]
    assert await raises(stage, order_id) == []


async def test_without_a_card_a_link_comes_first(stage: Stage) -> None:
    order_id, mei = await open_job(stage)
    async with stage.work() as work:
        await work.connection.execute(delete(saved_card).where(saved_card.c.person_id == mei.id))
    assert "no card" in (await mei.tap(Tap.RAISE_SURE, order_id, 900))["text"]
    assert await raises(stage, order_id) == []
    assert await stage.rows(push, push.c.order_id == order_id, push.c.key.like("push-raise%")) == []
