"""From the receipt to the door: photos, a price that is too high, a customer who does not come."""

import asyncio

from domain.buttons import Tap
from domain.order import OrderStatus
from domain.store.schema import campus, event, timer
from tests.bot.jobs import arrived, card_of, claimed, posted, pushes, written_by
from tests.bot.stage import Somebody, Stage

TEAM = -100_777
THUMBS = ["button-thumb-up", "button-thumb-down"]


async def test_the_receipt_and_its_amount_come_in_one_photo(stage: Stage) -> None:
    order_id, _, ana = await claimed(stage)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    assert "photo" in await ana.text()
    await ana.write("4,50", photo=True)
    row = await stage.order(order_id)
    assert (row["status"], row["receipt"], row["receipt_photo"] is not None) == ("PLACED", 450, True)


async def test_a_receipt_without_an_amount_is_kept_and_asked_about(stage: Stage) -> None:
    order_id, _, ana = await claimed(stage)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.write("here it is", photo=True)
    assert "the receipt is kept" in await ana.text()
    await ana.press("As estimated")
    row = await stage.order(order_id)
    assert (row["status"], row["receipt"], row["receipt_photo"] is not None) == ("PLACED", 420, True)


async def test_the_customer_looks_at_a_receipt_that_came_later(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2)
    assert "out of date" in (await mei.tap(Tap.SEE_RECEIPT, order_id, 3))["text"]
    await ana.write("", photo=True)
    assert "Mei can look at it" in await ana.text()
    for _ in range(2):
        assert "in a moment" in (await mei.tap(Tap.SEE_RECEIPT, order_id, 3))["text"]
    seen = await pushes(stage, order_id, "push-receipt")
    photo = (await stage.order(order_id))["receipt_photo"]
    assert {(row["chat_id"], row["photo"], row["silent"]) for row in seen} == {(mei.id, photo, True)}
    assert len(seen) <= 2, "impatient taps get one, unless a new minute began between them"
    assert "not yours" in (await ana.tap(Tap.SEE_RECEIPT, order_id, 3))["text"]


async def test_a_shop_that_wants_too_much_leaves_four_ways_out(stage: Stage) -> None:
    order_id, _, ana = await claimed(stage)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.write("6.00", photo=True)
    assert "The shop wants more than agreed. S$6.00 is too much" in await ana.text()
    assert "at most S$5.20" in await ana.text()
    assert await ana.labels() == ["Ask Mei", "Ask an admin", "Can't do it", "🏠 Home"]
    assert "Nobody can be asked" in (await ana.press("Ask an admin"))["text"]
    await stage.change(campus, campus.c.id == stage.campuses["north"], admin_chat=TEAM)
    for _ in range(2):
        assert "was asked" in (await ana.press("Ask an admin"))["text"]
    (asked,) = await pushes(stage, order_id, "push-above-limit")
    assert (asked["chat_id"], asked["args"]["wanted"], asked["args"]["limit"]) == (TEAM, "S$6.00", "S$5.20")
    assert await stage.status(order_id) is OrderStatus.ACCEPTED
    await ana.write("5.20")
    row = await stage.order(order_id)
    assert (row["receipt"], row["receipt_photo"] is not None) == (520, True)
    assert "not open for that" in (await ana.tap(Tap.ASK_ADMIN, order_id, 600))["text"]


async def test_who_gives_the_job_back_takes_her_receipt_along(stage: Stage) -> None:
    order_id, _, ana = await claimed(stage)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.write("9.99", photo=True)
    await ana.press("Can't do it")
    await ana.press("Yes, give it back")
    assert (await stage.order(order_id))["receipt_photo"] is None


async def test_after_five_wrong_pins_a_photo_of_the_food_is_the_proof(stage: Stage) -> None:
    order_id, mei, ana = await arrived(stage)
    await _lock(stage, ana, order_id)
    await ana.press("Leave it, send photo")
    assert "can't be taken back" in await ana.text()
    assert (await ana.labels())[0] == "Keep waiting"
    await ana.write("done, at room 1234")
    assert "A photo of the food" in await ana.text()
    await ana.write("", photo=True)
    assert "is delivered" in await ana.text()
    row = await stage.order(order_id)
    assert (row["status"], row["proof_photo"] is not None) == ("DELIVERED", True)
    (told,) = await pushes(stage, order_id, "push-left", mei)
    assert (told["photo"], told["args"]["place"], told["silent"]) == (row["proof_photo"], "Library, door", False)
    assert (told["args"]["total"], [each["key"] for each in told["buttons"]]) == ("S$7.00", THUMBS)
    assert await pushes(stage, order_id, "push-delivered") == []
    (moved,) = await stage.rows(event, event.c.order_id == order_id, event.c.event == "delivered")
    assert moved["reason"] == "photo"
    await mei.tap(Tap.SEE_PHOTO, order_id, 6)
    assert [row["photo"] for row in await pushes(stage, order_id, "push-proof", mei)] == [row["proof_photo"]]
    assert "not open for that" in (await ana.tap(Tap.LEAVE, order_id, 5))["text"]


async def test_before_its_time_no_photo_delivers_anything(stage: Stage) -> None:
    order_id, _, ana = await arrived(stage)
    assert "Not yet" in (await ana.tap(Tap.LEAVE, order_id, 5))["text"]
    await ana.write("", photo=True)
    assert "the receipt is kept" in await ana.text()
    await ana.write("", photo=True)
    assert "Not yet" in await ana.text()
    row = await stage.order(order_id)
    assert (row["status"], row["proof_photo"]) == ("ARRIVED", None)
    await ana.write(row["pin"])
    assert await stage.status(order_id) is OrderStatus.DELIVERED


async def test_who_was_waited_for_long_enough_gets_her_food_left_with_a_photo(stage: Stage) -> None:
    order_id, _, ana = await arrived(stage)
    await _wait_in_vain(stage, order_id)
    await ana.write("", photo=True)
    assert await stage.status(order_id) is OrderStatus.ARRIVED, "nobody said yet what the photo means"
    assert "can't be taken back" in await ana.text()
    await ana.write("", photo=True)
    row = await stage.order(order_id)
    assert (row["status"], row["proof_photo"] is not None) == ("DELIVERED", True)
    await ana.write("", photo=True)
    assert "needs a photo" in await ana.text()


async def test_a_customer_who_comes_after_all_says_the_pin(stage: Stage) -> None:
    order_id, _, ana = await arrived(stage)
    await _wait_in_vain(stage, order_id)
    await ana.tap(Tap.LEAVE, order_id, 5)
    await ana.press("Keep waiting")
    assert "four digits" in await ana.text()
    await ana.tap(Tap.LEAVE, order_id, 5)
    await ana.write((await stage.order(order_id))["pin"])
    row = await stage.order(order_id)
    assert (row["status"], row["proof_photo"]) == ("DELIVERED", None)


async def test_of_pin_and_photo_at_once_one_delivers(stage: Stage) -> None:
    order_id, mei, ana = await arrived(stage)
    await _wait_in_vain(stage, order_id)
    pin = (await stage.order(order_id))["pin"]
    await ana.tap(Tap.LEAVE, order_id, 5)
    await asyncio.gather(ana.write(pin), ana.write("", photo=True))
    assert len(await stage.rows(event, event.c.order_id == order_id, event.c.event == "delivered")) == 1
    told = [*await pushes(stage, order_id, "push-delivered", mei), *await pushes(stage, order_id, "push-left", mei)]
    assert len(told) == 1


async def test_nobody_elses_photo_or_tap_leaves_the_food(stage: Stage) -> None:
    order_id, mei, _ = await arrived(stage)
    await _wait_in_vain(stage, order_id)
    ben = await stage.runner("Ben")
    for tap in (Tap.LEAVE, Tap.STAY, Tap.ASK_ADMIN):
        assert "not yours" in (await ben.tap(tap, order_id, 5))["text"]
    for one in (ben, mei):
        await one.write("", photo=True)
        assert "needs a photo" in await one.text()
    assert await stage.status(order_id) is OrderStatus.ARRIVED


async def test_the_absent_ladder_begins_at_the_door_and_ends_with_the_delivery(stage: Stage) -> None:
    order_id, _, ana = await arrived(stage)
    assert await _ladder(stage, order_id) == {"reminder": "set", "absent": "set"}
    await ana.write((await stage.order(order_id))["pin"])
    assert await _ladder(stage, order_id) == {"reminder": "stopped", "absent": "stopped"}


async def test_a_picture_sent_as_a_file_is_asked_for_as_a_photo(stage: Stage) -> None:
    order_id, _, ana = await claimed(stage)
    card = await card_of(stage, ana, order_id)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    for reply_to in (None, card):
        document = {"file_id": "d", "file_unique_id": "d", "mime_type": "image/heic"}
        await posted(stage, written_by(ana, reply_to=reply_to, document=document, caption="4.50"))
        assert "send it as a photo" in await ana.text()
    assert await stage.status(order_id) is OrderStatus.ACCEPTED
    await ana.write("4.50")
    assert await stage.status(order_id) is OrderStatus.PLACED


async def _lock(stage: Stage, ana: Somebody, order_id: int) -> None:
    wrong = "0000" if (await stage.order(order_id))["pin"] != "0000" else "1111"
    for _ in range(5):
        await ana.write(wrong)
    assert "Five wrong PINs" in await ana.text()


async def _wait_in_vain(stage: Stage, order_id: int) -> None:
    """The worker's part of the ladder."""
    await stage.change(timer, timer.c.order_id == order_id, timer.c.kind == "absent", status="fired")


async def _ladder(stage: Stage, order_id: int) -> dict[str, str]:
    rows = await stage.rows(timer, timer.c.order_id == order_id, timer.c.kind.in_(("reminder", "absent")))
    return {row["kind"]: row["status"] for row in rows}
