"""Where a cold reader stumbled: old buttons, words that nobody asked for, a photo that comes too early."""

from domain.buttons import Tap
from domain.card_view import CardKind
from domain.store.schema import dialogue, draft, orders, problem_case
from tests.bot.delivered import card, delivered, labels
from tests.bot.jobs import arrived, claimed, pushes
from tests.bot.stage import Json, Somebody, Stage


async def test_an_old_button_changes_nothing_and_what_is_typed_next_is_still_food(stage: Stage) -> None:
    mei = await stage.customer()
    await _with_rice(mei)
    old = await mei.last()
    await mei.write("kopi 1.20")
    assert "out of date" in (await mei.forge(_data(old, "That's all"), message_id=old["message_id"]))["text"]
    (shown,) = [each for each in await mei.messages() if each["message_id"] == old["message_id"]]
    assert "1 × kopi" in shown["text"] and "Where to?" not in shown["text"]
    await mei.write("milo 1.80")
    (basket,) = await stage.rows(draft, draft.c.person_id == mei.id)
    assert [line["name"] for line in basket["items"]] == ["Chicken rice", "kopi", "milo"]
    assert basket["drop_point"] is None


async def test_an_old_button_leaves_a_question_of_another_matter_open(stage: Stage) -> None:
    mei = await stage.customer()
    await _with_rice(mei)
    await stage.change(dialogue, dialogue.c.person_id == mei.id, expects="pin", subject=77)
    assert "out of date" in (await mei.tap(Tap.ITEMS_DONE, 0, 1))["text"]
    (asked,) = await stage.rows(dialogue, dialogue.c.person_id == mei.id)
    assert (asked["expects"], asked["subject"]) == ("pin", 77)


async def test_a_place_that_reads_like_food_is_asked_about(stage: Stage) -> None:
    mei = await stage.customer()
    await _with_rice(mei)
    await mei.press("That's all")
    await mei.write("milo 1.80\ntea 1.20")
    assert "That looks like food. Shall it be brought to “milo 1.80 tea 1.20”?" in await mei.text()
    await mei.press("Add to basket")
    assert "1 × milo · S$1.80" in await mei.text() and "1 × tea · S$1.20" in await mei.text()
    await mei.press("That's all")
    await mei.write("Bench 4.12")
    await mei.press("It's the place")
    assert "Your order: Koufu → Bench 4.12" in await mei.text()
    await mei.press("✏️ Place")
    await mei.write("Lab 4")
    assert "Koufu → Lab 4" in await mei.text()


def _data(message: Json, label: str) -> str:
    return next(str(each["data"]) for row in message["buttons"] for each in row if each["text"].startswith(label))


async def _with_rice(mei: Somebody) -> None:
    for label in ("🍜", "Koufu", "Chicken rice"):
        await mei.press(label)


async def test_words_while_an_order_is_under_way_are_passed_on_after_a_yes(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    await mei.write("are you")
    first = await mei.last()
    await mei.write("there?")
    assert "Send this to Ana?" in await mei.text()
    assert await pushes(stage, order_id, "push-relay") == []
    assert "out of date" in (await mei.forge(_data(first, "Yes"), message_id=first["message_id"]))["text"]
    await mei.press("Yes, send it")
    assert "Sent to Ana" in await mei.text()
    (heard,) = await pushes(stage, order_id, "push-relay", ana)
    assert heard["args"]["text"] == "are you\nthere?"
    await ana.write("2 minutes")
    await ana.press("No")
    assert "nobody reads it" in await ana.text()
    assert await pushes(stage, order_id, "push-relay", mei) == []
    await mei.write("1234")
    assert "did not understand" in await mei.text(), "it may be a PIN"


async def test_who_has_an_order_and_a_case_chooses_who_reads_it(stage: Stage) -> None:
    mei, _, former = await delivered(stage)
    await mei.tap(Tap.PROBLEM_WORDLESS, former, 1)
    (case,) = await stage.rows(problem_case, problem_case.c.order_id == former)
    await mei.write("the lid was open")
    assert "Send this to the campus team?" in await mei.text()
    await mei.press("Yes, send it")
    assert f"case #{case['id']}" in await mei.text()
    async with stage.work() as work:  # as the worker leaves it
        await work.connection.execute(draft.delete().where(draft.c.person_id == mei.id))
    order_id = await mei.order_food()
    await stage.publish(order_id)
    ana = await stage.runner("Zoe")
    await ana.tap(Tap.CLAIM, order_id, 1)
    await mei.write("hello?")
    assert await mei.labels() == [f"#{order_id} · Zoe", f"#{former} · the campus team", "Nobody"]


async def test_the_first_screen_knows_what_goes_on(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    await mei.write("/start")
    assert (await mei.labels())[0] == f"🔎 My order #{order_id}"
    await mei.press("🔎")
    assert "below" in await mei.text()
    await ana.write("/start")
    assert (await ana.labels())[0] == f"🏃 My job #{order_id}"
    await ana.write("/orders")
    assert "under My jobs" in await ana.text()
    await ana.press("🏃 My jobs")
    assert "You are a runner" in await ana.text()


async def test_the_next_step_stays_under_the_runners_thumb(stage: Stage) -> None:
    order_id, _, ana = await claimed(stage)
    await ana.tap(Tap.BOUGHT, order_id, 9)
    await ana.write("4.20")
    messages = len(await ana.messages())
    await ana.tap(Tap.PICKED_UP, order_id, 9)  # on the card; the note follows when it is tapped
    await ana.press("Picked up")
    assert "bring it here: Library, door" in await ana.text()
    await ana.press("I'm here")
    assert "four digits" in await ana.text()
    assert len(await ana.messages()) == messages
    await ana.write((await stage.order(order_id))["pin"])
    assert "is delivered" in await ana.text()


async def test_a_receipt_before_i_bought_it_says_the_same(stage: Stage) -> None:
    order_id, _, ana = await claimed(stage)
    await stage.change(orders, orders.c.id == order_id, hold_checked=False)
    await ana.write("4.50", photo=True)
    assert "Wait a moment" in await ana.text()
    await stage.check_hold(order_id)
    await ana.write("here", photo=True)
    assert "Now type what it says" in await ana.text()
    await ana.write("4.50")
    row = await stage.order(order_id)
    assert (row["status"], row["receipt"], row["receipt_photo"] is not None) == ("PLACED", 450, True)


async def test_the_usual_place_may_be_typed(stage: Stage) -> None:
    mei = await stage.customer()
    await mei.write("/me")
    await mei.press("Choose my place")
    await mei.write("x" * 61)
    assert "at most 60 characters" in await mei.text()
    await mei.write("library")
    assert "usually goes to Library, door" in await mei.text()
    await mei.press("Choose my place")
    await mei.write("Lab 4, <bench>")
    assert "usually goes to Lab 4, <bench>" in await mei.text()


async def test_what_is_wrong_may_be_typed_at_once(stage: Stage) -> None:
    mei, _, order_id = await delivered(stage)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.write("the bag was open")
    (case,) = await stage.rows(problem_case, problem_case.c.order_id == order_id)
    assert (case["kind"], case["story"]) == ("other", "the bag was open")


async def test_the_campus_team_is_asked_on_the_way(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    assert labels(await card(stage, CardKind.CUSTOMER, order_id, mei)) == [["Ask the team"]]
    assert "not yours" in (await ana.tap(Tap.PROBLEM, order_id, 7))["text"]
    await mei.tap(Tap.PROBLEM, order_id, 7)
    assert "what should the campus team know" in await mei.text()
    await mei.write("I must leave campus")
    (case,) = await stage.rows(problem_case, problem_case.c.order_id == order_id)
    assert (case["kind"], case["story"]) == ("question", "I must leave campus")
    assert f"Case #{case['id']} is open" in (await card(stage, CardKind.CUSTOMER, order_id, mei)).text


async def test_the_pin_is_read_out_of_a_line(stage: Stage) -> None:
    order_id, _, ana = await arrived(stage)
    pin = (await stage.order(order_id))["pin"]
    await ana.write("room 1234 or 5678?")
    assert "four digits" in await ana.text()
    await ana.write(f"pin is {pin}!")
    assert "is delivered" in await ana.text()


async def test_who_has_no_pay_out_yet_reads_on_her_card_that_there_is_time(stage: Stage) -> None:
    order_id, _, ana = await claimed(stage)
    drawn = await card(stage, CardKind.RUNNER, order_id, ana)
    assert "Set up your pay-out any time" in drawn.text
    assert labels(drawn) == [["I bought it"], ["Can't do it"]]
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 9)
    assert labels(await card(stage, CardKind.RUNNER, order_id, ana)) == [["Picked up"], ["Set up pay-out"]]
