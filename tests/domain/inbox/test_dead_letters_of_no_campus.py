"""A Stripe event that fails names no campus: the only one of a deployment reads of it; of several, the operator."""

import json
from uuid import uuid4

from domain.inbox.dead_letter import MAX_TRIES
from domain.inbox.dead_letter_repository import list_dead_letters
from tests.domain.inbox.test_dead_letters import (
    UNREADABLE_EVENT,
    count_admin_alerts,
    dead_letters,
    store_event,
)
from tests.stack.command_line import run_command
from tests.stack.rows import insert_campus
from tests.stack.worker_stack import WorkerStack
from workers.commands.dead_letters import main
from workers.stripe.event_handler import handle_stripe_event, handle_waiting_stripe_events


async def fail_event(stack: WorkerStack) -> str:
    """Store an event that always fails, and let it become a dead letter of a deployment with two campuses."""
    async with stack.database() as work:
        await insert_campus(work, f"south{uuid4().hex[:8]}")
    unreadable = await store_event(stack, {"data": None})
    for _ in range(MAX_TRIES):
        await handle_waiting_stripe_events(stack.context, 50)
    return unreadable


async def command(database_url: str, *arguments: str) -> tuple[int, str]:
    """Run the operator's command; return its exit status and what it printed."""
    settings = {"DATABASE_URL": database_url, "STRIPE_SECRET_KEY": "sk_test_stack"}
    ended = await run_command(main, arguments, settings)
    return ended.status, ended.stdout


async def test_no_campus_of_several_reads_of_it(own_stack: WorkerStack) -> None:
    unreadable = await fail_event(own_stack)
    (row,) = await dead_letters(own_stack)
    assert (row.campus_id, await count_admin_alerts(own_stack)) == (None, 0)
    async with own_stack.database() as work:
        assert await list_dead_letters(work, own_stack.campus.id) == []
        assert [each.subject for each in await list_dead_letters(work, None)] == [unreadable]


async def test_the_operator_lists_retries_and_drops_them(own_stack: WorkerStack, database_url: str) -> None:
    unreadable = await fail_event(own_stack)
    number = (await dead_letters(own_stack))[0].id
    status, said = await command(database_url)
    assert (status, unreadable in said, said.startswith("1 dead letters of no campus")) == (1, True, True)
    await own_stack.sql("UPDATE stripe_event SET payload = CAST(:good AS jsonb)", good=json.dumps(UNREADABLE_EVENT))
    assert (await command(database_url, "--retry", str(number)))[0] == 0
    await handle_stripe_event(own_stack.context, unreadable)
    assert await own_stack.rows("SELECT 1 FROM stripe_event WHERE handled_at IS NULL") == []
    assert (await command(database_url, "--drop", str(number), "seen"))[0] == 2, "it is none any more"
    other = await fail_event(own_stack)
    (row,) = [each for each in await dead_letters(own_stack) if each.subject == other]
    assert (await command(database_url, "--drop", str(row.id), "a type of a test account"))[0] == 0
    (row,) = [each for each in await dead_letters(own_stack) if each.subject == other]
    assert (row.outcome, row.ended_by, row.reason) == ("dropped", None, "a type of a test account")
