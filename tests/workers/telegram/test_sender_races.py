"""Several workers and a changing order: no order message is sent twice at once, and the last state wins."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from tests.cases import case
from tests.workers.telegram.sender_stack import ANA, CLAIMED, GROUP, SenderStack
from workers.telegram.order_message_sender import sync_order_message, sync_order_messages_of

pytestmark = pytest.mark.drill

REFUSE = "ALTER TABLE order_message ADD CONSTRAINT refused CHECK (kind <> 'customer' OR message_id IS NULL)"
ADMIT = "ALTER TABLE order_message DROP CONSTRAINT refused"
SUPERGROUP = -100_999_888
# A lease returns the former chat of the group, and the reading after it finds the new one.
MIGRATE_AFTER_LEASE = f"""
CREATE FUNCTION migrate_group() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() = 1 THEN UPDATE order_message SET chat_id = {SUPERGROUP} WHERE chat_id = {GROUP}; END IF;
  RETURN NULL;
END $$
"""
ON_LEASE = "CREATE TRIGGER migrate_group AFTER UPDATE OF fence ON order_message EXECUTE FUNCTION migrate_group()"
FORGET_MIGRATION = "DROP FUNCTION IF EXISTS migrate_group CASCADE"


async def test_many_workers_send_a_new_order_message_once(stack: SenderStack) -> None:
    await stack.add_order()
    message_row = await stack.order_message_row("customer")
    await asyncio.gather(*(sync_order_message(stack.context, message_row.id) for _ in range(5)))
    assert len(await stack.calls("sendMessage")) == 1


async def test_a_change_during_the_first_sending_becomes_an_edit_not_a_second_message(stack: SenderStack) -> None:
    await stack.inject_fault("hang", seconds=0.5)
    order = await stack.add_order()
    message_row = await stack.order_message_row("customer")
    sending = asyncio.create_task(sync_order_message(stack.context, message_row.id))
    await stack.wait_until_in_flight("sendMessage")
    await stack.change_order(order, **CLAIMED)
    await sync_order_message(stack.context, message_row.id)
    await sending
    await stack.send_all_due()
    (text,) = await stack.chat_texts()
    assert "Ana is on it" in text


@case(5)
async def test_a_worker_killed_while_sending_leaves_the_message_to_the_next(stack: SenderStack) -> None:
    await stack.inject_fault("hang", seconds=2)
    await stack.add_order()
    message_row = await stack.order_message_row("customer")
    sending = asyncio.create_task(sync_order_message(stack.context, message_row.id))
    await stack.wait_until_in_flight("sendMessage")
    sending.cancel()
    await asyncio.wait([sending])
    assert (await stack.order_message_row("customer")).due_at is not None
    await stack.make_due()
    await stack.send_all_due()
    assert (await stack.order_message_row("customer")).message_id is not None


async def test_a_group_that_moves_between_lease_and_reading_gives_the_customer_no_second_message(
    stack: SenderStack,
) -> None:
    order = await stack.add_order()
    await stack.execute_sql(MIGRATE_AFTER_LEASE)
    try:
        await stack.execute_sql(ON_LEASE)
        await sync_order_messages_of(stack.context, order.id)
    finally:
        await stack.execute_sql(FORGET_MIGRATION)
    await stack.make_due()
    await stack.send_all_due()
    assert len(await stack.chat_texts()) == 1


@pytest.mark.parametrize("slow_seconds", [0, 1])
async def test_one_that_cannot_be_recorded_keeps_no_other_of_its_order_from_it(
    stack: SenderStack, slow_seconds: int
) -> None:
    order = await stack.add_order()
    if slow_seconds:
        await stack.inject_fault("late_answer", GROUP, seconds=slow_seconds)
    await stack.execute_sql(REFUSE)
    try:
        with pytest.raises(IntegrityError):
            await sync_order_messages_of(stack.context, order.id)
    finally:
        await stack.execute_sql(ADMIT)
    assert (await stack.order_message_row("group")).message_id is not None
    await stack.make_due()
    await stack.send_all_due()
    assert (await stack.order_message_row("customer")).message_id is not None
    assert len(await stack.chat_texts(ANA, GROUP)) == 1
