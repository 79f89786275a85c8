"""What a customer does with orders she has: look, page, cancel, order again."""

from domain.buttons import Tap
from domain.order import OrderStatus
from domain.store.schema import draft, live_card, orders, saga_signal
from tests.bot.stage import Somebody, Stage


async def test_cancelling_asks_once_and_then_tells_what_happened(stage: Stage) -> None:
    mei = await stage.customer()
    order_id = await _open_order(stage, mei)
    await mei.tap(Tap.CANCEL, order_id, 1)
    assert f"Cancel order #{order_id}?" in await mei.text()
    assert await mei.labels() == ["Keep it", "Yes, cancel"]
    await mei.press("Yes, cancel")
    assert f"#{order_id} is cancelled" in await mei.text()
    assert await stage.status(order_id) is OrderStatus.CANCELLED


async def test_keeping_an_order_shows_it(stage: Stage) -> None:
    mei = await stage.customer()
    order_id = await _open_order(stage, mei)
    await mei.tap(Tap.CANCEL, order_id, 1)
    await mei.press("Keep it")
    assert f"Here is order #{order_id} again" in await mei.text()
    (card,) = await stage.rows(live_card, live_card.c.order_id == order_id, live_card.c.kind == "customer")
    assert (card["chat_id"], card["message_id"]) == (mei.id, None)
    assert await stage.status(order_id) is OrderStatus.CREATED


async def test_a_second_yes_cancel_changes_nothing_and_says_so(stage: Stage) -> None:
    mei = await stage.customer()
    order_id = await _open_order(stage, mei)
    await mei.tap(Tap.CANCEL_SURE, order_id, 1)
    version = (await stage.order(order_id))["version"]
    answer = await mei.tap(Tap.CANCEL_SURE, order_id, 1)
    assert "not open for that" in answer["text"]
    assert (await stage.order(order_id))["version"] == version


async def test_cancelling_a_pending_order_is_a_signal_to_its_saga(stage: Stage) -> None:
    mei = await stage.customer()
    order_id = await mei.order_food()
    await mei.tap(Tap.CANCEL_SURE, order_id, 1)
    assert "is being cancelled" in await mei.text()
    assert [row["name"] for row in await stage.rows(saga_signal) if row["name"] == "cancelled"]


async def test_an_order_that_a_runner_has_can_not_be_cancelled_by_the_customer(stage: Stage) -> None:
    mei, ana = await stage.customer(), await stage.runner()
    order_id = await _open_order(stage, mei)
    await ana.tap(Tap.CLAIM, order_id, 1)
    for tap in (Tap.CANCEL, Tap.CANCEL_SURE):
        assert "not open for that" in (await mei.tap(tap, order_id, 1))["text"]
    assert await stage.status(order_id) is OrderStatus.ACCEPTED


async def test_nobody_cancels_or_repeats_the_order_of_another(stage: Stage) -> None:
    mei, kai = await stage.customer(), await stage.customer("Kai")
    order_id = await _open_order(stage, mei)
    for tap in (Tap.CANCEL, Tap.CANCEL_SURE, Tap.TRY_AGAIN):
        assert "not yours" in (await kai.tap(tap, order_id, 1))["text"]
    assert "no such order" in (await kai.tap(Tap.OPEN_ORDER, order_id, 1))["text"]
    assert await stage.status(order_id) is OrderStatus.CREATED
    assert await stage.rows(draft, draft.c.person_id == kai.id) == []


async def test_ordering_again_shows_the_review_first(stage: Stage) -> None:
    mei = await stage.customer()
    order_id = await _open_order(stage, mei)
    await mei.tap(Tap.CANCEL_SURE, order_id, 1)
    await mei.tap(Tap.TRY_AGAIN, order_id, 1)
    assert "Your order" in await mei.text()
    await mei.press("Place order")
    assert len(await stage.rows(orders, orders.c.customer_id == mei.id)) == 2


async def test_orders_are_listed_newest_first_and_paged(stage: Stage) -> None:
    mei = await stage.customer()
    await mei.write("/orders")
    assert "not ordered anything" in await mei.text()
    first = await _open_order(stage, mei)
    await _copies(stage, first, 7)
    await mei.write("/orders")
    labels = await mei.labels()
    assert len([label for label in labels if label.startswith("#")]) == 6
    assert "Older ▶" in labels
    await mei.press("Older")
    labels = await mei.labels()
    assert f"#{first} Koufu · waiting" in labels
    assert "◀ Newer" in labels
    await mei.press(f"#{first}")
    assert f"#{first}" in await mei.text()
    await mei.press("🧾")
    assert "Older ▶" in await mei.labels()


async def test_orders_under_way_and_those_that_are_over_are_listed_apart(stage: Stage) -> None:
    mei = await stage.customer()
    await mei.write("/orders")
    assert (await mei.labels())[0] == "🍜 Order food"  # nothing to look at, but something to do
    first = await _open_order(stage, mei)
    await mei.tap(Tap.CANCEL_SURE, first, 1)
    await mei.tap(Tap.TRY_AGAIN, first, 1)
    await mei.press("Place order")
    second = max(row["id"] for row in await stage.rows(orders, orders.c.customer_id == mei.id))
    await stage.publish(second)
    await mei.write("/orders")
    await mei.press("Under way")
    assert "Your orders under way" in await mei.text()
    assert [label for label in await mei.labels() if label.startswith("#")] == [f"#{second} Koufu · waiting"]
    await mei.press("Ended")
    assert "Your orders that are over" in await mei.text()
    assert [label for label in await mei.labels() if label.startswith("#")] == [f"#{first} Koufu · cancelled"]
    await mei.tap(Tap.CANCEL_SURE, second, 1)
    await mei.write("/orders")
    await mei.press("Under way")
    assert "Nothing is under way" in await mei.text()
    assert await mei.labels() == ["🍜 Order food", "Show all", "Ended", "🏠 Home"]


async def test_a_page_that_is_not_there_any_more_is_the_first(stage: Stage) -> None:
    mei = await stage.customer()
    order_id = await _open_order(stage, mei)
    for page in (7, -7, 10**17):
        await mei.tap(Tap.MY_ORDERS, page, 1)
        assert f"#{order_id} Koufu · waiting" in await mei.labels()


async def test_an_order_of_another_campus_is_not_found(stage: Stage) -> None:
    mei = await stage.customer()
    order_id = await _open_order(stage, mei)
    await stage.change(orders, orders.c.id == order_id, note="mine")
    southern = Somebody(id=mei.id, stage=stage, bot=("south", "7002:south", "south_bot"))
    await southern.write("/start")
    assert "no such order" in (await southern.tap(Tap.OPEN_ORDER, order_id, 1))["text"]
    assert "no such order" in (await southern.tap(Tap.CANCEL_SURE, order_id, 1))["text"]


async def _open_order(stage: Stage, mei: Somebody) -> int:
    order_id = await mei.order_food()
    await stage.publish(order_id)
    return order_id


async def _copies(stage: Stage, order_id: int, how_many: int) -> None:
    row = await stage.order(order_id)
    values = {name: value for name, value in row.items() if name != "id"}
    async with stage.work() as work:
        for _ in range(how_many):
            await work.connection.execute(orders.insert().values(**values))
