"""/me: figures from the ledger, and the person's own drop point and card, never another person's."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import drop_point, membership, person, saved_card
from domain.messaging.buttons import Tap, pack
from domain.orders.tables import orders
from domain.payments.tables import hold
from domain.payouts.tables import payable
from domain.saga.tables import saga
from tests.stack.bot_stack import BotStack, BotUser, Json, wait_until

pytestmark = pytest.mark.drill

CHART_TIMEOUT_SECONDS = 40.0  # the first picture of a process loads the library, on a busy machine


async def completed_order(stack: BotStack, customer: BotUser, runner: BotUser, receipt: int, **paid: Json) -> None:
    """Insert an order as the workers leave it, captured and booked.

    The runner gets 2.00 for the delivery, the service fee is 0.80, and the platform keeps 10 %.
    """
    charged, share, limit = receipt + 280, receipt + 180, receipt + 100
    row = {"campus_id": stack.campuses["north"], "currency": "sgd"}
    priced = {
        "items_cost": receipt,
        "shop_limit": limit,
        "delivery_fee": 200,
        "service_fee": 80,
        "tip": 0,
        "ceiling": limit + 280,
    }
    parties = {"customer_id": customer.id, "runner_id": runner.id, "store_name": "Koufu", "drop_point": "Library"}
    ended = {
        "status": "COMPLETED",
        "receipt": receipt,
        "total": charged,
        "runner_share": share,
        "platform_basis_points": 1000,
    }
    moments = dict.fromkeys(("placed_at", "created_at", "completed_at"), datetime.now(UTC))
    async with stack.work() as work:
        order = insert(orders).values(row | priced | parties | ended | moments)
        number = (await work.connection.execute(order.returning(orders.c.id))).scalar_one()
        held = {"order_id": number, "saga_id": uuid4(), "status": "captured", "currency": "sgd", "amount": limit + 280}
        intent = {"payment_intent": f"pi_me_{number}", "captured": charged}
        await work.connection.execute(insert(hold).values(held | intent))
        owed = {"order_id": number, "runner_id": runner.id, "amount": share, "charge": "ch_1"}
        await work.connection.execute(insert(payable).values(row | owed | paid))


async def test_figures_tell_paid_from_held_and_earned_from_food_money(stack: BotStack) -> None:
    mei, ana, ben = await stack.add_customer(), await stack.add_runner(), await stack.add_runner("Ben")
    await completed_order(stack, mei, ana, 400, status="paid", transfer=f"tr_{mei.id}")
    await completed_order(stack, mei, ana, 500)
    await completed_order(stack, mei, ben, 300, status="sending")
    await stack.publish_order(await mei.order_food())
    spent = await mei.answer_to("/me")
    assert "You paid: S$20.40" in spent
    assert "On hold: S$8.00, not charged yet" in spent
    assert "Orders: 4 placed, 3 delivered" in spent
    assert "You earned" not in spent
    earned = await ana.answer_to("/me")
    for line in ("You earned: S$3.60", "Food money back: S$9.00", "Sent to you: S$5.80", "Waiting for you: S$6.80"):
        assert line in earned, earned
    assert "Jobs done: 2" in earned
    assert "You paid: S$0.00" in earned
    south = BotUser(id=ana.id, stack=stack, bot=("south", "7002:south", "south_bot"))
    assert "You earned" not in await south.answer_to("/me"), "these are another campus's figures"


async def test_pay_that_waits_is_listed_with_its_time_and_its_reason(stack: BotStack) -> None:
    mei, ana, ben = await stack.add_customer(), await stack.add_runner(), await stack.add_runner("Ben")
    until = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
    for days in range(7):
        await completed_order(stack, mei, ana, 400, held_until=until + timedelta(days=days), held_for="left")
    await completed_order(stack, mei, ben, 500, held_until=until, held_for="no_receipt")
    await ana.write("/me")
    text = await ana.text()
    assert text.count("handed over without the PIN") == 5
    assert "S$5.80 of job #" in text
    assert "Tue 14:05" in text
    assert "2 more jobs wait" in text
    await ben.write("/me")
    assert "a receipt above the estimate" in await ben.text()
    await mei.write("/me")
    assert "goes out on" not in await mei.text()


async def test_the_usual_place_is_chosen_from_the_list_and_forgotten(stack: BotStack) -> None:
    mei = await stack.add_person()
    assert "No usual place yet" in await mei.answer_to("/me")
    await mei.press("Choose my place")
    answer = await mei.press("Library")
    assert answer["text"] == "Your usual place: Library, door"
    assert "Your food usually goes to Library, door" in await mei.text()
    west = (await stack.rows(drop_point, drop_point.c.campus_id == stack.campuses["west"]))[0]
    assert "out of date" in (await mei.tap(Tap.MY_PLACE, west["id"], 1))["text"]
    assert "No usual place yet" in await mei.screen_after("Choose my place", "Ask me each time")
    (row,) = await stack.rows(membership, membership.c.person_id == mei.id)
    assert row["default_place"] is None


async def test_a_card_is_removed_only_after_a_second_tap_and_the_next_order_asks_for_one(stack: BotStack) -> None:
    mei = await stack.add_customer()
    await stack.update_rows(person, person.c.id == mei.id, stripe_customer=f"cus_{mei.id}")
    assert "Visa ending in 4242, valid until 12/2030" in await mei.answer_to("/me")
    await mei.press("Remove card", "Keep it")
    assert await stack.rows(saved_card, saved_card.c.person_id == mei.id)
    await mei.press("Remove card")
    answer = await mei.press("Yes, remove it")
    assert "removed here" in answer["text"]
    assert "No card saved" in await mei.text()
    assert await stack.rows(saved_card, saved_card.c.person_id == mei.id) == []
    (row,) = await stack.rows(saga, saga.c.person_id == mei.id)
    assert (row["kind"], row["data"]["payment_method"]) == ("remove_card", "pm_1")
    again = await mei.tap(Tap.REMOVE_CARD_SURE, 4242, 1)
    assert "out of date" in again["text"]
    for label in ("🏠", "🍜", "Koufu", "Chicken rice", "That's all", "Library", "Place order"):
        await mei.press(label)
    assert "Only a card is missing" in await mei.text()


async def test_a_card_that_an_order_is_being_placed_with_stays(stack: BotStack, mei: BotUser) -> None:
    order_id = await mei.order_food()
    refused = await mei.tap(Tap.REMOVE_CARD_SURE, 4242, 1)
    assert "Your bank is just being asked" in refused["text"]
    assert await stack.rows(saved_card, saved_card.c.person_id == mei.id)
    await stack.publish_order(order_id)
    wrong = await mei.tap(Tap.REMOVE_CARD_SURE, 1111, 1)
    assert "out of date" in wrong["text"]
    await mei.tap(Tap.REMOVE_CARD_SURE, 4242, 1)
    assert await stack.rows(saved_card, saved_card.c.person_id == mei.id) == []


async def test_an_applicant_sees_no_runner_figures(stack: BotStack) -> None:
    mei = await stack.add_person(runner_status=RunnerStatus.ASKED)
    assert "You earned" not in await mei.screen_after_tap(Tap.ME, argument=1)


async def test_a_chart_says_the_same_in_its_caption_and_none_is_made_of_nothing(stack: BotStack) -> None:
    mei, ana = await stack.add_customer(), await stack.add_runner()
    await mei.tap(Tap.ME, argument=1)
    assert "Nothing to draw yet" in (await mei.press("Chart what I paid"))["text"]
    assert "Chart my earnings" not in await mei.labels()
    await completed_order(stack, mei, ana, 400)
    await completed_order(stack, mei, ana, 500)
    await ana.tap(Tap.ME, argument=1)
    menu = (await ana.last_message())["message_id"]
    await stack.control_telegram(
        "taps", from_=ana.id, chat=ana.chat, message_id=menu, data=pack(Tap.CHART_EARNED, argument=1)
    )

    async def rendered() -> bool:
        return bool((await ana.last_message())["photo"])

    await wait_until(rendered, CHART_TIMEOUT_SECONDS)
    said = (await ana.text()).splitlines()
    assert said[0] == "You earned, week by week, without the money for the food"
    assert len(said) == 12, "ten weeks, and their sum"
    assert [line.rpartition(" ")[2] for line in said[1:-1]] == ["S$0.00"] * 9 + ["S$3.60"]
    assert said[-1] == "Together: S$3.60"
    assert (await stack.read_file((await ana.last_message())["photo"])).startswith(b"\x89PNG")
    assert "You earned: S$3.60" in await ana.screen_after("◀ About me")
