"""After a delivery: thumbs for the runner, and problems that a customer reports."""

from domain.buttons import Tap
from domain.card_view import CardKind
from domain.store.aftercare import praise_of
from domain.store.schema import event, live_card, orders, problem_case, push, rating
from tests.bot.delivered import card, delivered, desk_of, labels, long_ago, reply, show
from tests.bot.jobs import posted, written_by
from tests.bot.stage import Stage


async def test_a_thumb_and_its_reason_are_two_taps_and_the_card_says_so_in_words(stage: Stage) -> None:
    mei, ana, order_id = await delivered(stage)
    before = await card(stage, CardKind.CUSTOMER, order_id, mei)
    assert labels(before) == [["👍 Good", "👎 Not good"], ["Problem"]]
    runners_before = (await card(stage, CardKind.RUNNER, order_id, ana)).digest
    await mei.tap(Tap.THUMB_UP, order_id, 7)
    assert "What was good?" in await mei.text()
    await mei.press("Fast")
    assert "You said: 👍 fast" in await mei.text()
    after = await card(stage, CardKind.CUSTOMER, order_id, mei)
    assert "You said: 👍 fast" in after.text
    assert labels(after) == [["Problem"]]
    assert (await card(stage, CardKind.RUNNER, order_id, ana)).digest == runners_before
    async with stage.work() as work:
        praise = await praise_of(work, stage.campuses["north"], ana.id)
        elsewhere = await praise_of(work, stage.campuses["south"], ana.id)
    assert (praise.deliveries, praise.up, praise.down, elsewhere.deliveries) == (1, 1, 0, 0)
    await ana.write("/me")
    assert "1 delivery: 👍 1 thumb up, 👎 0 down" in await ana.text()


async def test_a_thumb_is_one_an_order_and_may_be_changed_for_a_day(stage: Stage) -> None:
    mei, _, order_id = await delivered(stage)
    await mei.tap(Tap.THUMB_UP, order_id, 7)
    await mei.press("Skip")
    assert "You said: 👍 good" in await mei.text()
    await mei.press("Change it")
    await mei.press("👎")
    await mei.press("Cold")
    assert await _rating(stage, order_id) == (False, "cold")
    assert "out of date" in (await mei.tap(Tap.THUMB_REASON, order_id, 4))["text"]
    await long_ago(stage, order_id)
    assert "until 24 hours" in (await mei.tap(Tap.THUMB_UP, order_id, 7))["text"]
    assert await _rating(stage, order_id) == (False, "cold")


async def test_nobody_speaks_for_another_customer(stage: Stage) -> None:
    _, ana, order_id = await delivered(stage)
    for tap in (Tap.THUMB_UP, Tap.THUMB_REASON, Tap.PROBLEM, Tap.PROBLEM_KIND, Tap.PROBLEM_WORDLESS):
        assert "not yours" in (await ana.tap(tap, order_id, 1))["text"], tap
        assert "no such order" in (await ana.tap(tap, 999_999, 1))["text"], tap
    assert await stage.rows(rating, rating.c.order_id == order_id) == []
    assert await _cases(stage, order_id) == []


async def test_what_is_not_delivered_is_neither_rated_nor_reported(stage: Stage) -> None:
    mei = await stage.customer()
    order_id = await mei.order_food()
    for tap in (Tap.THUMB_DOWN, Tap.PROBLEM, Tap.PROBLEM_WORDLESS):
        assert "not open for that" in (await mei.tap(tap, order_id, 1))["text"], tap


async def test_a_problem_told_in_a_line_becomes_a_case_with_the_orders_story(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        mei, ana, order_id = await delivered(stage)
        await mei.tap(Tap.PROBLEM, order_id, 7)
        assert "What is wrong" in await mei.text()
        await mei.press("Missing")
        assert "something is missing" in await mei.text()
        await mei.press("◀ My order")
        await mei.write("never mind")
        assert "did not understand" in await mei.text()
        await mei.tap(Tap.PROBLEM, order_id, 7)
        await mei.press("Missing")
        await mei.write("No <b>laksa</b> & no chopsticks 🥢")
        (case,) = await _cases(stage, order_id)
        assert f"Case #{case['id']}" in await mei.text()
        (told,) = await desk.told()
        text = told["text"]
        for words in (
            f"Case #{case['id']}, order #{order_id}: something is missing",
            "No <b>laksa</b> & no chopsticks 🥢",
            "with the PIN",
            f"({ana.id})",
            "Receipt S$4.50, total S$7.30, agreed at most S$8.00",
            "Koufu → Library, door",
        ):
            assert words in text, words
        assert [button["text"] for row in told["buttons"] for button in row] == ["Answer", "Close case"]
        assert await stage.rows(push, push.c.chat_id == ana.id, push.c.name.like("case:%")) == []
        drawn = await card(stage, CardKind.CUSTOMER, order_id, mei)
        assert f"Case #{case['id']} is open" in drawn.text
        assert "Case" not in (await card(stage, CardKind.RUNNER, order_id, ana)).text
        (line,) = await stage.rows(event, event.c.order_id == order_id, event.c.subject == "case")
        assert (line["event"], line["actor_id"], line["after"]) == ("opened", mei.id, "open")


async def test_a_photo_comes_with_the_case_and_so_do_the_receipt_and_the_proof(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        mei, _, order_id = await delivered(stage)
        await show(mei, "for the next two lines")
        photo = (await mei.messages())[-2]["photo"]
        await stage.change(orders, orders.c.id == order_id, receipt_photo=photo, proof_photo=photo)
        await mei.tap(Tap.PROBLEM, order_id, 7)
        await mei.press("Cold")
        await show(mei, "ice cold")
        told = await desk.told()
        assert all(each["photo"] for each in told)
        report, *others = sorted(told, key=lambda each: "ice cold" not in each["text"])
        assert "it was cold" in report["text"]
        assert sorted("receipt" in each["text"] for each in others) == [False, True]


async def test_a_story_too_long_is_cut_and_both_sides_know(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        mei, _, order_id = await delivered(stage)
        await mei.tap(Tap.PROBLEM, order_id, 7)
        await mei.press("Wrong")
        await mei.write("<😡>" * 1024)
        assert "first 2000 characters" in await mei.text()
        (told,) = await desk.told()
        assert "<😡><😡>" in told["text"] and "…" in told["text"]
        await mei.tap(Tap.PROBLEM, order_id, 7)
        await show(mei, "\u202eאיפה האוכל " + "x" * 900)
        more, photo = sorted(await desk.told(), key=lambda each: each["photo"] is not None)
        assert "x" * 900 in more["text"] and "\u202e" not in more["text"]
        assert photo["photo"] is not None and "the photo" in photo["text"]


async def test_a_film_is_not_half_told(stage: Stage) -> None:
    mei, _, order_id = await delivered(stage)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.press("Wrong")
    film = {"file_id": "f", "file_unique_id": "f", "width": 1, "height": 1, "duration": 3}
    await posted(stage, written_by(mei, video=film, caption="all over the floor"))
    assert "words and photos only" in await mei.text()
    assert await _cases(stage, order_id) == []
    await mei.write("all over the floor")
    assert len(await _cases(stage, order_id)) == 1


async def test_a_second_problem_and_a_second_tap_make_no_second_case(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        mei, _, order_id = await delivered(stage)
        await mei.tap(Tap.PROBLEM, order_id, 7)
        await mei.press("It never came")
        await mei.press("Send without")
        await mei.tap(Tap.PROBLEM_WORDLESS, order_id, 4)
        (case,) = await _cases(stage, order_id)
        assert (case["kind"], case["story"], case["messages"]) == ("not_here", "", 1)
        await mei.tap(Tap.PROBLEM, order_id, 7)
        assert "is open" in await mei.text()
        await mei.write("It is still not here")
        assert "Passed on" in await mei.text()
        assert ["It is still not here" in each["text"] for each in await desk.told()] == [False, True]
        (case,) = await _cases(stage, order_id)
        assert case["messages"] == 2
        await mei.write("hello?")
        assert "Send this to the campus team?" in await mei.text()


async def test_a_button_from_last_month_says_so_and_redraws_the_card(stage: Stage) -> None:
    mei, _, order_id = await delivered(stage)
    await long_ago(stage, order_id)
    (before,) = await stage.rows(live_card, live_card.c.order_id == order_id, live_card.c.chat_id == mei.id)
    answer = await mei.tap(Tap.PROBLEM, order_id, 7)
    assert "until 24 hours after delivery" in answer["text"] and "talk to the campus team" in answer["text"]
    (after,) = await stage.rows(live_card, live_card.c.order_id == order_id, live_card.c.chat_id == mei.id)
    assert after["wanted"] > before["wanted"]
    for forged in (0, 5, 99):
        assert "out of date" in (await mei.tap(Tap.PROBLEM_KIND, order_id, forged))["text"]
    assert await _cases(stage, order_id) == []


async def test_a_reply_to_something_else_is_no_part_of_a_case(stage: Stage) -> None:
    mei = await stage.somebody()
    await reply(mei, (await mei.last())["message_id"], "what is this?")
    assert "did not understand" in await mei.text()


async def _rating(stage: Stage, order_id: int) -> tuple[bool, str | None]:
    (row,) = await stage.rows(rating, rating.c.order_id == order_id)
    return row["good"], row["reason"]


async def _cases(stage: Stage, order_id: int) -> list[dict[str, object]]:
    return await stage.rows(problem_case, problem_case.c.order_id == order_id)
