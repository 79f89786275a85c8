"""The slots of the outbox sweeper: a campus whose bot hangs takes none from another campus."""

import math
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from domain.messaging.lane import Lane
from domain.settings.timeouts import Timeout
from tests.stack.rows import insert_campus, insert_member
from tests.workers.telegram.sender_stack import ANA, BOT, MEI, TOKEN, SenderStack
from workers.scheduling.due_work_repository import list_due_sends
from workers.telegram.outbox_sweeper import MAX_CONCURRENT_SENDS, SLOTS, OutboxSweeper
from workers.telegram.sender import MAX_CONNECTIONS, open_telegram_sender

SOUTH_TOKEN, SOUTH_BOT = "4712:south-office", "south_bot"
READER = 3001  # of the south
BACKLOG = 60  # notifications about money of the north


@pytest.fixture
async def south(stack: SenderStack) -> AsyncIterator[SenderStack]:
    """The stack of a second campus, whose bot works, in the worker that sends for the first one too."""
    async with stack.context.database() as work:
        campus_id = await insert_campus(work, "south")
    sender = open_telegram_sender(stack.telegram_url, {stack.campus_id: TOKEN, campus_id: SOUTH_TOKEN})
    second = replace(stack, context=replace(stack.context, sender=sender), campus_id=campus_id)
    await stack.control_telegram("bots", token=SOUTH_TOKEN, username=SOUTH_BOT, name="South")
    await stack.control_telegram("users", id=READER, first_name="Rae", language_code="en")
    await stack.control_telegram("messages", from_=READER, chat=f"@{SOUTH_BOT}", text="/start")
    async with stack.context.database() as work:
        await insert_member(work, campus_id, READER, "Rae")
    yield second
    await sender.close()


async def test_a_campus_whose_bot_hangs_delays_no_money_of_another(stack: SenderStack, south: SenderStack) -> None:
    await stack.control_telegram("faults", bot=BOT, method="sendMessage", kind="hang", seconds=2, times=1_000)
    async with stack.context.database() as work:
        for reader in range(MEI + 1000, MEI + 1000 + BACKLOG):
            await insert_member(work, stack.campus_id, reader, "R")
    for reader in range(MEI + 1000, MEI + 1000 + BACKLOG):
        await stack.add_notification(f"{reader}", reader)
    paid = await south.add_notification("paid", READER)
    sends = south.new_sends()
    for _ in range(2):
        await sends.start_due()
    assert in_flight_of(sends, stack) == SLOTS.max_sends, "the north hangs with all of its slots"
    await sends.in_flight[south.notification_send(paid)]
    assert (await south.notification_row(paid)).status == "sent"
    await sends.finish()


async def test_a_full_lane_of_a_campus_hides_nothing_of_another(stack: SenderStack, south: SenderStack) -> None:
    for number in range(BACKLOG):
        await stack.write_line(f"line {number}", MEI + number)
    answer = await south.write_line("answer", READER)
    async with stack.context.autocommit() as connection:
        due = await list_due_sends(connection, SLOTS.max_sends, full={Lane.CORRESPONDENCE: [stack.campus_id]})
    assert [each.id for each in due.notifications[Lane.CORRESPONDENCE]] == [answer]


async def test_few_sends_beside_late_timers_are_few_of_each_campus(stack: SenderStack, south: SenderStack) -> None:
    await stack.control_telegram("faults", bot=BOT, method="sendMessage", kind="hang", seconds=2, times=1_000)
    for reader in (MEI, ANA):
        await stack.add_notification(f"{reader}", reader)
    paid = await south.add_notification("paid", READER)
    sends = south.new_sends()
    for _ in range(2):
        await sends.start_due(most=1)
    assert in_flight_of(sends, stack) == 1
    await sends.in_flight[south.notification_send(paid)]
    await sends.finish()


def test_calls_that_hang_leave_connections_for_all_slots() -> None:
    """A call keeps its connection for longer than its slot: until nobody listens for a late answer any more."""
    waves = math.ceil(Timeout.TELEGRAM_LATE_ANSWER.seconds / Timeout.TELEGRAM_ANSWER.seconds)
    assert waves * MAX_CONCURRENT_SENDS <= MAX_CONNECTIONS


def in_flight_of(sends: OutboxSweeper, stack: SenderStack) -> int:
    """Return how many sends of the campus are in flight."""
    return sum(due.campus_id == stack.campus_id for _, due in sends.in_flight)
