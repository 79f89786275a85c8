"""Input that the bot did not ask for: old buttons, unexpected text, and a photo that comes too early."""

from domain.messaging.buttons import Tap
from domain.messaging.order_message import OrderMessageKind
from domain.orders.drafts.tables import conversation_state, draft
from domain.orders.tables import orders
from domain.support.tables import problem_case
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.delivered_order_setup import button_rows, deliver_order, order_message_for
from tests.stack.order_setup import arrived_order, claimed_order, notifications_of


async def test_an_old_button_changes_nothing_and_the_next_line_is_still_an_item(stack: BotStack, mei: BotUser) -> None:
    await _fill_basket_with_rice(mei)
    old = await mei.last_message()
    await mei.write("kopi 1.20")
    assert "out of date" in (await mei.forge_tap(_button_data(old, "That's all"), message_id=old["message_id"]))["text"]
    (shown,) = [each for each in await mei.messages() if each["message_id"] == old["message_id"]]
    assert "1 × kopi" in shown["text"] and "Where to?" not in shown["text"]
    await mei.write("milo 1.80")
    (basket,) = await stack.rows(draft, draft.c.person_id == mei.id)
    assert [line["name"] for line in basket["items"]] == ["Chicken rice", "kopi", "milo"]
    assert basket["drop_point"] is None


async def test_an_old_button_keeps_the_pending_input_about_another_subject(stack: BotStack, mei: BotUser) -> None:
    await _fill_basket_with_rice(mei)
    await stack.update_rows(
        conversation_state, conversation_state.c.person_id == mei.id, pending_input="pin", subject=77
    )
    assert "out of date" in (await mei.tap(Tap.ITEMS_DONE, 0, 1))["text"]
    (state,) = await stack.rows(conversation_state, conversation_state.c.person_id == mei.id)
    assert (state["pending_input"], state["subject"]) == ("pin", 77)


async def test_the_bot_asks_whether_a_place_that_looks_like_an_item_is_a_place(mei: BotUser) -> None:
    await _fill_basket_with_rice(mei)
    await mei.press("That's all")
    await mei.write("milo 1.80\ntea 1.20")
    assert "That looks like food. Shall it be brought to “milo 1.80 tea 1.20”?" in await mei.text()
    assert "1 × milo · S$1.80" in await mei.screen_after("Add to basket") and "1 × tea · S$1.20" in await mei.text()
    await mei.press("That's all")
    await mei.write("Bench 4.12")
    assert "Your order: Koufu → Bench 4.12" in await mei.screen_after("It's the place")
    await mei.press("✏️ Place")
    assert "Koufu → Lab 4" in await mei.answer_to("Lab 4")


def _button_data(message: Json, label: str) -> str:
    return next(str(each["data"]) for row in message["buttons"] for each in row if each["text"].startswith(label))


async def _fill_basket_with_rice(mei: BotUser) -> None:
    for label in ("🍜", "Koufu", "Chicken rice"):
        await mei.press(label)


async def test_text_while_an_order_is_in_flight_is_relayed_after_a_yes(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await mei.write("are you")
    first = await mei.last_message()
    assert "Send this to Ana?" in await mei.answer_to("there?")
    assert await notifications_of(stack, order_id, "notification-relayed") == []
    assert "out of date" in (await mei.forge_tap(_button_data(first, "Yes"), message_id=first["message_id"]))["text"]
    assert "Sent to Ana" in await mei.screen_after("Yes, send it")
    (relayed,) = await notifications_of(stack, order_id, "notification-relayed", ana)
    assert relayed["args"]["text"] == "are you\nthere?"
    await ana.write("2 minutes")
    assert "nobody reads it" in await ana.screen_after("No")
    assert await notifications_of(stack, order_id, "notification-relayed", mei) == []
    assert "did not understand" in await mei.answer_to("1234"), "it may be a PIN"


async def test_a_person_with_an_order_and_a_case_chooses_who_reads_the_text(stack: BotStack) -> None:
    mei, _, delivered_order_id = await deliver_order(stack)
    await mei.tap(Tap.PROBLEM_WORDLESS, delivered_order_id, 1)
    (case,) = await stack.rows(problem_case, problem_case.c.order_id == delivered_order_id)
    assert "Send this to the campus team?" in await mei.answer_to("the lid was open")
    assert f"case #{case['id']}" in await mei.screen_after("Yes, send it")
    async with stack.work() as work:  # a worker deletes the draft when it has created the order
        await work.connection.execute(draft.delete().where(draft.c.person_id == mei.id))
    order_id = await mei.open_order()
    ana = await stack.add_runner("Zoe")
    await ana.tap(Tap.CLAIM, order_id, 1)
    await mei.write("hello?")
    assert await mei.labels() == [f"#{order_id} · Zoe", f"#{delivered_order_id} · the campus team", "Nobody"]


async def test_the_first_screen_shows_orders_in_flight(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await mei.write("/start")
    assert (await mei.labels())[0] == f"🔎 My order #{order_id}"
    assert "below" in await mei.screen_after("🔎")
    await ana.write("/start")
    assert (await ana.labels())[0] == f"🏃 My job #{order_id}"
    assert "under My jobs" in await ana.answer_to("/orders")
    assert "You are a runner" in await ana.screen_after("🏃 My jobs")


async def test_each_step_of_a_runner_edits_the_same_message(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 9)
    await ana.write("4.20")
    messages = len(await ana.messages())
    await ana.tap(Tap.PICKED_UP, order_id, 9)  # on the order message, so no other message is edited
    assert "bring it here: Library, door" in await ana.screen_after("Picked up")
    assert "four digits" in await ana.screen_after("I'm here")
    assert len(await ana.messages()) == messages
    assert "is delivered" in await ana.answer_to((await stack.order_row(order_id))["pin"])


async def test_a_receipt_sent_before_the_tap_on_bought_marks_the_purchase(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await stack.update_rows(orders, orders.c.id == order_id, hold_checked=False)
    assert "Wait a moment" in await ana.answer_to("4.50", photo=True)
    await stack.confirm_hold(order_id)
    assert "Now type what it says" in await ana.answer_to("here", photo=True)
    await ana.write("4.50")
    row = await stack.order_row(order_id)
    assert (row["status"], row["receipt"], row["receipt_photo"] is not None) == ("PLACED", 450, True)


async def test_the_usual_place_may_be_typed(mei: BotUser) -> None:
    await mei.write("/me")
    await mei.press("Choose my place")
    assert "at most 60 characters" in await mei.answer_to("x" * 61)
    assert "usually goes to Library, door" in await mei.answer_to("library")
    await mei.press("Choose my place")
    assert "usually goes to Lab 4, <bench>" in await mei.answer_to("Lab 4, <bench>")


async def test_a_problem_may_be_described_before_its_kind_is_chosen(stack: BotStack) -> None:
    mei, _, order_id = await deliver_order(stack)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.write("the bag was open")
    (case,) = await stack.rows(problem_case, problem_case.c.order_id == order_id)
    assert (case["kind"], case["story"]) == ("other", "the bag was open")


async def test_a_customer_may_ask_the_campus_team_while_the_order_is_in_flight(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    assert button_rows(await order_message_for(stack, OrderMessageKind.CUSTOMER, order_id, mei)) == [["Ask the team"]]
    assert "not yours" in (await ana.tap(Tap.PROBLEM, order_id, 7))["text"]
    assert "what should the campus team know" in await mei.screen_after_tap(Tap.PROBLEM, order_id, 7)
    await mei.write("I must leave campus")
    (case,) = await stack.rows(problem_case, problem_case.c.order_id == order_id)
    assert (case["kind"], case["story"]) == ("question", "I must leave campus")
    assert (
        f"Case #{case['id']} is open" in (await order_message_for(stack, OrderMessageKind.CUSTOMER, order_id, mei)).text
    )


async def test_the_pin_is_found_within_a_line(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    pin = (await stack.order_row(order_id))["pin"]
    assert "four digits" in await ana.answer_to("room 1234 or 5678?")
    assert "is delivered" in await ana.answer_to(f"pin is {pin}!")


async def test_the_order_message_tells_a_runner_without_a_payout_account_that_set_up_can_wait(
    stack: BotStack,
) -> None:
    order_id, _, ana = await claimed_order(stack)
    rendered = await order_message_for(stack, OrderMessageKind.RUNNER, order_id, ana)
    assert "Set up your pay-out any time" in rendered.text
    assert button_rows(rendered) == [["I bought it"], ["Can't do it"]]
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 9)
    assert button_rows(await order_message_for(stack, OrderMessageKind.RUNNER, order_id, ana)) == [
        ["Picked up"],
        ["Set up pay-out"],
    ]
