"""What the sweeper asks the database: a backlog of due work makes the question no dearer."""

from domain.messaging.bot_troubles.repository import count_waiting_messages
from tests.workers.telegram.sender_stack import SenderStack
from workers.scheduling.due_work_repository import find_due_kinds, list_due_sends

BACKLOG, LIMIT = 2_000, 10
MAX_ROWS_READ = 2 * 3 * LIMIT  # what orders mostly have, and as much again
ADD_BACKLOG = (
    "INSERT INTO order_message (campus_id, order_id, kind, chat_id, due_at)"
    " SELECT campus_id, order_id + n, kind, chat_id + n, now() - interval '1 minute'"
    f" FROM order_message, generate_series(1, {BACKLOG}) AS n WHERE kind = 'customer'"
)
ADD_SENT = (
    "INSERT INTO notification (campus_id, name, chat_id, lane, key, args, buttons, status)"
    " SELECT campus_id, n::text, n, lane, key, args, buttons, 'sent'"
    f" FROM notification, generate_series(1, {BACKLOG}) AS n"
)
ROWS_READ = "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = '{table}'"


async def test_looking_for_due_sends_reads_no_more_of_a_backlog_than_it_starts(stack: SenderStack) -> None:
    await stack.add_order()
    await stack.execute_sql("ALTER TABLE order_message DISABLE TRIGGER ALL")
    await stack.execute_sql(ADD_BACKLOG)
    await stack.execute_sql("ANALYZE order_message")
    async with stack.context.database() as work:
        assert "outbox" in await find_due_kinds(work.connection)
        assert len((await list_due_sends(work.connection, LIMIT)).order_messages) == LIMIT
        read = (await work.connection.exec_driver_sql(ROWS_READ.format(table="order_message"))).scalar_one()
    assert read <= MAX_ROWS_READ


async def test_looking_for_due_sends_reads_nothing_of_what_was_sent(stack: SenderStack) -> None:
    await stack.add_notification("first")
    await stack.send_all_due()
    await stack.execute_sql(ADD_SENT)
    await stack.execute_sql("ANALYZE notification")
    async with stack.context.database() as work:
        assert "outbox" not in await find_due_kinds(work.connection)
        assert await count_waiting_messages(work, stack.campus_id) == 0
        read = (await work.connection.exec_driver_sql(ROWS_READ.format(table="notification"))).scalar_one()
    assert read <= MAX_ROWS_READ
