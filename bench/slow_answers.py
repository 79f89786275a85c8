"""`python -m bench.slow_answers`: copies of an order in the runner group while Telegram answers late, and one charge.

A customer orders while Telegram's answers to the runner group come after some seconds, and cancels. Printed: the
messages of the order in the group, how many still offer [Claim] when all is quiet, and how many after a tap on each of
them. Then Stripe answers one authorisation late. The processes are real, and the waits are those of production.
"""

import argparse
import asyncio
import shutil
import time
from pathlib import Path

import uvloop

from bench.report import print_line
from sandbox.launch.campuses import create_campus
from sandbox.launch.stack import PROJECT, Stack, StackConfig, running_stack
from sandbox.people.control_clients import Json
from sandbox.people.customer import ORDER_OPEN_TEXT
from sandbox.people.populated_stack import PopulatedStack, SceneContext, open_populated_stack

DELAYS = (5.0, 8.0, 20.0, 40.0)
STRIPE_DELAY = 20.0
QUIET_SECONDS = 10.0  # after the last late answer
ORDER_TIMEOUT_SECONDS = 120.0
HEADINGS = f"{'Telegram after':>14}{'in the group':>14}{'with [Claim]':>14}{'after a tap':>13}{'seconds':>9}"


def main() -> None:
    """Measure each delay on one CampusG with temporary data, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.slow_answers", description=__doc__)
    parser.add_argument("--delays", type=float, nargs="*", default=DELAYS, help="seconds of Telegram")
    options = parser.parse_args()
    folder = PROJECT / ".data" / "bench-slow-answers"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        measure(folder, tuple(options.delays))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, delays: tuple[float, ...]) -> None:
    """Start CampusG, order once for each delay, and print the figures and the audit."""
    campus = create_campus(folder, "north", 10, runners=2 * len(delays) + 2)
    with running_stack(StackConfig(folder=folder, campuses=(campus,), workers=2), print_line) as stack:
        print_line(HEADINGS)
        uvloop.run(order_slowly(stack, delays))
        print_line(stack.run_module("workers.audit").rstrip())


async def order_slowly(stack: Stack, delays: tuple[float, ...]) -> None:
    """Order once for each delay of Telegram, then once while Stripe answers late."""
    async with open_populated_stack(stack) as populated_stack:
        for delay in delays:
            await order_with_late_telegram(populated_stack, delay)
        await order_with_late_stripe(populated_stack)


async def order_with_late_telegram(stack: PopulatedStack, delay: float) -> None:
    """Order and cancel while the answers to the group are late, and print a line of the table."""
    (campus,) = stack.launched.config.campuses
    async with stack.open_scene(campus) as context:
        for method in ("sendMessage", "editMessageText"):
            late = {"kind": "late_answer", "method": method, "chat": campus.runner_group, "seconds": delay}
            await stack.telegram.order_fault(**late, times=1000)
        began = time.monotonic()
        order = await place_order(context)
        for tap in ("cancel", "cancel_sure"):
            await context.mei.tap(tap, subject_id=order)
        await context.mei.wait_for_message(f"#{order}: cancelled", timeout=ORDER_TIMEOUT_SECONDS)
        await asyncio.sleep(2 * delay + QUIET_SECONDS)
        copies = await messages_about(context, order)
        offering = [each for each in copies if each["buttons"]]
        seconds = time.monotonic() - began
        await stack.telegram.clear_faults()
        for each in offering:
            data = each["buttons"][0][0]["data"]
            tap = await stack.telegram.tap(context.ana.user_id, str(campus.runner_group), each["message_id"], data)
            await stack.telegram.answer_to(tap)
        await asyncio.sleep(2)
        left = [each for each in await messages_about(context, order) if each["buttons"]]
    print_line(f"{delay:>12g} s{len(copies):>14}{len(offering):>14}{len(left):>13}{seconds:>9.0f}")


async def place_order(context: SceneContext) -> int:
    """Place the first order of a person without a card; wait until it is open, also on a busy machine."""
    await context.mei.place_order()
    return await context.mei.wait_for_order_number(ORDER_OPEN_TEXT, timeout=ORDER_TIMEOUT_SECONDS)


async def messages_about(context: SceneContext, order: int) -> list[Json]:
    """Return the messages about an order that stand in the runner group."""
    group = context.mei.campus.runner_group
    found = await context.populated_stack.telegram.get("messages", chat=group, user=context.ana.user_id)
    return [each for each in found if f"#{order}" in each["text"]]


async def order_with_late_stripe(stack: PopulatedStack) -> None:
    """Order while Stripe has authorised and answers late; print how many payment intents the order has."""
    (campus,) = stack.launched.config.campuses
    async with stack.open_scene(campus) as context:
        late = {"kind": "hang", "before": False, "path": "POST /v1/payment_intents", "seconds": STRIPE_DELAY}
        await stack.stripe.order_fault(**late, times=1)
        began = time.monotonic()
        order = await place_order(context)
        seconds = time.monotonic() - began
        intents = [
            each for each in await stack.stripe.objects("payment_intent") if each["metadata"].get("order") == str(order)
        ]
    print_line(f"Stripe after {STRIPE_DELAY:g} s: {len(intents)} payment intent, open after {seconds:.0f} s")


if __name__ == "__main__":
    main()
