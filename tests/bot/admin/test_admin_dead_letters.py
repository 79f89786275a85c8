"""Dead letters in the admin chat: listed without what people wrote, retried or dropped with a reason, once each."""

from itertools import count

import pytest
from sqlalchemy import select, update

from bot.transport.update_payload import describe_update
from domain.inbox.dead_letter import MAX_TRIES, DeadLetterKind, FailedItem
from domain.inbox.dead_letter_repository import add_dead_letter
from domain.inbox.repository import record_update_failure
from domain.inbox.tables import dead_letter, telegram_update
from domain.messaging.buttons import Tap
from domain.messaging.notification.model import Notification
from domain.messaging.outbox_repository import notify
from domain.messaging.tables import notification
from tests.stack.bot_stack import BotStack, BotUser, Json, wait_until
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.raw_updates import incoming_update, message_content
from workers.telegram.notification_sender import dispatch_notification

UPDATE_IDS = count(880_000_000)  # random updates and these alone may become dead letters


async def _insert_dead_update(stack: BotStack, one: BotUser, campus: str = "north") -> int:
    """Insert an update of this person that failed for the last time, and return the dead letter's number."""
    update_id, campus_id = next(UPDATE_IDS), stack.campuses[campus]
    update = incoming_update(campus_id, one.id, message_content(one.id, text="/help"), update_id)
    subject = f"{campus_id}:{update_id}"
    async with stack.work() as work:
        for _ in range(MAX_TRIES):
            await record_update_failure(work, update, "out of <paper>")
        unreadable = FailedItem(
            kind=DeadLetterKind.UPDATE,
            subject=subject,
            campus_id=campus_id,
            shown="/help",
            tries=5,
            error="out of <paper>",
        )
        await add_dead_letter(work, unreadable)
        await add_dead_letter(work, unreadable)
    (row,) = await stack.rows(dead_letter, dead_letter.c.subject == subject)
    return int(row["id"])


async def _dead_letter_row(stack: BotStack, number: int) -> Json:
    return await stack.row(dead_letter, dead_letter.c.id == number)


async def test_dead_letters_are_listed_and_tried_again_once(stack: BotStack) -> None:
    sam, mei = await stack.add_admin(), await stack.add_person()
    number, before = await _insert_dead_update(stack, mei), len(await mei.messages())
    await sam.write("/stuck")
    assert f"{number}: something written or tapped, order -" in await sam.screen_after("🅿️ Parked")
    assert "tries: 5" in await sam.text()
    assert "out of <paper>" in await sam.text()
    assert "trying again" in (await sam.press(f"Try {number} again"))["text"]
    row = await _dead_letter_row(stack, number)
    assert (row["outcome"], row["ended_by"]) == ("tried", sam.id)

    async def answered() -> bool:
        return len(await mei.messages()) > before

    await wait_until(answered)
    update_id = int(row["subject"].partition(":")[2])
    (kept,) = await stack.rows(telegram_update, telegram_update.c.update_id == update_id)
    assert (kept["dead_lettered"], kept["handled_at"] is None) == (False, False)
    for late in (Tap.RETRY_DEAD_LETTER, Tap.DROP_DEAD_LETTER):
        assert "out of date" in (await sam.tap(late, number))["text"]
    await sam.tap(Tap.DEAD_LETTERS, argument=1)
    await sam.press("◀ What is stuck")


async def test_a_dead_letter_is_dropped_only_with_a_reason(stack: BotStack) -> None:
    sam, number = await stack.add_admin(), await _insert_dead_update(stack, await stack.add_person())
    await sam.write("/parked")
    assert "It never has its effect" in await sam.screen_after(f"Drop {number}")
    await sam.press("◀ What is parked")
    await sam.write("not an answer any more")
    assert (await _dead_letter_row(stack, number))["ended_at"] is None
    await sam.tap(Tap.DROP_DEAD_LETTER, number)
    assert "at most 200" in await sam.answer_to("x" * 201)
    assert "is dropped" in await sam.answer_to("they wrote  again")
    row = await _dead_letter_row(stack, number)
    assert (row["outcome"], row["ended_by"], row["reason"]) == ("dropped", sam.id, "they wrote again")
    await sam.write(f"/drop {number} twice")
    assert (await _dead_letter_row(stack, number))["reason"] == "they wrote again"
    assert "/drop 3" in await sam.answer_to("/drop")


async def test_a_message_with_unknown_outcome_is_sent_again_once(stack: BotStack) -> None:
    sam, mei, order_id = await stack.add_admin(), *(await _customer_and_order(stack))
    async with stack.work() as work:
        words = Notification(
            campus_id=stack.campuses["north"], chat_id=mei.id, name=f"words:{order_id}", key="notification-relay"
        )
        await notify(work, words)
        (row,) = (
            await work.connection.execute(select(notification).where(notification.c.name == f"words:{order_id}"))
        ).mappings()
        await work.connection.execute(
            update(notification).where(notification.c.id == row["id"]).values(status="outcome_unknown", due_at=None)
        )
        unreadable = FailedItem(
            kind=DeadLetterKind.NOTIFICATION,
            subject=str(row["id"]),
            campus_id=stack.campuses["north"],
            order_id=order_id,
            shown="notification-relay",
            tries=1,
            error="no answer",
        )
        await add_dead_letter(work, unreadable)
    (kept,) = await stack.rows(
        dead_letter, dead_letter.c.subject == str(row["id"]), dead_letter.c.kind == DeadLetterKind.NOTIFICATION
    )
    assert f"{kept['id']}: a message that may not have arrived, order {order_id}" in await sam.answer_to("/parked")
    assert "If it did not arrive, nobody reads it" in await sam.screen_after(f"Drop {kept['id']}")
    await sam.press("◀ What is parked")
    assert "once more" in (await sam.press(f"Send {kept['id']} again"))["text"]
    assert "out of date" in (await sam.tap(Tap.RETRY_DEAD_LETTER, kept["id"]))["text"]
    (sent,) = await stack.rows(notification, notification.c.id == row["id"])
    assert (sent["status"], sent["tries"]) == ("due", 0)
    await stack.update_rows(notification, notification.c.id == row["id"], status="sent", due_at=None)


async def _customer_and_order(stack: BotStack) -> tuple[BotUser, int]:
    mei = await stack.add_customer()
    return mei, await mei.order_food()


async def test_the_admins_are_told_once_and_answer_in_their_chat(stack: BotStack, admin_chat: AdminChat) -> None:
    number = await _insert_dead_update(stack, await stack.add_person())
    (row,) = await stack.rows(notification, notification.c.name.like(f"parked:{number}:%"))
    await dispatch_notification(admin_chat.context, row["id"])
    alert = await admin_chat.sam.last_message(admin_chat.chat)
    assert f"Parked {number}: something written or tapped" in alert["text"]
    await admin_chat.sam.tap(Tap.DEAD_LETTERS, chat=admin_chat.chat, message_id=alert["message_id"])
    assert "out of <paper>" in await admin_chat.text()
    await admin_chat.tap(Tap.DROP_DEAD_LETTER, number, 1)
    assert f"It completes /drop {number}" in await admin_chat.text()
    await admin_chat.write(f"/drop {number} never mind")
    assert (await _dead_letter_row(stack, number))["outcome"] == "dropped"


async def test_a_dead_letter_of_another_campus_is_not_found_here(stack: BotStack, sam: BotUser) -> None:
    row = {"campus_id": stack.campuses["south"], "kind": "notification", "subject": "-1", "shown": "?", "tries": 5}
    number = await stack.insert(dead_letter, **row, error="no")
    await sam.write(f"/drop {number} mine")
    assert "out of date" in (await sam.tap(Tap.RETRY_DEAD_LETTER, number))["text"]
    assert (await _dead_letter_row(stack, number))["ended_at"] is None


@pytest.mark.parametrize(
    ("update", "seen"),
    [
        ({"message": {"text": "4817"}}, "message (4)"),
        ({"message": {"text": "/refund 12 all runner ill"}}, "/refund"),
        ({"message": {"photo": []}}, "message"),
        ({"callback_query": {"data": "v1:place:7:800"}}, "[place 7 800]"),
        ({"callback_query": {"data": "anything else"}}, "callback_query"),
    ],
)
def test_a_dead_letter_never_shows_what_a_person_wrote(update: Json, seen: str) -> None:
    assert describe_update({"update_id": 1, **update}) == seen
