"""/held: pay that waits for an admin, as admins and the runner read it, and [Let it go]."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.admin.money.reviewed_order import BARS
from bot.conversation.choices import choice_of
from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus
from domain.messaging.buttons import Tap
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.tables import notification
from domain.orders.sagas.pay_delay import PayDelay
from domain.payouts.model import PayoutStatus
from domain.payouts.tables import payable
from domain.restrictions.tables import restriction
from domain.screening.review import ReviewedSide
from domain.screening.tables import review
from domain.screening.use_cases import bar_side
from domain.words import say
from tests.bot.admin.test_admin_refunds import paid_order
from tests.stack.bot_stack import BotStack, BotUser, button_labels
from tests.stack.concurrent_taps import count_outcomes
from tests.stack.delivered_order_setup import AdminChat, order_message_for


async def bar_runner(stack: BotStack, admin: BotUser, order_id: int, length: timedelta | None) -> None:
    """Bar the runner of a reviewed order, as the bot does it for one tap."""
    async with stack.work() as work:
        campus = await find_campus(work, stack.campuses["north"])
        member = await find_member(work, campus.id, admin.id)
        await bar_side(work, campus, member, order_id, ReviewedSide.RUNNER, length)
        await asyncio.sleep(0.1)  # the other admin taps before the end of this transaction


async def hold_for_review(stack: BotStack, order_id: int) -> None:
    """Let the pay for a paid order wait for an admin."""
    waits = {"held_for": PayDelay.REVIEW, "held_until": datetime.now(UTC)}
    await stack.update_rows(payable, payable.c.order_id == order_id, **waits)
    await stack.insert(review, campus_id=stack.campuses["north"], order_id=order_id, reason="too_fast")


async def test_what_waits_is_listed_with_its_reason_and_let_go_once(stack: BotStack) -> None:
    sam, (_, ana, order_id) = await stack.add_admin(), await paid_order(stack)
    await hold_for_review(stack, order_id)
    shown = await order_message_for(stack, OrderMessageKind.RUNNER, order_id, ana)
    assert "Your S$6.30 waits: the campus team looks at this job first." in shown.text
    assert f"S$6.30 of job #{order_id} waits: the campus team looks at this job first" in await ana.answer_to("/me")
    assert "Pay held until an admin lets it go: the steps came faster" in await sam.answer_to(f"/order {order_id}")
    listed = await sam.answer_to("/held")
    assert f"#{order_id}, S$6.30 for <i>Ana</i>" in listed or f"#{order_id}, S$6.30 for Ana" in listed
    assert "faster than anybody shops and walks" in listed
    assert f"#{order_id}," not in await sam.screen_after(f"Let #{order_id} go")
    assert "the held pay was let go" in await sam.answer_to(f"/order {order_id}")
    (decided,) = await stack.rows(review, review.c.order_id == order_id)
    assert decided["decided_by"] == sam.id
    assert "out of date" in (await sam.tap(Tap.LET_PAY_GO, order_id))["text"]


async def test_the_alert_says_that_the_pay_was_taken_back_and_changes_nothing(stack: BotStack) -> None:
    sam, (_, _, order_id) = await stack.add_admin(), await paid_order(stack)
    await hold_for_review(stack, order_id)
    await stack.update_rows(payable, payable.c.order_id == order_id, status=PayoutStatus.ANNULLED)
    await sam.write("/board")
    said = (await sam.tap(Tap.LET_PAY_GO, order_id))["text"]
    assert said == f"Nothing is left to let go for #{order_id}: a refund took this pay back from the runner."
    (row,) = await stack.rows(review, review.c.order_id == order_id)
    assert row["decided_at"] is None


async def test_an_admin_bars_one_side_from_the_alert_which_shows_by_whom(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    mei, ana, order_id = await paid_order(stack)
    await hold_for_review(stack, order_id)
    await admin_chat.write("/board")  # a message of the bot stands for the alert
    sam = admin_chat.sam
    await admin_chat.tap(Tap.BAR_SIDE, order_id)
    assert f"Whom do you want to bar because of #{order_id}?" in await admin_chat.text()
    labels = button_labels(await sam.last_message(admin_chat.chat))
    assert labels == ["Leave it as it is", "Mei, ordered", "Ana, brought it"]
    await admin_chat.tap(Tap.BAR_SIDE, order_id, 2)
    asked = await admin_chat.text()
    assert f"({ana.id}), who brought it, from ordering and delivering?" in asked
    assert await stack.rows(restriction, restriction.c.person_id == ana.id) == [], "nothing yet"
    await admin_chat.tap(Tap.BAR_SIDE_SURE, order_id, choice_of(BARS, (ReviewedSide.RUNNER, timedelta(days=7))))
    shown = await admin_chat.text()
    assert all(words in shown for words in ("Please look at", "is barred until", "by Sam."))
    (bar,) = await stack.rows(restriction, restriction.c.person_id == ana.id)
    assert (bar["kind"], bar["reason"], bar["status"], bar["decided_by"]) == ("bar", "money", "active", sam.id)
    assert bar["note"] == f"#{order_id}: too_fast"
    (told,) = await stack.rows(notification, notification.c.name == f"restriction:{bar['id']}:made")
    words = say("en", told["key"], **told["args"])
    assert "You can't order or take jobs until" in words
    assert "because of payments" in words
    assert "too_fast" not in words, "the reason is for admins alone"
    again = await admin_chat.tap(Tap.BAR_SIDE_SURE, order_id, choice_of(BARS, (ReviewedSide.RUNNER, None)))
    assert "barred already" in again["text"]
    await admin_chat.tap(Tap.LET_PAY_GO, order_id)
    assert "let the pay go." in await admin_chat.text()
    labels = button_labels(await sam.last_message(admin_chat.chat))
    assert labels == ["Refund", "Bar…", "Look at the order"]
    history = await sam.answer_to(f"/order {order_id}")
    assert "the runner was barred" in history
    assert "the held pay was let go" in history
    assert await stack.rows(restriction, restriction.c.person_id == mei.id) == []


async def test_two_admins_who_bar_a_side_at_once_bar_it_once(stack: BotStack) -> None:
    sam, tom, (_, ana, order_id) = await stack.add_admin(), await stack.add_admin("Tom"), await paid_order(stack)
    await hold_for_review(stack, order_id)
    taps = [bar_runner(stack, sam, order_id, timedelta(days=7)), bar_runner(stack, tom, order_id, None)]
    assert await count_outcomes(taps) == {"done": 1, "AlreadyBarred": 1}
    assert len(await stack.rows(restriction, restriction.c.person_id == ana.id)) == 1
