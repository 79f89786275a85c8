"""Refunds by an admin: the amounts shown before money moves, what an admin may not do, and what others read."""

import pytest
from sqlalchemy import insert

from domain.campuses.tables import membership
from domain.database.actors import SYSTEM
from domain.messaging.buttons import Tap
from domain.messaging.order_message import OrderMessageKind
from domain.orders.repository import move_order
from domain.orders.states import OrderEvent
from domain.payments.tables import hold
from domain.payouts.tables import debt, payable
from domain.refunds.tables import dispute, refund
from domain.saga.tables import saga
from tests.cases import case
from tests.stack.bot_stack import NORTH, BotStack, BotUser
from tests.stack.delivered_order_setup import AdminChat, deliver_order, order_message_for

pytestmark = pytest.mark.drill


async def paid_order(stack: BotStack) -> tuple[BotUser, BotUser, int]:
    """Insert a customer, a runner and a paid order of 7.30, of which 6.30 are owed to the runner."""
    mei, ana, order_id = await deliver_order(stack)
    north = stack.campuses["north"]
    async with stack.work() as work:
        await move_order(work, SYSTEM, north, order_id, OrderEvent.COMPLETED)
        owed = {"campus_id": north, "order_id": order_id, "runner_id": ana.id, "amount": 630, "currency": "sgd"}
        await work.connection.execute(insert(payable).values(**owed, charge="ch_1"))
    await stack.update_rows(hold, hold.c.order_id == order_id, status="captured", captured=730)
    return mei, ana, order_id


async def refund_rows(stack: BotStack, order_id: int) -> list[tuple[int, int, str]]:
    """(amount, the runner's part, reason) of the order's refunds."""
    rows = await stack.rows(refund, refund.c.order_id == order_id)
    return [(row["amount"], row["runner_amount"], row["reason"]) for row in rows]


@case(32)
async def test_a_refund_is_shown_in_numbers_before_it_is_made_and_made_once(stack: BotStack) -> None:
    sam, (mei, ana, order_id) = await stack.add_admin(), await paid_order(stack)
    await sam.write(f"/order {order_id}")
    assert "Paid: S$7.30" in await sam.screen_after("Refund…")
    assert "has S$6.30" in await sam.text()
    assert (await sam.labels())[0] == "Leave it as it is"
    await sam.press("The runner bears it")
    assert "an amount and a reason" in await sam.answer_to("2.00")
    await sam.write("a lot because")
    assert await refund_rows(stack, order_id) == []
    said = await sam.answer_to("7.00 cold <soup>")
    assert "We bear S$0.70" in said
    assert "bears S$6.30" in said
    assert await refund_rows(stack, order_id) == []
    assert (await sam.labels())[0] == "Leave it as it is"
    shown = (await sam.last_message())["message_id"]
    assert "out of date" in (await sam.tap(Tap.REFUND_SURE, order_id, 701))["text"], "another amount was shown"
    assert "S$7.00 of order" in await sam.screen_after("Yes, refund S$7.00")
    assert await refund_rows(stack, order_id) == [(700, 630, "cold <soup>")]
    assert "out of date" in (await sam.tap(Tap.REFUND_SURE, order_id, 700, message_id=shown))["text"]
    assert len(await refund_rows(stack, order_id)) == 1
    assert "Refunded: <b>S$7.00</b>" in (await order_message_for(stack, OrderMessageKind.CUSTOMER, order_id, mei)).text
    runners = (await order_message_for(stack, OrderMessageKind.RUNNER, order_id, ana)).text
    assert "Nothing is left to send" in runners
    assert "S$6.30 of your pay went back" in runners


async def test_the_command_does_it_at_once_and_says_why_not(stack: BotStack) -> None:
    sam, (_, _, order_id) = await stack.add_admin(), await paid_order(stack)
    assert f"completes /refund {order_id} 2.00 platform" in await sam.answer_to(f"/refund {order_id} 2.00 platform")
    assert "At most S$7.30" in await sam.answer_to(f"/refund {order_id} 7.31 platform too much")
    assert "We bear S$2.00" in await sam.answer_to(f"/refund {order_id} 2.00 platform sauce  missing")
    await sam.write(f"/refund #{order_id} all Runner never came")
    assert await refund_rows(stack, order_id) == [(200, 0, "sauce missing"), (530, 530, "never came")]
    assert "nothing to give back" in await sam.answer_to(f"/refund {order_id} all platform again")


@pytest.mark.parametrize("part", ["customer", "runner", "nobody's admin"])
async def test_nobody_refunds_an_order_they_have_a_part_in(stack: BotStack, part: str) -> None:
    mei, ana, order_id = await paid_order(stack)
    one = {"customer": mei, "runner": ana}.get(part) or await stack.add_person("Ben")
    await stack.add_admin("Kim")
    refusal = "not yours" if part == "nobody's admin" else "Another admin has to do this"
    if part != "nobody's admin":
        await stack.update_rows(membership, membership.c.person_id == one.id, is_admin=True)
        await one.write(f"/order {order_id}")
        assert "Refund…" not in await one.labels()
    await one.write(f"/refund {order_id} all platform because")
    for tap in (Tap.REFUND, Tap.REFUND_BEARER, Tap.REFUND_SURE):
        assert refusal in (await one.tap(tap, order_id, 1))["text"] or tap is Tap.REFUND_SURE
    assert await refund_rows(stack, order_id) == []


async def test_a_debt_is_listed_until_an_admin_waives_it(stack: BotStack) -> None:
    sam, (_, ana, order_id) = await stack.add_admin(), await paid_order(stack)
    await sam.write(f"/refund {order_id} 1.00 platform because")
    (made,) = await stack.rows(refund, refund.c.order_id == order_id)
    async with stack.work() as work:
        row = {"campus_id": made["campus_id"], "order_id": order_id, "refund_id": made["id"], "runner_id": ana.id}
        await work.connection.execute(insert(debt).values(**row, amount=100, currency="sgd", refusal="empty"))
    assert f"owes S$1.00 for order {order_id} (empty)" in await sam.answer_to("/stuck")
    await sam.press(f"Let #{order_id} go")
    assert (await sam.labels())[0] == "Leave it as it is"
    assert "is let go" in await sam.screen_after("Yes, let it go")
    (owed,) = await stack.rows(debt, debt.c.order_id == order_id)
    assert owed["status"] == "waived"
    assert "out of date" in (await sam.tap(Tap.WAIVE_RUNNER_DEBT_SURE, owed["id"], 1))["text"]
    assert f"for order {order_id} (" not in await sam.answer_to("/stuck")


async def test_the_evidence_is_read_before_the_bank_gets_it_once(stack: BotStack) -> None:
    sam, (_, _, order_id) = await stack.add_admin(), await paid_order(stack)
    about = {"campus_id": stack.campuses["north"], "order_id": order_id, "currency": "sgd"}
    opened = {"dispute": f"dp_{order_id}", "amount": 730, "reason": "fraudulent"}
    async with stack.work() as work:
        await work.connection.execute(insert(dispute).values(**about, **opened))
    await sam.tap(Tap.ANSWER_DISPUTE, order_id)
    assert "a four-digit PIN. It was shown to the customer alone" in await sam.text()
    assert await sam.labels() == ["Leave it as it is", "Send it to the bank"]
    assert "is on its way to the bank" in await sam.screen_after("Send it to the bank")
    answers = await stack.rows(saga, (saga.c.order_id == order_id) & (saga.c.kind == "answer_dispute"))
    assert [row["person_id"] for row in answers] == [sam.id]
    assert "out of date" in (await sam.tap(Tap.ANSWER_DISPUTE_SURE, order_id))["text"]


@pytest.mark.parametrize("answer", ["2.00 the sauce was missing", None])
async def test_the_admin_chat_asks_who_bears_it_how_much_and_why(
    stack: BotStack, admin_chat: AdminChat, answer: str | None
) -> None:
    _, _, order_id = await paid_order(stack)
    await admin_chat.write(f"/order {order_id}")
    await admin_chat.tap(Tap.REFUND, order_id)
    assert "Who bears the refund?" in await admin_chat.text()
    await admin_chat.tap(Tap.REFUND_BEARER, order_id, 2)
    question = await admin_chat.sam.last_message(admin_chat.chat)
    assert question["text"].endswith(f"completes /refund {order_id} runner")
    if answer is None:
        await admin_chat.tap(Tap.REFUND_BEARER, order_id, 4)
        assert (await admin_chat.text()).endswith(f"completes /refund {order_id} all runner")
        ready = [each for row in (await admin_chat.sam.last_message(admin_chat.chat))["buttons"] for each in row]
        (cold,) = [each["data"] for each in ready if each["text"] == "The food was cold"]
        await admin_chat.sam.forge_tap(cold, chat=admin_chat.chat)
        assert await refund_rows(stack, order_id) == [(730, 630, "The food was cold")]
        return
    for wrong in ("sauce", "much of it", "9.00 too much"):
        await admin_chat.write(wrong, reply_to=question["message_id"])
        assert await refund_rows(stack, order_id) == [], wrong
    await admin_chat.write(answer, reply_to=question["message_id"])
    assert await refund_rows(stack, order_id) == [(200, 200, "the sauce was missing")]


async def ask_amount(admin_chat: AdminChat, order_id: int) -> tuple[int, int]:
    """Ask in the admin chat how much of an order goes back, at our expense: the messages that ask who, and how much."""
    await admin_chat.write(f"/order {order_id}")
    await admin_chat.tap(Tap.REFUND, order_id)
    who = (await admin_chat.sam.last_message(admin_chat.chat))["message_id"]
    await admin_chat.tap(Tap.REFUND_BEARER, order_id, 1)
    return who, (await admin_chat.sam.last_message(admin_chat.chat))["message_id"]


@pytest.mark.parametrize("tapped", ["all of it", "the other bearer"])
async def test_a_tap_of_another_admin_changes_nothing_of_what_a_reply_means(
    stack: BotStack, admin_chat: AdminChat, tapped: str
) -> None:
    _, _, order_id = await paid_order(stack)
    tom, sam, chat = await stack.add_admin("Tom"), admin_chat.sam, admin_chat.chat
    await stack.control_telegram("groups", id=chat, title="Desk", members=[sam.id, tom.id], bots=[NORTH[2]])
    who, how_much = await ask_amount(admin_chat, order_id)
    if tapped == "all of it":
        await tom.tap(Tap.REFUND_BEARER, order_id, 3, message_id=how_much, chat=chat)
        assert (await admin_chat.text()).endswith(f"completes /refund {order_id} all platform")
    else:
        for message in (who, how_much):
            answer = await tom.tap(Tap.REFUND_BEARER, order_id, 2, message_id=message, chat=chat)
            assert "out of date" in answer["text"]
    await sam.write("2.00 the sauce was missing", chat, reply_to=how_much)
    assert await refund_rows(stack, order_id) == [(200, 0, "the sauce was missing")]
    answer = await tom.tap(Tap.REFUND_BEARER, order_id, 3, message_id=how_much, chat=chat)
    assert "out of date" in answer["text"], "the question is settled"


@pytest.mark.parametrize("reason", ["2.00 the sauce was missing", "S$ 2.00 sauce", "2 sauces"])
async def test_all_of_it_with_an_amount_behind_it_is_asked_back(
    stack: BotStack, admin_chat: AdminChat, reason: str
) -> None:
    _, _, order_id = await paid_order(stack)
    assert "All of it, or S$2.00?" in await admin_chat.answer_to(f"/refund {order_id} all platform {reason}")
    assert await refund_rows(stack, order_id) == []
    await admin_chat.write(f"/refund {order_id} all platform it had 2 hairs")
    assert await refund_rows(stack, order_id) == [(730, 0, "it had 2 hairs")]


async def test_what_is_no_amount_is_said_before_the_reason_is_asked_for(stack: BotStack) -> None:
    sam, (_, _, order_id) = await stack.add_admin(), await paid_order(stack)
    assert "I did not understand that" in await sam.answer_to(f"/refund {order_id} sauce platform")
