"""A database belongs to one Stripe account and mode: with the key of another one nothing starts or is forgotten."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from domain.orders.states import OrderStatus
from domain.payments.stripe_platform_repository import OtherPlatformError, read_stripe_platform
from domain.payouts.use_cases import start_payout_setup
from sandbox.launch.ports import free_port
from sandbox.stripe.platform_profile import PERMISSION_BY_RESOURCE
from tests.stack.command_line import run_command
from tests.stack.shared_servers import PROJECT
from tests.stack.worker_stack import WorkerStack
from workers.commands.audit import main as audit_command
from workers.commands.opening_balance import main as opening_command
from workers.commands.reconcile import main as reconcile_command
from workers.stripe.platform.platform_check import check_platform

pytestmark = pytest.mark.drill


@pytest.fixture(autouse=True)
async def forget_platform(shared_stack: WorkerStack) -> AsyncIterator[None]:
    """Begin with a database that was never started, and end with the usual profile."""
    usual = await shared_stack.control_stripe("platform")
    await shared_stack.sql("DELETE FROM stripe_platform")
    yield
    await shared_stack.control_stripe("platform", **usual)
    await shared_stack.clear_faults()


async def test_the_first_start_keeps_the_account_and_the_next_ones_compare(shared_stack: WorkerStack) -> None:
    stack = shared_stack
    assert await check_platform(stack.database, stack.context.stripe, is_live=False)
    async with stack.autocommit_work() as work:
        kept = await read_stripe_platform(work)
    assert kept is not None
    assert (kept.is_live, kept.account, kept.country) == (False, "acct_sandboxplatform", "US")
    assert await check_platform(stack.database, stack.context.stripe, is_live=False)
    await stack.control_stripe("platform", account="acct_other")
    with pytest.raises(OtherPlatformError, match="belongs to the Stripe account acct_sandboxplatform"):
        await check_platform(stack.database, stack.context.stripe, is_live=False)


async def test_the_other_mode_is_seen_even_while_stripe_is_away(shared_stack: WorkerStack) -> None:
    stack = shared_stack
    await stack.inject_fault("GET /v1/account", "status", status=503, times=2)
    assert not await check_platform(stack.database, stack.context.stripe, is_live=False)
    with pytest.raises(OtherPlatformError, match="belongs to Stripe's test mode"):
        await check_platform(stack.database, stack.context.stripe, is_live=True)


async def test_nothing_is_forgotten_before_stripe_confirmed_the_platform(shared_stack: WorkerStack) -> None:
    """A key of another account knows nothing of ours: that must not look as if all of it were deleted."""
    stack, member = shared_stack, await shared_stack.add_member()
    runner = await stack.add_member(runner=True, card=None)
    client = replace(stack.context.stripe, platform_confirmed=asyncio.Event())
    worker = replace(stack.context, stripe=client)
    assert member.stripe_customer is not None
    await stack.context.stripe.v1.customers.delete_async(member.stripe_customer)
    await stack.control_stripe(f"accounts/{runner.stripe_account}", deauthorize=True)
    order = await stack.place_order(member)
    await stack.act(start_payout_setup, runner)
    await stack.run_due(worker)
    assert (await stack.committed_member(member.person_id)).card == member.card
    assert (await stack.committed_member(runner.person_id)).stripe_account == runner.stripe_account
    assert (await stack.order(order.id)).status is OrderStatus.PENDING
    assert await check_platform(stack.database, client, is_live=False)
    await stack.run_now(worker)
    assert (await stack.committed_member(member.person_id)).card is None
    assert (await stack.committed_member(runner.person_id)).stripe_account != runner.stripe_account
    assert (await stack.order(order.id)).end_reason == "card_gone"


async def test_a_key_that_may_not_read_its_account_is_told_by_a_payment_that_stripe_knows(
    shared_stack: WorkerStack,
) -> None:
    stack, member = shared_stack, await shared_stack.add_member()
    order = await stack.open_order(member)
    client = replace(stack.context.stripe, platform_confirmed=asyncio.Event())
    granted = sorted({f"{each}_write" for resource, each in PERMISSION_BY_RESOURCE.items() if resource != "account"})
    await stack.control_stripe("platform", key_permissions=granted)
    (known,) = await stack.intents(order.id)
    await stack.sql("UPDATE hold SET payment_intent = payment_intent || 'x'")
    assert not await check_platform(stack.database, client, is_live=False), "the key may be of another account"
    await stack.sql("UPDATE hold SET payment_intent = left(payment_intent, -1)")
    assert await check_platform(stack.database, client, is_live=False)
    assert client.platform_confirmed is not None and client.platform_confirmed.is_set(), known["id"]


async def test_a_process_with_the_key_of_another_account_ends_with_2_and_a_sentence(
    shared_stack: WorkerStack, module_database_url: str
) -> None:
    stack = shared_stack
    await check_platform(stack.database, stack.context.stripe, is_live=False)
    await stack.control_stripe("platform", account="acct_other")
    settings = {
        "DATABASE_URL": module_database_url,
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        "TELEGRAM_API_URL": f"http://127.0.0.1:{free_port()}",
        "TELEGRAM_BOT_TOKEN": "7001:stack",
        "STRIPE_API_URL": stack.stripe_url,
        "STRIPE_SECRET_KEY": "sk_test_stack",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workers", cwd=PROJECT, env=os.environ | settings, stdout=PIPE, stderr=PIPE
    )
    _, said = await process.communicate()
    commands = [
        await run_command(command, (), settings)
        for command in (lambda _: reconcile_command(), audit_command, opening_command)
    ]
    ended = [(command.status, command.stderr) for command in commands]
    for status, sentence in ((process.returncode, said.decode()), *ended):
        assert status == 2
        assert sentence.startswith("This database belongs to the Stripe account acct_sandboxplatform")
