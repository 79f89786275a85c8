"""Order messages: one message per chat and order, edited in place, always showing the committed state."""

from domain.messaging.order_message import OrderMessageKind
from domain.messaging.tables import order_message
from domain.orders.order_message_requests import resend_order_message
from tests.workers.telegram.sender_stack import CLAIMED, GROUP, MEI, SenderStack


async def test_the_first_order_message_is_sent_and_its_number_is_kept(stack: SenderStack) -> None:
    order = await stack.shown_order()
    (text,) = await stack.chat_texts()
    assert text.startswith(f"🔎 #{order.id}: looking for a runner")
    message_row = await stack.order_message_row("customer")
    (message,) = [one for one in await stack.messages() if one["text"] == text]
    assert (message_row.message_id, message_row.sent_revision, message_row.due_at, message_row.tries) == (
        message["message_id"],
        message_row.requested_revision,
        None,
        0,
    )


async def test_a_change_edits_the_message_in_place(stack: SenderStack) -> None:
    order = await stack.shown_order()
    before = (await stack.order_message_row("customer")).message_id
    await stack.show_change(order, **CLAIMED)
    (text,) = await stack.chat_texts()
    assert text.startswith(f"🏃 #{order.id}: Ana is on it")
    assert (await stack.order_message_row("customer")).message_id == before
    assert (await stack.chat_texts(chat=GROUP, user=1002))[0].splitlines()[1].startswith("Taken by Ana")


async def test_five_changes_before_the_sender_comes_are_one_edit(stack: SenderStack) -> None:
    order = await stack.shown_order()
    for note in ("a", "b", "c", "d", "e"):
        await stack.change_order(order, note=note)
    await stack.send_all_due()
    assert len(await stack.calls("editMessageText", MEI)) == 1
    assert "📝 Note for the runner:\ne" in (await stack.chat_texts())[0]


async def test_an_order_message_that_would_look_the_same_costs_no_call(stack: SenderStack) -> None:
    order = await stack.shown_order()
    await stack.show_change(order)
    assert await stack.calls("editMessageText") == []
    message_row = await stack.order_message_row("customer")
    assert (message_row.sent_revision, message_row.due_at) == (message_row.requested_revision, None)


async def test_what_telegram_calls_not_modified_counts_as_sent(stack: SenderStack) -> None:
    order = await stack.shown_order()
    async with stack.context.database() as work:
        await work.connection.execute(order_message.update().values(sent_hash="what a lost answer leaves"))
    await stack.show_change(order)
    (edit,) = await stack.calls("editMessageText", MEI)
    assert edit["status"] == 400
    message_row = await stack.order_message_row("customer")
    assert (message_row.sent_revision, message_row.due_at, message_row.error) == (
        message_row.requested_revision,
        None,
        None,
    )


async def test_a_deleted_message_is_replaced_by_a_new_one(stack: SenderStack) -> None:
    order = await stack.shown_order()
    before = (await stack.order_message_row("group")).message_id
    await stack.forget_message(GROUP, before)
    await stack.show_change(order, **CLAIMED)
    (text,) = await stack.chat_texts(chat=GROUP, user=1002)
    assert "Taken by Ana" in text
    assert (await stack.order_message_row("group")).message_id not in (None, before)


async def test_an_order_message_with_unknown_outcome_is_sent_again(stack: SenderStack) -> None:
    await stack.inject_fault("lost_answer")
    await stack.add_order()
    await stack.send_all_due()
    await stack.make_due()
    await stack.send_all_due()
    assert len(await stack.chat_texts()) == 2
    newest = (await stack.messages())[-1]
    assert (await stack.order_message_row("customer")).message_id == newest["message_id"]


async def test_an_order_message_that_telegram_can_never_take_is_a_dead_letter_with_its_reason(
    stack: SenderStack,
) -> None:
    sentence = "Bad Request: can't parse entities: a mistake of ours"
    await stack.inject_fault("status", status=400, description=sentence)
    order = await stack.shown_order()
    message_row = await stack.order_message_row("customer")
    assert (message_row.due_at, message_row.error) == (None, "Can't parse entities: a mistake of ours")
    await stack.show_change(order, note="better")
    assert len(await stack.chat_texts()) == 1


async def test_one_failing_order_message_leaves_the_others_alone(stack: SenderStack) -> None:
    await stack.inject_fault("status", status=500)
    await stack.add_order()
    await stack.sweep_once()
    assert (await stack.order_message_row("customer")).error == "Internal Server Error"
    assert (await stack.order_message_row("group")).message_id is not None


async def test_an_order_message_that_is_shown_again_closes_the_older_ones(stack: SenderStack) -> None:
    order = await stack.shown_order()
    for _ in range(2):
        async with stack.context.database() as work:
            await resend_order_message(work, order, OrderMessageKind.CUSTOMER, MEI)
        await stack.send_all_due()
    *older, live = [one for one in await stack.messages(MEI) if one["from"]["is_bot"]]
    assert [(one["text"], one["buttons"]) for one in older] == [
        (f"📋 #{order.id} goes on below, in its newest message.", [])
    ] * 2
    assert live["buttons"]
    row = await stack.order_message_row("customer")
    assert (row.message_id, row.former, row.due_at) == (live["message_id"], [], None)


async def test_an_older_message_is_closed_after_telegram_was_away(stack: SenderStack) -> None:
    order = await stack.shown_order()
    await stack.inject_fault("status", MEI, method="editMessageText", status=500, times=2)
    async with stack.context.database() as work:
        await resend_order_message(work, order, OrderMessageKind.CUSTOMER, MEI)
    await stack.send_all_due()
    assert [bool(one["buttons"]) for one in await stack.messages(MEI) if one["from"]["is_bot"]] == [True, True]
    for _ in range(2):
        await stack.make_due()
        await stack.send_all_due()
    assert [bool(one["buttons"]) for one in await stack.messages(MEI) if one["from"]["is_bot"]] == [False, True]
