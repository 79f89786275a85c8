"""Tests of the check that an admin asks for: a worker looks, and answers once in the chat that asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from domain.campuses.campus import Campus
from domain.campuses.people_repository import find_member
from domain.campuses.repository import list_campuses
from domain.database.unit_of_work import create_database_engine, create_unit_of_work_factory
from domain.quotes import utf16_length
from domain.registers import build_registers
from domain.settings.settings import read_worker_settings
from domain.setup_check.errors import CheckInFlight
from domain.setup_check.use_cases import request_check
from domain.words import say
from tests.stack.store_setup import ADMIN, drop_queue_jobs
from tests.workers.check.check_stack import ADMINS, KEY, RUNNERS, TOKEN, CheckStack
from workers.check.services_check import define_services_check, split_findings
from workers.engine.saga_engine import advance_saga
from workers.engine.worker_context import WorkerContext
from workers.registers import build_worker_registers
from workers.stripe.gateway import open_stripe_gateway

pytestmark = pytest.mark.drill

TELEGRAM_MESSAGE = 4096


@asynccontextmanager
async def worker(stack: CheckStack, *, part_seconds: float = 30.0) -> AsyncIterator[WorkerContext]:
    """A worker with the settings of the stack; what it was told before is forgotten."""
    settings = read_worker_settings(stack.environment)
    engine = create_database_engine(stack.database_url, pool_size=4)
    looked_at = create_unit_of_work_factory(engine, drop_queue_jobs, build_registers())
    step = define_services_check(settings, looked_at, part_seconds=part_seconds)
    store = create_unit_of_work_factory(engine, drop_queue_jobs, build_worker_registers(look_at_services=step))
    client = open_stripe_gateway(settings.stripe_secret_key, settings.stripe_api_url)
    await stack.sql("DELETE FROM notification")
    await stack.sql("DELETE FROM saga")
    yield WorkerContext(database=store, stripe=client, name="worker", saga_slots=asyncio.Semaphore(5))
    await client.close()
    await engine.dispose()


async def ask(context: WorkerContext, chat_id: int = ADMINS) -> None:
    """Ask as Sam, the admin."""
    async with context.database() as work:
        campus = await only_campus(work)
        await request_check(work, campus, await find_member(work, campus.id, ADMIN), chat_id)


async def only_campus(work: Any) -> Campus:
    """The campus of the stack."""
    (campus,) = await list_campuses(work)
    return campus


async def answers(context: WorkerContext) -> list[tuple[int, str]]:
    """Advance the checks that are due; return what was told to whom, oldest first."""
    async with context.database() as work:
        due = (await work.connection.exec_driver_sql("SELECT id FROM saga WHERE wake_at IS NOT NULL")).scalars().all()
    for saga_id in due:
        await advance_saga(context, saga_id)
    async with context.database() as work:
        told = await work.connection.exec_driver_sql("SELECT chat_id, key, args FROM notification ORDER BY id")
        return [(row.chat_id, say("en", row.key, **row.args)) for row in told]


async def test_all_that_works_is_told_in_short_where_it_was_asked(stack: CheckStack) -> None:
    async with worker(stack) as context:
        await ask(context)
        await ask_in_vain(context)
        ((chat, said),) = await answers(context)
        assert (chat, "❌" in said) == (ADMINS, False)
        assert "North Campus: everything works." in said
        assert "✅ database: schema" in said
        assert not [secret for secret in (KEY, TOKEN) if secret in said]
        await ask(context, ADMIN)
        assert [chat for chat, _ in await answers(context)] == [ADMINS, ADMIN]


async def ask_in_vain(context: WorkerContext) -> None:
    """Ask while a check runs, alone and beside another one."""
    with pytest.raises(CheckInFlight):
        await ask(context)


async def test_of_two_who_ask_at_once_one_is_refused(stack: CheckStack) -> None:
    async with worker(stack) as context:
        asked = await asyncio.gather(ask(context), ask(context), ask(context), return_exceptions=True)
        assert sorted(type(each).__name__ for each in asked) == ["CheckInFlight", "CheckInFlight", "NoneType"]


async def test_what_does_not_work_comes_first_with_what_to_do_and_without_a_secret(stack: CheckStack) -> None:
    await stack.control_telegram("permissions", chat=RUNNERS, muted=True)
    await stack.control_telegram("rights", chat=RUNNERS, bot="north_bot", status="member")
    await stack.stripe.control_stripe("platform", settlement=["usd"])
    stack.changed["REDIS_URL"] = "redis://:very-secret-word@127.0.0.1:9/0"
    stack.changed["TELEGRAM_BOT_TOKEN_SOUTH"] = "7002:south"
    async with worker(stack) as context:
        await ask(context)
        ((_, said),) = await answers(context)
    head, *found = said.splitlines()
    marks = [line[0] for line in found]
    assert marks == sorted(marks, key="❌ℹ✅".index)
    assert head == f"❌ <b>North Campus: {marks.count('❌')} things do not work.</b>"
    for words in ("north: runner group: The bot may not write in 'Runners'", "north: currency", "❌ redis"):
        assert words in said
    assert not [one for one in ("very-secret-word", KEY, TOKEN, "7002", "TELEGRAM_BOT_TOKEN_SOUTH") if one in said]


@pytest.mark.parametrize("service", ["stripe", "telegram"])
async def test_what_hangs_is_told_in_time(stack: CheckStack, service: str) -> None:
    """The other parts are told as ever."""
    if service == "stripe":
        await stack.stripe.inject_fault("*", "hang", seconds=30, times=99)
    else:
        await stack.control_telegram("faults", kind="hang", method="*", seconds=30, times=99)
    async with worker(stack, part_seconds=0.3) as context:
        await ask(context)
        ((_, said),) = await answers(context)
        await stack.stripe.clear_faults()
        await stack.clear_telegram_faults()
    assert f"❌ {service}: No answer within 0.3 s." in said
    assert "database: schema" in said


def test_many_lines_are_told_in_several_messages_that_telegram_takes() -> None:
    lines = [f"❌ part {number}: {'🍜' * 240}" for number in range(40)]
    parts = split_findings(lines)
    assert len(parts) > 1
    said = say("en", "notification-check", campus="North Campus", broken=40, findings=parts[0])
    assert max(map(utf16_length, (said, *parts))) <= TELEGRAM_MESSAGE
    assert "\n".join(parts).splitlines() == lines
