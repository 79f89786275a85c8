"""What customers do with their own orders: look, page, cancel, order again."""

from domain.messaging.buttons import Tap
from domain.messaging.tables import order_message
from domain.orders.drafts.tables import draft
from domain.orders.states import OrderStatus
from domain.orders.tables import orders
from domain.saga.tables import saga, saga_signal
from tests.stack.bot_stack import BotStack, BotUser


async def test_cancelling_asks_once_and_then_tells_what_happened(stack: BotStack, mei: BotUser) -> None:
    order_id = await mei.open_order()
    assert f"Cancel order #{order_id}?" in await mei.screen_after_tap(Tap.CANCEL, order_id, 1)
    assert await mei.labels() == ["Keep it", "Yes, cancel"]
    assert f"#{order_id} is cancelled" in await mei.screen_after("Yes, cancel")
    assert await stack.status(order_id) is OrderStatus.CANCELLED


async def test_keeping_an_order_shows_it(stack: BotStack, mei: BotUser) -> None:
    order_id = await mei.open_order()
    await mei.tap(Tap.CANCEL, order_id, 1)
    assert f"Here is order #{order_id} again" in await mei.screen_after("Keep it")
    (message_row,) = await stack.rows(
        order_message, order_message.c.order_id == order_id, order_message.c.kind == "customer"
    )
    assert (message_row["chat_id"], message_row["message_id"]) == (mei.id, None)
    assert await stack.status(order_id) is OrderStatus.CREATED


async def test_a_second_yes_cancel_changes_nothing_and_says_so(stack: BotStack, mei: BotUser) -> None:
    order_id = await mei.open_order()
    await mei.tap(Tap.CANCEL_SURE, order_id, 1)
    version = (await stack.order_row(order_id))["version"]
    answer = await mei.tap(Tap.CANCEL_SURE, order_id, 1)
    assert "not open for that" in answer["text"]
    assert (await stack.order_row(order_id))["version"] == version


async def test_cancelling_a_pending_order_is_a_signal_to_its_saga(stack: BotStack, mei: BotUser) -> None:
    order_id = await mei.order_food()
    assert "is being cancelled" in await mei.screen_after_tap(Tap.CANCEL_SURE, order_id, 1)
    run = await stack.row(saga, saga.c.order_id == order_id)
    assert [row["name"] for row in await stack.rows(saga_signal, saga_signal.c.saga_id == run["id"])] == ["cancelled"]


async def test_an_order_that_a_runner_has_can_not_be_cancelled_by_the_customer(stack: BotStack) -> None:
    mei, ana = await stack.add_customer(), await stack.add_runner()
    order_id = await mei.open_order()
    await ana.tap(Tap.CLAIM, order_id, 1)
    for tap in (Tap.CANCEL, Tap.CANCEL_SURE):
        assert "not open for that" in (await mei.tap(tap, order_id, 1))["text"]
    assert await stack.status(order_id) is OrderStatus.ACCEPTED


async def test_nobody_cancels_or_repeats_the_order_of_another(stack: BotStack) -> None:
    mei, kai = await stack.add_customer(), await stack.add_customer("Kai")
    order_id = await mei.open_order()
    for tap in (Tap.CANCEL, Tap.CANCEL_SURE, Tap.TRY_AGAIN):
        assert "not yours" in (await kai.tap(tap, order_id, 1))["text"]
    assert "no such order" in (await kai.tap(Tap.OPEN_ORDER, order_id, 1))["text"]
    assert await stack.status(order_id) is OrderStatus.CREATED
    assert await stack.rows(draft, draft.c.person_id == kai.id) == []


async def test_ordering_again_shows_the_review_first(stack: BotStack, mei: BotUser) -> None:
    order_id = await mei.open_order()
    await mei.tap(Tap.CANCEL_SURE, order_id, 1)
    assert "Your order" in await mei.screen_after_tap(Tap.TRY_AGAIN, order_id, 1)
    await mei.press("Place order")
    assert len(await stack.rows(orders, orders.c.customer_id == mei.id)) == 2


async def test_orders_are_listed_newest_first_and_paged(stack: BotStack, mei: BotUser) -> None:
    assert "not ordered anything" in await mei.answer_to("/orders")
    first = await mei.open_order()
    await _copies(stack, first, 7)
    await mei.write("/orders")
    labels = await mei.labels()
    assert len([label for label in labels if label.startswith("#")]) == 6
    assert "Older ▶" in labels
    await mei.press("Older")
    labels = await mei.labels()
    assert f"#{first} Koufu · waiting" in labels
    assert "◀ Newer" in labels
    assert f"#{first}" in await mei.screen_after(f"#{first}")
    await mei.press("🧾")
    assert "Older ▶" in await mei.labels()


async def test_open_orders_and_ended_ones_are_listed_apart(stack: BotStack, mei: BotUser) -> None:
    await mei.write("/orders")
    assert (await mei.labels())[0] == "🍜 Order food"  # the list is empty, but there is something to do
    first = await mei.open_order()
    await mei.tap(Tap.CANCEL_SURE, first, 1)
    await mei.tap(Tap.TRY_AGAIN, first, 1)
    await mei.press("Place order")
    second = max(row["id"] for row in await stack.rows(orders, orders.c.customer_id == mei.id))
    await stack.publish_order(second)
    await mei.write("/orders")
    assert "Your orders under way" in await mei.screen_after("Under way")
    assert [label for label in await mei.labels() if label.startswith("#")] == [f"#{second} Koufu · waiting"]
    assert "Your orders that are over" in await mei.screen_after("Ended")
    assert [label for label in await mei.labels() if label.startswith("#")] == [f"#{first} Koufu · cancelled"]
    await mei.tap(Tap.CANCEL_SURE, second, 1)
    await mei.write("/orders")
    assert "Nothing is under way" in await mei.screen_after("Under way")
    assert await mei.labels() == ["🍜 Order food", "Show all", "Ended", "🏠 Home"]


async def test_a_page_that_is_not_there_any_more_is_the_first(mei: BotUser) -> None:
    order_id = await mei.open_order()
    for page in (7, -7, 10**17):
        await mei.tap(Tap.MY_ORDERS, page, 1)
        assert f"#{order_id} Koufu · waiting" in await mei.labels()


async def test_an_order_of_another_campus_is_not_found(stack: BotStack, mei: BotUser) -> None:
    order_id = await mei.open_order()
    await stack.update_rows(orders, orders.c.id == order_id, note="mine")
    southern = BotUser(id=mei.id, stack=stack, bot=("south", "7002:south", "south_bot"))
    await southern.write("/start")
    assert "no such order" in (await southern.tap(Tap.OPEN_ORDER, order_id, 1))["text"]
    assert "no such order" in (await southern.tap(Tap.CANCEL_SURE, order_id, 1))["text"]


async def _copies(stack: BotStack, order_id: int, how_many: int) -> None:
    row = await stack.order_row(order_id)
    values = {name: value for name, value in row.items() if name != "id"}
    async with stack.work() as work:
        for _ in range(how_many):
            await work.connection.execute(orders.insert().values(**values))
