"""Ordering again: the usual order from the first screen, an old order from its order message, and what has changed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import insert

from domain.campuses.tables import menu_item, store
from domain.messaging.buttons import Tap
from domain.orders.drafts.tables import draft
from domain.orders.states import OrderStatus
from domain.orders.tables import orders
from tests.stack.bot_stack import BotStack, BotUser, Json

RICE = {"name": "Chicken rice", "quantity": 1, "price": 420}
MAC = {"name": "Mac & cheese", "quantity": 1, "price": 650}


async def test_the_usual_is_two_taps_from_start(stack: BotStack, mei: BotUser) -> None:
    await _deliver_past_order(stack, mei, RICE, tip=50)
    await mei.write("/start")
    assert (await mei.labels())[0] == "Usual · Koufu · max S$8.50"
    messages = len(await mei.messages())
    await mei.press("Usual", "Place order · max S$8.50")
    assert len(await mei.messages()) == messages
    (placed,) = await stack.rows(orders, orders.c.customer_id == mei.id, orders.c.status == OrderStatus.PENDING)
    assert (placed["items"], placed["drop_point"], placed["tip"]) == ([RICE], "Lab 4, bench", 50)


async def test_the_usual_is_what_was_delivered_most_often_of_late(stack: BotStack, mei: BotUser) -> None:
    for dish in (RICE, RICE, MAC):
        await _deliver_past_order(stack, mei, dish)
    await mei.write("/start")
    assert "1 × Chicken rice" in await mei.screen_after("Usual")


async def test_there_is_no_usual_while_it_can_not_be_had(stack: BotStack, mei: BotUser) -> None:
    await _deliver_past_order(stack, mei, RICE)
    for table, gone in ((store, {"active": False}), (store, {"hours": {"mon": ["03:00", "03:01"]}})):
        async with _koufu(stack, table, **gone):
            await mei.write("/start")
            assert (await mei.labels())[0] == "🍜 Order food"
    async with _dish(stack, active=False):
        await mei.write("/start")
        assert (await mei.labels())[0] == "🍜 Order food"


async def test_a_changed_price_is_said_and_counts(stack: BotStack, mei: BotUser) -> None:
    order_id = await _deliver_past_order(stack, mei, RICE)
    async with _dish(stack, price=500):
        assert "The price has changed: Chicken rice S$5.00" in await mei.screen_after_tap(Tap.TRY_AGAIN, order_id, 9)
        assert "Place order · max S$8.80" in await mei.labels()


async def test_what_is_off_the_menu_is_left_out_and_said(stack: BotStack, mei: BotUser) -> None:
    order_id = await _deliver_past_order(stack, mei, RICE, MAC)
    async with _dish(stack, active=False):
        assert "left out: Chicken rice" in await mei.screen_after_tap(Tap.TRY_AGAIN, order_id, 9)
        assert "1 × Mac & cheese" in await mei.text()


async def test_a_shop_that_is_gone_or_closed_is_said(stack: BotStack, mei: BotUser) -> None:
    order_id = await _deliver_past_order(stack, mei, RICE)
    async with _koufu(stack, store, active=False):
        assert "Koufu takes no orders here any more" in await mei.screen_after_tap(Tap.TRY_AGAIN, order_id, 9)
        assert "Another shop" in await mei.labels()
    async with _koufu(stack, store, hours={"mon": ["03:00", "03:01"]}):
        assert "Koufu is closed now. It opens" in await mei.screen_after_tap(Tap.TRY_AGAIN, order_id, 9)
        assert "No orders right now" in (await mei.press("Place order"))["text"]
    (basket,) = await stack.rows(draft, draft.c.person_id == mei.id)
    assert basket["items"] == [RICE]


async def test_another_basket_is_not_thrown_away_without_a_word(stack: BotStack, mei: BotUser) -> None:
    order_id = await _deliver_past_order(stack, mei, RICE)
    await mei.tap(Tap.ORDER_FOOD, argument=1)
    await mei.press("Koufu", "Mac & cheese")
    assert "You have a basket already" in await mei.screen_after_tap(Tap.USUAL_ORDER, order_id, 1)
    assert "1 × Mac & cheese" in await mei.text()
    old = await mei.last_message()
    assert "Where to?" in await mei.screen_after("Keep my basket")
    await mei.press("Library")
    changed = await mei.tap(Tap.REPLACE_BASKET, order_id, 1, message_id=old["message_id"])
    assert "out of date" in changed["text"]
    await mei.tap(Tap.USUAL_ORDER, order_id, 1)
    assert "1 × Chicken rice" in await mei.screen_after(f"Take #{order_id} instead")


async def test_while_an_order_is_being_placed_another_one_has_to_wait(stack: BotStack, mei: BotUser) -> None:
    order_id = await _deliver_past_order(stack, mei, RICE)
    pending = await mei.order_food()
    for tap in (Tap.USUAL_ORDER, Tap.TRY_AGAIN):
        assert f"#{pending} is being placed" in await mei.screen_after_tap(tap, order_id, 1)
        assert not any(label.startswith("Place order") for label in await mei.labels())


async def _deliver_past_order(stack: BotStack, mei: BotUser, *items: Json, tip: int = 0) -> int:
    """Insert a delivered order of this customer, with any runner."""
    cost = sum(item["price"] for item in items)
    limit = cost + max(100, cost * 20 // 100)
    fees = {"delivery_fee": 200, "service_fee": 80, "tip": tip}
    values = {
        "campus_id": stack.campuses["north"],
        "customer_id": mei.id,
        "runner_id": (await stack.add_runner()).id,
        "status": OrderStatus.COMPLETED,
        "store_name": "Koufu",
        "items": list(items),
        "drop_point": "Lab 4, bench",
        "currency": "sgd",
        "items_cost": cost,
        "shop_limit": limit,
        **fees,
        "platform_basis_points": 1000,
        "ceiling": limit + sum(fees.values()),
        "receipt": cost,
        "total": cost + sum(fees.values()),
        "runner_share": cost + 180 + tip,
    }
    async with stack.work() as work:
        made = insert(orders).values(placed_at=work.now, **values).returning(orders.c.id)
        return int((await work.connection.execute(made)).scalar_one())


@asynccontextmanager
async def _koufu(stack: BotStack, table: Json, **changed: Json) -> AsyncIterator[None]:
    where = (table.c.campus_id == stack.campuses["north"], table.c.name == "Koufu")
    await stack.update_rows(table, *where, **changed)
    yield
    await stack.update_rows(table, *where, active=True, hours={})


@asynccontextmanager
async def _dish(stack: BotStack, **changed: Json) -> AsyncIterator[None]:
    (koufu,) = await stack.rows(store, store.c.campus_id == stack.campuses["north"], store.c.name == "Koufu")
    where = (menu_item.c.store_id == koufu["id"], menu_item.c.name == "Chicken rice")
    await stack.update_rows(menu_item, *where, **changed)
    yield
    await stack.update_rows(menu_item, *where, active=True, price=420)
