"""A customer: from /start to a placed order, its list, and its cancellation."""

from tests.bot.stage import Stage


async def test_an_order_is_placed_by_taps_alone(stage: Stage) -> None:
    mei = await stage.customer()
    assert await mei.labels() == ["🍜 Order food", "🏃 Deliver food", "🧾 My orders"]
    order_id = await mei.order_food()
    row = await stage.order(order_id)
    assert (row["status"], row["store_name"], row["drop_point"]) == ("PENDING", "Koufu", "Library, door")
    assert row["ceiling"] == 420 + 100 + 200 + 80
    assert f"#{order_id}" in await mei.text()
