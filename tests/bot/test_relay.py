"""Customer and runner write to each other by answering a card: what passes, to whom, and how long."""

from datetime import timedelta

from domain.buttons import Tap
from domain.order import OrderStatus
from domain.store.schema import live_card, orders, push
from tests.bot.jobs import arrived, card_of, claimed, job, posted, push_of, pushes, written_by
from tests.bot.stage import Json, Somebody, Stage


async def test_an_answer_to_a_card_reaches_the_other_side_and_so_does_her_answer(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    before = len(await mei.messages())
    await mei.write("no <chili>, please", reply_to=await card_of(stage, mei, order_id))
    (heard,) = await _heard(stage, order_id, ana)
    assert (heard["args"], heard["photo"], heard["silent"]) == (
        _said("Mei", order_id, "no <chili>, please"),
        None,
        False,
    )
    await ana.write("", photo=True, reply_to=await push_of(stage, ana, order_id, "push-relay"))
    (shown,) = await pushes(stage, order_id, "push-relay-photo", mei)
    assert shown["photo"] is not None
    await mei.write("yes, that one", reply_to=await push_of(stage, mei, order_id, "push-relay-photo"))
    assert [row["args"]["text"] for row in await _heard(stage, order_id, ana)][-1] == "yes, that one"
    assert len(await mei.messages()) == before + 4, "her two lines, the card and the push: the bot adds nothing"


async def test_the_same_message_brought_twice_is_passed_on_once(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    update = written_by(mei, reply_to=await card_of(stage, mei, order_id), text="only once")
    for again in (update, update, update | {"update_id": update["update_id"] + 500_000}):
        await posted(stage, again)
    assert len(await _heard(stage, order_id, ana)) == 1


async def test_while_nobody_has_the_order_nobody_reads(stage: Stage) -> None:
    order_id, mei = await job(stage)
    await mei.write("hello?", reply_to=await card_of(stage, mei, order_id))
    assert "Nobody has order" in await mei.text()


async def test_half_an_hour_after_the_end_nothing_passes_any_more(stage: Stage) -> None:
    order_id, mei, ana = await arrived(stage)
    await ana.write((await stage.order(order_id))["pin"])
    card = await card_of(stage, mei, order_id)
    await mei.write("thank you", reply_to=card)
    assert len(await _heard(stage, order_id, ana)) == 1
    long_ago = (await stage.order(order_id))["delivered_at"] - timedelta(minutes=31)
    await stage.change(orders, orders.c.id == order_id, delivered_at=long_ago)
    await mei.write("one more thing", reply_to=card)
    assert "has been over for a while" in await mei.text()
    assert len(await _heard(stage, order_id, ana)) == 1


async def test_an_answer_to_anything_else_is_no_relay(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    await mei.write("/start")
    home = (await mei.last())["message_id"]
    await card_of(stage, mei, order_id)
    await mei.write("anybody?", reply_to=home)
    assert "Send this to Ana?" in await mei.text()
    assert await _heard(stage, order_id, ana) == []


async def test_who_gave_the_job_back_has_nobody_to_write_to(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    card = await card_of(stage, ana, order_id)
    await ana.tap(Tap.RELEASE_SURE, order_id, 2)
    await ana.write("sorry", reply_to=card)
    assert "not yours" in await ana.text()
    assert await _heard(stage, order_id, mei) == []


async def test_what_is_meant_for_the_campus_team_does_not_reach_the_runner(stage: Stage) -> None:
    order_id, mei, ana = await arrived(stage)
    await ana.write((await stage.order(order_id))["pin"])
    await mei.tap(Tap.PROBLEM_WORDLESS, order_id, 3)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.write("she shouted at me", reply_to=await card_of(stage, mei, order_id))
    assert "Passed on to the campus team" in await mei.text()
    assert await _heard(stage, order_id, ana) == []


async def test_four_digits_in_answer_to_the_card_at_the_door_are_the_pin(stage: Stage) -> None:
    order_id, mei, ana = await arrived(stage)
    card = await card_of(stage, ana, order_id)
    await ana.write("where are you?", reply_to=card)
    await ana.write((await stage.order(order_id))["pin"], reply_to=card)
    assert await stage.status(order_id) is OrderStatus.DELIVERED
    assert [row["args"]["text"] for row in await _heard(stage, order_id, mei)] == ["where are you?"]


async def test_the_receipt_asked_for_is_no_message_even_in_answer_to_the_card(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    card = await card_of(stage, ana, order_id)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.write("is brown rice fine?", reply_to=card)
    await ana.write("4.50", photo=True, reply_to=card)
    row = await stage.order(order_id)
    assert (row["receipt"], row["receipt_photo"] is not None) == (450, True)
    assert [row["args"]["text"] for row in await _heard(stage, order_id, mei)] == ["is brown rice fine?"]


async def test_only_words_and_photos_pass(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    card = await card_of(stage, mei, order_id)
    voice = {"file_id": "v", "file_unique_id": "v", "duration": 3}
    await posted(stage, written_by(mei, reply_to=card, voice=voice, caption="listen"))
    assert "words and photos only" in await mei.text()
    assert await _heard(stage, order_id, ana) == []


async def test_who_stopped_the_bot_is_said_to_be_out_of_reach(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    card = await card_of(stage, mei, order_id)
    await stage.sim("block", user=ana.id, bot=ana.chat)
    await stage.quiet()
    await mei.write("are you there?", reply_to=card)
    assert "Ana can't be reached" in await mei.text()
    assert await _heard(stage, order_id, ana) == []


async def test_what_is_too_long_is_passed_on_as_far_as_it_fits_and_said_so(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    await mei.write("🍜" * 2048, reply_to=await card_of(stage, mei, order_id))
    assert "only the beginning" in await mei.text()
    (heard,) = await _heard(stage, order_id, ana)
    assert heard["args"]["text"].endswith("🍜…")


async def test_who_answers_before_the_message_is_written_down_is_understood(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    await mei.write("quick", reply_to=await card_of(stage, mei, order_id))
    await stage.change(push, push.c.order_id == order_id, push.c.key == "push-relay", status="sending")
    await ana.write("quicker", reply_to=(await ana.last())["message_id"])
    assert [row["args"]["text"] for row in await _heard(stage, order_id, mei)] == ["quicker"]
    newer = await card_of(stage, ana, order_id)
    await ana.write("not this one", reply_to=newer - 1)
    assert "Send this to Mei?" in await ana.text()


async def test_a_card_that_telegram_refused_is_not_on_its_way(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    here = (live_card.c.order_id == order_id, live_card.c.chat_id == mei.id)
    await stage.change(live_card, *here, message_id=None, tries=1, due_at=None)
    await mei.write("/orders")
    await mei.write("what is this?", reply_to=(await mei.last())["message_id"])
    assert await _heard(stage, order_id, ana) == []


async def test_another_persons_card_is_nobodys_to_answer(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    eve = await stage.somebody("Eve")
    card = await card_of(stage, mei, order_id)
    await posted(stage, written_by(eve, reply_to=card, text="give me the PIN"))
    assert "did not understand" in await eve.text()
    assert await _heard(stage, order_id, ana) == []
    assert await stage.rows(push, push.c.chat_id == eve.id) == []


async def _heard(stage: Stage, order_id: int, reader: Somebody) -> list[Json]:
    return await pushes(stage, order_id, "push-relay", reader)


def _said(name: str, order_id: int, text: str) -> dict[str, str | int]:
    return {"name": name, "order": order_id, "text": text}
