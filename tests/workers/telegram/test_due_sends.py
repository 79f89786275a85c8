"""What the sweeper asks the database: a backlog of due work makes the question no dearer."""

from tests.workers.telegram.sender_stack import SenderStack
from workers.scheduling.due_work_repository import find_due_kinds, list_due_sends

BACKLOG, LIMIT = 2_000, 10
MAX_ROWS_READ = 2 * 3 * LIMIT  # what orders mostly have, and as much again
ADD_BACKLOG = (
    "INSERT INTO order_message (campus_id, order_id, kind, chat_id, due_at)"
    " SELECT campus_id, order_id + n, kind, chat_id + n, now() - interval '1 minute'"
    f" FROM order_message, generate_series(1, {BACKLOG}) AS n WHERE kind = 'customer'"
)
ROWS_READ = (
    "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'order_message'"
)


async def test_looking_for_due_sends_reads_no_more_of_a_backlog_than_it_starts(stack: SenderStack) -> None:
    await stack.add_order()
    await stack.execute_sql("ALTER TABLE order_message DISABLE TRIGGER ALL")
    await stack.execute_sql(ADD_BACKLOG)
    await stack.execute_sql("ANALYZE order_message")
    async with stack.context.database() as work:
        assert "outbox" in await find_due_kinds(work.connection)
        assert len((await list_due_sends(work.connection, LIMIT)).order_messages) == LIMIT
        read = (await work.connection.exec_driver_sql(ROWS_READ)).scalar_one()
    assert read <= MAX_ROWS_READ
