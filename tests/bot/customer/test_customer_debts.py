"""What a customer with a debt sees and cannot do, and how an admin waives the debt."""

import pytest
from sqlalchemy import insert

from domain.campuses.tables import membership, saved_card
from domain.database.actors import SYSTEM
from domain.messaging.buttons import Tap
from domain.orders.drafts.tables import draft as drafts
from domain.orders.repository import move_order
from domain.orders.states import OrderEvent
from domain.payments.tables import customer_debt, hold
from domain.saga.tables import saga
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.delivered_order_setup import AdminChat, deliver_order

pytestmark = pytest.mark.drill


async def owing_customer(stack: BotStack) -> tuple[BotUser, BotUser, int, int]:
    """Insert a customer who owes 7.30, their runner, the order and the debt."""
    mei, ana, order_id = await deliver_order(stack)
    north = stack.campuses["north"]
    await stack.update_rows(hold, hold.c.order_id == order_id, status="refused")
    about = {"campus_id": north, "order_id": order_id, "customer_id": mei.id, "amount": 730, "currency": "sgd"}
    async with stack.work() as work:
        await move_order(work, SYSTEM, north, order_id, OrderEvent.COMPLETED)
        owed = insert(customer_debt).values(about | {"refusal": "card_declined"}).returning(customer_debt.c.id)
        number = (await work.connection.execute(owed)).scalar_one()
    return mei, ana, order_id, int(number)


async def settle_attempts(stack: BotStack, order_id: int) -> list[Json]:
    """The sagas that tried to settle the order's debt."""
    return await stack.rows(saga, saga.c.order_id == order_id, saga.c.kind == "settle_debt")


async def test_a_customer_with_a_debt_is_told_so_at_every_way_to_order_with_a_button_to_pay(stack: BotStack) -> None:
    mei, _, order_id, number = await owing_customer(stack)
    await mei.write("/start")
    for tap, subject in ((Tap.ORDER_FOOD, 0), (Tap.USUAL_ORDER, order_id), (Tap.TRY_AGAIN, order_id)):
        said = await mei.tap(tap, subject, 1)
        assert f"First pay the S$7.30 you owe for order #{order_id}" in said["text"]
        assert (await mei.labels())[0] == "Pay S$7.30"
        assert "Home" in (await mei.labels())[1]
    await mei.press("Pay S$7.30")
    (row,) = await settle_attempts(stack, order_id)
    assert (row["person_id"], row["data"]["debt"]) == (mei.id, number)


async def test_a_basket_already_begun_is_kept_and_not_placed(stack: BotStack, mei: BotUser) -> None:
    await mei.tap(Tap.HOME, argument=1)
    for label in ("🍜", "Koufu", "Chicken rice", "That's all", "Library"):
        await mei.press(label)
    review, draft = (await mei.last_message())["message_id"], await stack.rows(drafts, drafts.c.person_id == mei.id)
    about = {"campus_id": stack.campuses["north"], "customer_id": mei.id, "amount": 730, "currency": "sgd"}
    _, _, order_id, _ = await owing_customer(stack)
    await stack.update_rows(customer_debt, customer_debt.c.order_id == order_id, **about)
    said = await mei.tap(Tap.PLACE, 800, draft[0]["version"], message_id=review)
    assert "First pay the S$7.30" in said["text"]
    assert (await mei.labels())[0] == "Pay S$7.30"
    assert await stack.rows(drafts, drafts.c.person_id == mei.id) == draft


async def test_me_says_what_is_owed_and_double_taps_ask_once(stack: BotStack) -> None:
    mei, _, order_id, number = await owing_customer(stack)
    assert f"You owe S$7.30 for order #{order_id}." in await mei.answer_to("/me")
    first = await mei.press("Pay S$7.30")
    assert "we ask your bank" in first["text"]
    again = await mei.tap(Tap.PAY_CUSTOMER_DEBT, number, 1)
    assert "being asked about this just now" in again["text"]
    assert len(await settle_attempts(stack, order_id)) == 1


async def test_without_a_card_paying_begins_with_one(stack: BotStack) -> None:
    mei, _, order_id, number = await owing_customer(stack)
    await stack.delete_rows(saved_card, saved_card.c.person_id == mei.id)
    assert "no card saved" in (await mei.tap(Tap.PAY_CUSTOMER_DEBT, number))["text"]
    assert "coming in a moment" in (await mei.tap(Tap.PAY_CUSTOMER_DEBT, number))["text"]
    assert await settle_attempts(stack, order_id) == []
    assert len(await stack.rows(saga, saga.c.person_id == mei.id, saga.c.kind == "save_card")) == 1


async def test_forged_and_stale_taps_pay_nothing(stack: BotStack) -> None:
    mei, ana, order_id, number = await owing_customer(stack)
    assert "not yours" in (await ana.tap(Tap.PAY_CUSTOMER_DEBT, number))["text"]
    assert "out of date" in (await mei.tap(Tap.PAY_CUSTOMER_DEBT, 999_999))["text"]
    assert await settle_attempts(stack, order_id) == []


async def test_an_admin_sees_customer_debts_and_waives_one_with_a_reason(stack: BotStack) -> None:
    sam, (mei, _, order_id, number) = await stack.add_admin(), await owing_customer(stack)
    assert f"owes S$7.30 for order {order_id} (card_declined)" in await sam.answer_to("/stuck")
    await sam.press(f"Forgive #{order_id}")
    assert (await sam.labels())[0] == "Leave it as it is"
    assert (await stack.row(customer_debt, customer_debt.c.id == number))["status"] == "open"
    assert "is let go: we bear it" in await sam.answer_to("paid in cash at the desk")
    (row,) = await stack.rows(customer_debt, customer_debt.c.id == number)
    assert (row["status"], row["ended_at"] is not None) == ("waived", True)
    assert "out of date" in (await mei.tap(Tap.PAY_CUSTOMER_DEBT, number))["text"]
    assert f"for order {order_id} (" not in await sam.answer_to("/stuck")
    assert "First pay" not in await mei.screen_after_tap(Tap.ORDER_FOOD, argument=1)


async def test_the_command_needs_a_reason_and_nobody_waives_their_own_debt(stack: BotStack) -> None:
    sam, (mei, _, order_id, number) = await stack.add_admin(), await owing_customer(stack)
    await sam.write(f"/order {order_id}")
    assert f"Forgive #{order_id}…" in await sam.labels()
    assert f"It completes /forgive {order_id}" in await sam.answer_to(f"/forgive {order_id}")
    await stack.update_rows(membership, membership.c.person_id == mei.id, is_admin=True)
    assert "Another admin has to do this" in await mei.answer_to(f"/forgive {order_id} because I am nice")
    assert (await stack.row(customer_debt, customer_debt.c.id == number))["status"] == "open"
    await sam.write(f"/forgive #{order_id} it was our fault")
    assert (await stack.row(customer_debt, customer_debt.c.id == number))["status"] == "waived"
    assert "nothing to do for that" in await sam.answer_to(f"/forgive {order_id} once more")


async def test_in_the_admin_chat_the_button_names_the_command(stack: BotStack, admin_chat: AdminChat) -> None:
    _, _, order_id, _ = await owing_customer(stack)
    await admin_chat.write("/stuck")
    await admin_chat.tap(Tap.WAIVE_CUSTOMER_DEBT, order_id, 1)
    assert (await admin_chat.text()).endswith(f"It completes /forgive {order_id}")
