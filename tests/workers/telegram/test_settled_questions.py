"""A settled question says what was decided, when and by whom, and has no buttons any more."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text

from domain.campuses.repository import find_campus
from domain.database.actors import SYSTEM, Actor, Role
from domain.database.event_log_repository import log_event
from domain.messaging.notification.model import Notification, NotificationButton
from domain.messaging.outbox_repository import notify
from domain.messaging.tables import question
from domain.orders.notifications.customer import food_left, order_unclaimed
from domain.orders.states import Order
from tests.stack.bot_stack import Json
from tests.workers.telegram.sender_stack import ANA, GROUP, MEI, SenderStack, line
from workers.telegram.closing.questions import MAX_TRIES


async def log(
    stack: SenderStack, order: Order | None, subject: str, subject_id: object, happened: str, actor: Actor
) -> None:
    async with stack.context.database() as work:
        await log_event(
            work,
            actor,
            campus_id=stack.campus_id,
            order_id=None if order is None else order.id,
            subject=subject,
            subject_id=subject_id,
            happened=happened,
        )


async def tell(stack: SenderStack, message: Notification) -> None:
    async with stack.context.database() as work:
        await notify(work, message)


async def ask_whether_to_wait(stack: SenderStack) -> Order:
    """Send the nudge of an order that nobody claims."""
    order = await stack.shown_order()
    async with stack.context.database() as work:
        await notify(work, order_unclaimed(order, await find_campus(work, stack.campus_id)))
    await stack.send_all_due()
    return order


async def newest(stack: SenderStack, user: int = MEI, chat: int | None = None) -> Json:
    return (await stack.messages(user, chat))[-1]


async def open_questions(stack: SenderStack) -> list[Any]:
    async with stack.context.database() as work:
        query = select(question.c.key).where(question.c.event.is_(None)).order_by(question.c.id)
        return list((await work.connection.execute(query)).scalars())


async def test_a_question_that_somebody_else_answered_says_who_and_when(stack: SenderStack) -> None:
    order = await ask_whether_to_wait(stack)
    asked = await newest(stack)
    assert asked["buttons"]
    await log(stack, order, "order", order.id, "claimed", Actor(role=Role.RUNNER, person_id=ANA))
    await stack.send_all_due()
    settled = await newest(stack)
    assert settled["message_id"] == asked["message_id"]
    assert settled["buttons"] == []
    assert settled["text"].startswith(asked["text"])
    assert settled["text"].splitlines()[-1].startswith("✔️ ")
    assert settled["text"].endswith("A runner took it · Ana")


async def test_a_question_that_expired_says_so_without_a_name(stack: SenderStack) -> None:
    order = await ask_whether_to_wait(stack)
    await log(stack, order, "order", order.id, "expired", SYSTEM)
    await stack.send_all_due()
    assert (await newest(stack))["text"].endswith("Nobody took the order in time")


async def test_a_customer_reads_of_the_team_and_not_of_an_admin(stack: SenderStack) -> None:
    order = await ask_whether_to_wait(stack)
    await log(stack, order, "order", order.id, "cancelled_by_admin", Actor(role=Role.ADMIN, person_id=ANA))
    await stack.send_all_due()
    assert (await newest(stack))["text"].endswith("The order was cancelled · the campus team")


async def test_what_happens_to_another_order_settles_nothing(stack: SenderStack) -> None:
    order = await ask_whether_to_wait(stack)
    await log(stack, replace(order, id=order.id + 1), "order", order.id + 1, "claimed", SYSTEM)
    await log(stack, order, "order", order.id, "published", SYSTEM)
    await stack.send_all_due()
    assert (await newest(stack))["buttons"]
    assert await open_questions(stack) == ["notification-nudge"]


async def test_a_caption_is_edited_as_such(stack: SenderStack) -> None:
    order = await stack.shown_order()
    photo = await stack.upload_photo()
    await tell(stack, food_left(order, photo))
    await stack.send_all_due()
    await log(stack, order, "rating", order.id, "good", Actor(role=Role.CUSTOMER, person_id=MEI))
    await stack.send_all_due()
    settled = await newest(stack)
    assert settled["buttons"] == []
    assert settled["text"].endswith("Rated: 👍 · Mei")


async def test_a_case_in_the_admin_chat_is_settled_for_all_who_read_it(stack: SenderStack) -> None:
    await stack.shown_order()
    await tell(stack, line(stack.campus_id, "where is it?", GROUP))
    await stack.send_all_due()
    await log(stack, None, "case", 4, "closed", Actor(role=Role.ADMIN, person_id=ANA))
    await stack.send_all_due()
    assert (await newest(stack, ANA, GROUP))["buttons"], "it is another case"
    await log(stack, None, "case", 3, "closed", Actor(role=Role.ADMIN, person_id=ANA))
    await stack.send_all_due()
    settled = await newest(stack, ANA, GROUP)
    assert (settled["buttons"], settled["text"].endswith("The case is closed · Ana")) == ([], True)


async def test_a_newer_question_about_the_same_takes_the_place_of_the_older_one(stack: SenderStack) -> None:
    await stack.shown_order()
    for words in ("where is it?", "hello?"):
        await tell(stack, line(stack.campus_id, words, GROUP))
        await stack.send_all_due()
    older, newer = (await stack.messages(ANA, GROUP))[-2:]
    assert older["buttons"] == []
    assert older["text"].endswith("⬇️ Asked again below.")
    assert newer["buttons"]


async def test_a_message_with_an_open_question_keeps_its_buttons(stack: SenderStack) -> None:
    await stack.shown_order()
    for words in ("where is it?", "hello?"):  # they wait together, and leave as one message
        await tell(stack, line(stack.campus_id, words, GROUP))
    await stack.send_all_due()
    bundle = await newest(stack, ANA, GROUP)
    assert bundle["buttons"]
    await log(stack, None, "case", 3, "closed", Actor(role=Role.ADMIN, person_id=ANA))
    await stack.send_all_due()
    settled = await newest(stack, ANA, GROUP)
    assert (settled["message_id"], settled["buttons"]) == (bundle["message_id"], [])
    assert settled["text"].startswith(bundle["text"]), "all that was said in it is still there"


async def test_a_question_that_is_settled_before_it_is_sent_says_so_afterwards(stack: SenderStack) -> None:
    order = await stack.shown_order()
    async with stack.context.database() as work:
        await notify(work, order_unclaimed(order, await find_campus(work, stack.campus_id)))
    await log(stack, order, "order", order.id, "claimed", SYSTEM)
    await stack.send_all_due()
    await make_questions_due(stack)
    assert (await newest(stack))["buttons"] == []


async def test_what_telegram_did_not_take_is_said_later(stack: SenderStack) -> None:
    order = await ask_whether_to_wait(stack)
    await stack.inject_fault("status", MEI, method="editMessageText", status=500)
    await log(stack, order, "order", order.id, "claimed", SYSTEM)
    await stack.send_all_due()
    assert (await newest(stack))["buttons"]
    await make_questions_due(stack)
    assert (await newest(stack))["buttons"] == []


async def test_waiting_for_a_full_chat_is_no_try(stack: SenderStack) -> None:
    order = await ask_whether_to_wait(stack)
    await stack.context.rate_limiter.pause_chat(stack.campus_id, MEI, 60)
    await log(stack, order, "order", order.id, "claimed", SYSTEM)
    for _ in range(MAX_TRIES + 1):
        await make_questions_due(stack)
    assert (await newest(stack))["buttons"]
    await stack.end_pause()
    await make_questions_due(stack)
    assert (await newest(stack))["buttons"] == []


async def test_an_edit_that_is_given_up_is_logged(stack: SenderStack, caplog: pytest.LogCaptureFixture) -> None:
    order = await ask_whether_to_wait(stack)
    await stack.inject_fault("status", MEI, method="editMessageText", status=500)
    await log(stack, order, "order", order.id, "claimed", SYSTEM)
    async with stack.context.database() as work:
        await work.connection.execute(text("UPDATE question SET tries = :tries"), {"tries": MAX_TRIES - 1})
    await stack.send_all_due()
    await make_questions_due(stack)
    assert (await newest(stack))["buttons"]
    assert "question_not_closed" in caplog.text


async def test_a_question_of_a_newer_release_is_settled_by_a_worker_that_has_its_sentence(stack: SenderStack) -> None:
    order = await ask_whether_to_wait(stack)
    await stack.execute_sql("UPDATE notification SET key = 'push-of-a-newer-release'")
    await log(stack, order, "order", order.id, "claimed", SYSTEM)
    await make_questions_due(stack)
    assert (await newest(stack))["buttons"]
    await stack.execute_sql("UPDATE notification SET key = 'notification-nudge'")
    await make_questions_due(stack)
    assert (await newest(stack))["buttons"] == []


async def make_questions_due(stack: SenderStack) -> None:
    async with stack.context.database() as work:
        await work.connection.execute(text("UPDATE question SET due_at = now() WHERE due_at IS NOT NULL"))
    await stack.send_all_due()


async def test_a_notification_without_a_button_is_no_question(stack: SenderStack) -> None:
    order = await stack.shown_order()
    plain = Notification(
        campus_id=stack.campus_id,
        chat_id=MEI,
        name="plain",
        key="notification-nudge",
        order_id=order.id,
        args={"order": order.id, "step": "S$1.00"},
    )
    await tell(stack, plain)
    await tell(
        stack,
        replace(plain, name="asks", buttons=[NotificationButton(label="button-wait", data=f"v1:wait:{order.id}:1")]),
    )
    assert len(await open_questions(stack)) == 1
