"""One photo proves one thing of one order: a receipt, food that was left, a problem. A forwarded one proves nothing."""

import pytest

from domain.messaging.buttons import Tap
from domain.orders.tables import timer
from domain.support.tables import problem_case
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.order_setup import arrived_order, claimed_order, post_update, raw_message_update

pytestmark = pytest.mark.drill

SENT_BEFORE, NOT_TAKEN = "This photo was sent before", "A forwarded photo proves nothing"
SECOND_HAND: dict[str, dict[str, Json]] = {
    "forwarded": {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Eve"}},
    "by another bot": {"via_bot": {"id": 9, "is_bot": True, "first_name": "pics"}},
}


async def leavable_order(stack: BotStack) -> tuple[int, BotUser, BotUser]:
    """An order whose runner has waited long enough, and was told what the next photo means."""
    order_id, mei, ana = await arrived_order(stack)
    await stack.update_rows(timer, timer.c.order_id == order_id, timer.c.kind == "absent", status="fired")
    await ana.tap(Tap.LEAVE, order_id, 5)
    return order_id, mei, ana


async def photo_of(stack: BotStack, order_id: int) -> str:
    """The file id of the receipt's photo of this order."""
    return str((await stack.order_row(order_id))["receipt_photo"])


async def test_a_receipt_is_the_receipt_of_one_order(stack: BotStack) -> None:
    first, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, first, 2)
    await ana.write("4.20", photo=True)
    used = await photo_of(stack, first)
    second, _, ben = await claimed_order(stack)
    await ben.tap(Tap.BOUGHT, second, 2)
    assert SENT_BEFORE in await ben.answer_to("4.20", photo=used)
    row = await stack.order_row(second)
    assert (row["status"], row["receipt_photo"]) == ("ACCEPTED", None), "the refused photo bought nothing"
    await ben.write("4.20", photo=True)
    assert (await stack.order_row(second))["status"] == "PLACED"
    assert "the receipt is kept" in await ana.answer_to("", photo=used), "of its own order it may be sent again"


async def test_food_that_was_left_needs_a_photo_that_proved_nothing_before(stack: BotStack) -> None:
    first, _, ana = await leavable_order(stack)
    await ana.write("", photo=True)
    used = (await stack.order_row(first))["proof_photo"]
    second, _, ben = await leavable_order(stack)
    assert SENT_BEFORE in await ben.answer_to("", photo=used)
    assert (await stack.order_row(second))["status"] == "ARRIVED"
    assert "is delivered" in await ben.answer_to("", photo=True)


async def test_the_photo_of_the_receipt_is_no_photo_of_the_food(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    await ana.write("", photo=True)
    used = await photo_of(stack, order_id)
    await stack.update_rows(timer, timer.c.order_id == order_id, timer.c.kind == "absent", status="fired")
    await ana.tap(Tap.LEAVE, order_id, 5)
    assert SENT_BEFORE in await ana.answer_to("", photo=used)
    assert (await stack.order_row(order_id))["status"] == "ARRIVED"


async def test_one_photo_tells_of_a_problem_of_one_order(stack: BotStack) -> None:
    used: bool | str = True
    for said in ("The campus team reads it", SENT_BEFORE):
        order_id, mei, _ = await claimed_order(stack)
        await mei.tap(Tap.PROBLEM, order_id, 2)
        assert said in await mei.answer_to("look", photo=used)
        used = (await mei.messages())[-2]["photo"]
    assert await stack.rows(problem_case, problem_case.c.order_id == order_id) == []
    assert "The campus team reads it" in await mei.answer_to("in words, then")


async def test_the_customer_reports_a_problem_with_the_photo_that_the_runner_left(stack: BotStack) -> None:
    order_id, mei, ana = await leavable_order(stack)
    await ana.write("", photo=True)
    proof = (await stack.order_row(order_id))["proof_photo"]
    await mei.tap(Tap.PROBLEM, order_id, 2)
    assert "The campus team reads it" in await mei.answer_to("this is not my door", photo=proof)


@pytest.mark.parametrize("how", sorted(SECOND_HAND))
async def test_a_photo_of_somebody_else_is_no_receipt_and_no_proof(stack: BotStack, how: str) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await send_second_hand(stack, ana, how)
    assert NOT_TAKEN in await ana.text()
    assert (await stack.order_row(order_id))["receipt_photo"] is None
    left, _, ben = await leavable_order(stack)
    await send_second_hand(stack, ben, how)
    assert NOT_TAKEN in await ben.text()
    assert (await stack.order_row(left))["status"] == "ARRIVED"
    assert "is delivered" in await ben.answer_to("", photo=True)


async def send_second_hand(stack: BotStack, one: BotUser, how: str) -> None:
    """Send a photo that somebody else took, without words."""
    photo = [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]
    await post_update(stack, raw_message_update(one, photo=photo, **SECOND_HAND[how]))
