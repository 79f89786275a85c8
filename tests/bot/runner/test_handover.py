"""From the receipt to the door: photos, a price that is too high, and a customer who does not come."""

import asyncio

import pytest

from domain.campuses.tables import campus, membership
from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.orders.states import OrderStatus
from domain.orders.tables import timer
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.order_setup import (
    arrived_order,
    claimed_order,
    notifications_of,
    order_message_of,
    post_update,
    raw_message_update,
)

pytestmark = pytest.mark.drill

ADMIN_CHAT_ID = -100_777
THUMBS = ["button-thumb-up", "button-thumb-down"]


async def test_the_receipt_and_its_amount_come_in_one_photo(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    assert "photo" in await ana.screen_after_tap(Tap.BOUGHT, order_id, 2)
    await ana.write("4,50", photo=True)
    row = await stack.order_row(order_id)
    assert (row["status"], row["receipt"], row["receipt_photo"] is not None) == ("PLACED", 450, True)


async def test_a_receipt_without_an_amount_is_kept_and_asked_about(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    assert "the receipt is kept" in await ana.answer_to("here it is", photo=True)
    await ana.press("As estimated")
    row = await stack.order_row(order_id)
    assert (row["status"], row["receipt"], row["receipt_photo"] is not None) == ("PLACED", 420, True)


async def test_the_customer_sees_a_receipt_that_came_later(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2)
    assert "out of date" in (await mei.tap(Tap.SEE_RECEIPT, order_id, 3))["text"]
    assert "Mei can look at it" in await ana.answer_to("", photo=True)
    for _ in range(2):
        assert "in a moment" in (await mei.tap(Tap.SEE_RECEIPT, order_id, 3))["text"]
    seen = await notifications_of(stack, order_id, "notification-receipt")
    photo = (await stack.order_row(order_id))["receipt_photo"]
    assert {(row["chat_id"], row["photo"], row["silent"]) for row in seen} == {(mei.id, photo, True)}
    assert len(seen) <= 2, "repeated taps get one notification, unless a new minute began between them"
    assert "not yours" in (await ana.tap(Tap.SEE_RECEIPT, order_id, 3))["text"]


async def test_a_shop_that_wants_too_much_leaves_four_remedies(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    assert "The shop wants more than agreed. S$6.00 is too much" in await ana.answer_to("6.00", photo=True)
    assert "at most S$5.20" in await ana.text()
    assert await ana.labels() == ["Ask Mei", "Ask an admin", "Can't do it", "🏠 Home"]
    assert "Nobody can be asked" in (await ana.press("Ask an admin"))["text"]
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], admin_chat=ADMIN_CHAT_ID)
    for _ in range(2):
        assert "was asked" in (await ana.press("Ask an admin"))["text"]
    (asked,) = await notifications_of(stack, order_id, "notification-limit-exceeded-admins")
    assert (asked["chat_id"], asked["args"]["wanted"], asked["args"]["limit"]) == (ADMIN_CHAT_ID, "S$6.00", "S$5.20")
    assert await stack.status(order_id) is OrderStatus.ACCEPTED
    await ana.write("5.20")
    row = await stack.order_row(order_id)
    assert (row["receipt"], row["receipt_photo"] is not None) == (520, True)
    assert "not open for that" in (await ana.tap(Tap.ASK_ADMIN, order_id, 600))["text"]


async def test_giving_the_order_back_removes_the_receipt_too(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.write("9.99", photo=True)
    await ana.press("Can't do it", "Yes, give it back")
    assert (await stack.order_row(order_id))["receipt_photo"] is None


async def test_five_wrong_pins_and_a_photo_move_no_money(stack: BotStack) -> None:
    """A runner claims, types the whole limit without a receipt, then five wrong PINs, and sends any photo."""
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], admin_chat=ADMIN_CHAT_ID)
    order_id, mei, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.write("5.20")
    assert "Please send a photo of the receipt" in await ana.text()
    for tap in (Tap.PICKED_UP, Tap.ARRIVED):
        await ana.tap(tap, order_id, 2)
    await _lock_pin(stack, ana, order_id)
    assert await ana.labels() == ["🏠 Home"]
    assert "Not yet" in (await ana.tap(Tap.LEAVE, order_id, 5))["text"]
    for _ in range(2):
        await ana.write("", photo=True)
    assert "Not yet" in await ana.text()
    await ana.write((await stack.order_row(order_id))["pin"])
    assert "none counts any more" in await ana.text()
    row = await stack.order_row(order_id)
    assert (row["status"], row["proof_photo"]) == ("ARRIVED", None)
    (told,) = await notifications_of(stack, order_id, "notification-pin-locked-customer", mei)
    assert [each["key"] for each in told["buttons"]] == ["button-ask-team"]
    (asked,) = await notifications_of(stack, order_id, "notification-pin-locked")
    assert [each["key"] for each in asked["buttons"]] == ["button-new-pin", "button-see-order"]


async def test_an_admin_gives_a_new_pin_which_only_the_customer_reads(stack: BotStack) -> None:
    """Each PIN has five attempts, and the admins are told of each that was used up."""
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], admin_chat=ADMIN_CHAT_ID)
    order_id, mei, ana = await arrived_order(stack)
    sam = await stack.add_admin("Sam")
    assert "out of date" in (await sam.tap(Tap.NEW_PIN, order_id))["text"]
    for used in (1, 2):
        await _lock_pin(stack, ana, order_id)
        assert len(await notifications_of(stack, order_id, "notification-pin-locked")) == used
        await sam.write(f"/order {order_id}")
        await sam.press("Give a new PIN")
        assert "has a new PIN" in await sam.text()
    pin = (await stack.order_row(order_id))["pin"]
    assert pin not in await sam.text()
    assert (await notifications_of(stack, order_id, "notification-pin-renewed", mei))[-1]["args"]["pin"] == pin
    for told in await notifications_of(stack, order_id, "notification-pin-renewed-runner", ana):
        assert "pin" not in told["args"]
    acts = await notifications_of(stack, order_id, "notification-admin-act")
    assert [act["args"]["act"] for act in acts] == ["renew_pin"] * 2
    assert "not yours" not in (await ana.text())
    await ana.write(pin)
    assert await stack.status(order_id) is OrderStatus.DELIVERED


async def test_whoever_has_a_part_in_the_order_gives_no_new_pin(stack: BotStack) -> None:
    order_id, mei, ana = await arrived_order(stack)
    await _lock_pin(stack, ana, order_id)
    for one in (mei, ana):
        await stack.update_rows(membership, membership.c.person_id == one.id, is_admin=True)
        await one.tap(Tap.NEW_PIN, order_id)
    assert (await stack.order_row(order_id))["pin_tries"] == 5


async def test_after_the_wait_a_photo_of_the_food_is_the_proof_also_with_a_locked_pin(stack: BotStack) -> None:
    order_id, mei, ana = await arrived_order(stack)
    await _lock_pin(stack, ana, order_id)
    await _fire_absent_timers(stack, order_id)
    await ana.tap(Tap.LEAVE, order_id, 5)
    assert "can't be taken back" in await ana.text()
    assert (await ana.labels())[0] == "Keep waiting"
    assert "A photo of the food" in await ana.answer_to("done, at room 1234")
    assert "is delivered" in await ana.answer_to("", photo=True)
    row = await stack.order_row(order_id)
    assert (row["status"], row["proof_photo"] is not None) == ("DELIVERED", True)
    (told,) = await notifications_of(stack, order_id, "notification-food-left", mei)
    assert (told["photo"], told["args"]["place"], told["silent"]) == (row["proof_photo"], "Library, door", False)
    assert (told["args"]["total"], [each["key"] for each in told["buttons"]]) == ("S$7.00", THUMBS)
    assert await notifications_of(stack, order_id, "notification-delivered") == []
    (moved,) = await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "delivered")
    assert moved["reason"] == "photo"
    await mei.tap(Tap.SEE_PHOTO, order_id, 6)
    assert [row["photo"] for row in await notifications_of(stack, order_id, "notification-proof", mei)] == [
        row["proof_photo"]
    ]
    assert "not open for that" in (await ana.tap(Tap.LEAVE, order_id, 5))["text"]


async def test_before_its_time_no_photo_delivers_anything(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    assert "Not yet" in (await ana.tap(Tap.LEAVE, order_id, 5))["text"]
    assert "the receipt is kept" in await ana.answer_to("", photo=True)
    assert "Not yet" in await ana.answer_to("", photo=True)
    row = await stack.order_row(order_id)
    assert (row["status"], row["proof_photo"]) == ("ARRIVED", None)
    await ana.write(row["pin"])
    assert await stack.status(order_id) is OrderStatus.DELIVERED


async def test_a_customer_waited_for_long_enough_gets_the_food_left_with_a_photo(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    await _fire_absent_timers(stack, order_id)
    await ana.write("", photo=True)
    assert await stack.status(order_id) is OrderStatus.ARRIVED, "nobody has said yet what the photo means"
    assert "can't be taken back" in await ana.text()
    await ana.write("", photo=True)
    row = await stack.order_row(order_id)
    assert (row["status"], row["proof_photo"] is not None) == ("DELIVERED", True)
    assert "needs a photo" in await ana.answer_to("", photo=True)


async def test_a_customer_who_comes_after_the_wait_tells_the_pin(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    await _fire_absent_timers(stack, order_id)
    await ana.tap(Tap.LEAVE, order_id, 5)
    assert "four digits" in await ana.screen_after("Keep waiting")
    await ana.tap(Tap.LEAVE, order_id, 5)
    await ana.write((await stack.order_row(order_id))["pin"])
    row = await stack.order_row(order_id)
    assert (row["status"], row["proof_photo"]) == ("DELIVERED", None)


async def test_of_pin_and_photo_at_once_one_delivers(stack: BotStack) -> None:
    order_id, mei, ana = await arrived_order(stack)
    await _fire_absent_timers(stack, order_id)
    pin = (await stack.order_row(order_id))["pin"]
    await ana.tap(Tap.LEAVE, order_id, 5)
    await asyncio.gather(ana.write(pin), ana.write("", photo=True))
    assert len(await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "delivered")) == 1
    told = [
        *await notifications_of(stack, order_id, "notification-delivered", mei),
        *await notifications_of(stack, order_id, "notification-food-left", mei),
    ]
    assert len(told) == 1


async def test_nobody_elses_photo_or_tap_leaves_the_food(stack: BotStack) -> None:
    order_id, mei, _ = await arrived_order(stack)
    await _fire_absent_timers(stack, order_id)
    ben = await stack.add_runner("Ben")
    for tap in (Tap.LEAVE, Tap.STAY, Tap.ASK_ADMIN):
        assert "not yours" in (await ben.tap(tap, order_id, 5))["text"]
    for one in (ben, mei):
        assert "needs a photo" in await one.answer_to("", photo=True)
    assert await stack.status(order_id) is OrderStatus.ARRIVED


async def test_the_absent_escalation_begins_at_the_drop_point_and_ends_with_the_delivery(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    assert await _escalation_timers(stack, order_id) == {"reminder": "set", "absent": "set"}
    await ana.write((await stack.order_row(order_id))["pin"])
    assert await _escalation_timers(stack, order_id) == {"reminder": "stopped", "absent": "stopped"}


async def test_a_picture_sent_as_a_file_is_asked_for_as_a_photo(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    message_id = await order_message_of(stack, ana, order_id)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    for reply_to in (None, message_id):
        document = {"file_id": "d", "file_unique_id": "d", "mime_type": "image/heic"}
        await post_update(stack, raw_message_update(ana, reply_to=reply_to, document=document, caption="4.50"))
        assert "send it as a photo" in await ana.text()
    assert await stack.status(order_id) is OrderStatus.ACCEPTED
    await ana.write("4.50")
    assert await stack.status(order_id) is OrderStatus.PLACED


async def _lock_pin(stack: BotStack, ana: BotUser, order_id: int) -> None:
    wrong = "0000" if (await stack.order_row(order_id))["pin"] != "0000" else "1111"
    for _ in range(5):
        await ana.write(wrong)
    assert "Five wrong PINs" in await ana.text()


async def _fire_absent_timers(stack: BotStack, order_id: int) -> None:
    """Play the worker's part of the absent-customer escalation."""
    await stack.update_rows(timer, timer.c.order_id == order_id, timer.c.kind == "absent", status="fired")


async def _escalation_timers(stack: BotStack, order_id: int) -> dict[str, str]:
    rows = await stack.rows(timer, timer.c.order_id == order_id, timer.c.kind.in_(("reminder", "absent")))
    return {row["kind"]: row["status"] for row in rows}
