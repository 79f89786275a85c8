"""Messages with unknown outcome: never sent twice by themselves, and their content still reaches the reader."""

import asyncio

import pytest
from sqlalchemy import text

from tests.workers.telegram.sender_stack import ANA, CLAIMED, GROUP, MEI, SenderStack
from workers.telegram.order_message_sender import sync_order_message

pytestmark = pytest.mark.drill

UNKNOWN_OUTCOME_ERROR = "a message that may not have arrived"


async def abandon_send(stack: SenderStack, number: int) -> None:
    """Leave this message as a worker does that died while sending it."""
    statement = "UPDATE notification SET status = 'sending', due_at = now() - interval '1 second' WHERE id = :id"
    await stack.execute_sql(statement, id=number)


async def test_the_order_message_is_sent_again_with_sound_when_its_notification_has_unknown_outcome(
    stack: SenderStack,
) -> None:
    order = await stack.shown_order()
    before, others = await stack.order_message_row("customer"), await stack.order_message_row("group")
    await stack.change_order(order, **CLAIMED)
    number = await stack.notify_about_order(order, "notification-claimed", runner="Ana")
    await stack.inject_fault("lost_answer")
    await stack.send_all_due()
    after = await stack.order_message_row("customer")
    assert (await stack.notification_row(number)).status == "outcome_unknown"
    assert after.message_id > before.message_id
    assert "Ana is on it" in (await stack.chat_texts())[-1]
    silent = [each["silent"] for each in await stack.messages()]
    assert silent[-1] is False
    assert (await stack.order_message_row("group")).message_id == others.message_id
    assert await stack.dead_letters() == []


async def test_an_order_message_in_place_of_a_silent_notification_makes_no_sound(stack: SenderStack) -> None:
    order = await stack.shown_order()
    number = await stack.notify_about_order(order, "notification-nudge")
    await stack.execute_sql("UPDATE notification SET silent = true")
    await stack.inject_fault("lost_answer")
    await stack.send_all_due()
    assert (await stack.notification_row(number)).status == "outcome_unknown"
    assert [each["silent"] for each in await stack.messages()][-1] is True


async def test_an_order_message_that_is_being_edited_is_sent_again_too(stack: SenderStack) -> None:
    order = await stack.shown_order()
    before = await stack.order_message_row("customer")
    await stack.inject_fault("hang", method="editMessageText", seconds=0.3)
    await stack.change_order(order, **CLAIMED)
    editing = asyncio.create_task(sync_order_message(stack.context, before.id))
    await stack.wait_until_in_flight("editMessageText")
    await abandon_send(stack, await stack.notify_about_order(order, "notification-claimed", runner="Ana"))
    await stack.sweep_once()
    await editing
    await stack.send_all_due()
    assert (await stack.order_message_row("customer")).message_id > before.message_id


@pytest.mark.parametrize("chat", [ANA, GROUP])
async def test_a_notification_without_an_order_message_in_its_chat_is_a_dead_letter_and_sent_once_more(
    stack: SenderStack, chat: int
) -> None:
    order = await stack.shown_order()
    number = await stack.notify_about_order(order, "notification-payout-late", chat, amount="S$6.00")
    await stack.inject_fault("lost_answer", chat)
    await stack.send_all_due()
    (found,) = await stack.dead_letters()
    assert (found.subject, found.outcome_unknown, found.order_id, found.tries) == (str(number), True, order.id, 1)
    assert len(await stack.calls("sendMessage", chat)) == (1 if chat == ANA else 2), (
        "the group has an order message, too"
    )
    await stack.requeue(found)
    await stack.send_all_due()
    await stack.make_due()
    await stack.send_all_due()
    assert (await stack.notification_row(number)).status == "sent"
    assert len([each for each in await stack.calls("sendMessage", chat) if "longer" in each["params"]["text"]]) == 2


async def test_a_notification_whose_text_no_order_message_carries_is_a_dead_letter(stack: SenderStack) -> None:
    order = await stack.shown_order()
    before = await stack.order_message_row("customer")
    number = await stack.notify_about_order(order, "notification-team-writes", words="come down please")
    await stack.inject_fault("lost_answer")
    await stack.send_all_due()
    assert [each.subject for each in await stack.dead_letters()] == [str(number)]
    assert (await stack.order_message_row("customer")).message_id == before.message_id


@pytest.mark.parametrize(("reader", "writer", "name"), [(MEI, ANA, "Mei"), (ANA, MEI, "Ana")])
async def test_the_writer_of_a_message_with_unknown_outcome_is_told(
    stack: SenderStack, reader: int, writer: int, name: str
) -> None:
    order = await stack.shown_order()
    await stack.show_change(order, **CLAIMED)
    number = await stack.notify_about_order(
        order, "notification-relay", reader, name="the other", text="in a blue jacket"
    )
    await stack.inject_fault("lost_answer", reader)
    await stack.send_all_due()
    assert (await stack.notification_row(number)).status == "outcome_unknown"
    assert f"may not have reached {name}" in (await stack.chat_texts(writer))[-1]
    assert len([each for each in await stack.calls("sendMessage", reader) if "jacket" in each["params"]["text"]]) == 1
    assert await stack.dead_letters() == []


async def test_a_message_with_unknown_outcome_whose_writer_left_is_a_dead_letter(stack: SenderStack) -> None:
    order = await stack.shown_order()
    await stack.notify_about_order(order, "notification-relay", name="Ana", text="in a blue jacket")
    await stack.inject_fault("lost_answer")
    await stack.send_all_due()
    (found,) = await stack.dead_letters()
    assert "jacket" not in found.shown, "a dead letter does not show what its reader would read"


async def test_of_many_workers_one_takes_over_what_a_dead_one_left(stack: SenderStack) -> None:
    order = await stack.shown_order()
    await stack.change_order(order, **CLAIMED)
    said, unsaid = (
        await stack.notify_about_order(order, "notification-claimed", runner="Ana"),
        await stack.add_notification("waits", ANA),
    )
    for each in (said, unsaid):
        await abandon_send(stack, each)
    await asyncio.gather(*(stack.sweep_once() for _ in range(5)))
    await stack.send_all_due()
    assert [(await stack.notification_row(one)).status for one in (said, unsaid)] == [
        "outcome_unknown",
        "outcome_unknown",
    ]
    assert len(await stack.calls("sendMessage", MEI)) == 2, "the order message, and the order message sent again"
    async with stack.context.database() as work:
        rows = (await work.connection.execute(text("SELECT subject, times FROM dead_letter"))).all()
    assert [tuple(row) for row in rows] == [(str(unsaid), 1)]


async def test_a_message_that_arrives_late_is_a_dead_letter_no_more(stack: SenderStack) -> None:
    number = await stack.add_notification("slow")
    sending = await stack.halt_sender(number)
    await abandon_send(stack, number)
    await stack.sweep_once()
    assert [each.outcome_unknown for each in await stack.dead_letters()] == [True]
    await sending.wake()
    assert ((await stack.notification_row(number)).status, await stack.dead_letters()) == ("sent", [])


async def test_the_admins_read_what_is_true_of_a_message_with_unknown_outcome(stack: SenderStack) -> None:
    await stack.execute_sql("UPDATE campus SET admin_chat = :chat", chat=GROUP)
    await stack.inject_fault("lost_answer")
    await stack.add_notification("perhaps")
    await stack.send_all_due()
    (told,) = await stack.chat_texts(ANA, GROUP)
    assert UNKNOWN_OUTCOME_ERROR in told
    assert "failed" not in told


async def test_an_alert_with_unknown_outcome_is_a_dead_letter_without_another_alert(stack: SenderStack) -> None:
    await stack.execute_sql("UPDATE campus SET admin_chat = :chat", chat=GROUP)
    await stack.inject_fault("lost_answer")
    await stack.inject_fault("lost_answer", GROUP, times=9)
    await stack.add_notification("perhaps")
    await stack.send_all_due()
    assert [each.shown.split()[0] for each in await stack.dead_letters()] == [
        "notification-payout-waits",
        "notification-dead-letter",
    ]
    assert len(await stack.calls("sendMessage", GROUP)) == 1
