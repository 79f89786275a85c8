"""Starts the whole stack, plays one scene, runs the audit, and stops everything."""

import asyncio
import os
import signal
import time
from pathlib import Path

from sandbox.launch.campuses import HURRIED_LIMITS, Campus, copy_campus, create_campus, format_limits
from sandbox.launch.demo import stopping_on_signals
from sandbox.launch.stack import Stack, StackConfig
from sandbox.people.control_clients import PlayError
from sandbox.people.narrator import PrintParagraph, is_colour_wanted
from sandbox.people.populated_stack import open_populated_stack
from sandbox.play.earlier_orders import forget_earlier_orders
from sandbox.play.money_check import check_order_money
from sandbox.play.scenes import HASTY_SCENES, HASTY_WINDOWS, LIMIT_SCENES, SCENES

LOG_TAIL_LINES = 12


def run_scene(name: str, folder: Path, print_paragraph: PrintParagraph) -> None:
    """Play a scene with its data in `folder`, and stop everything at the end.

    Raise LaunchError or PlayError when the scene fails. Raise KeyboardInterrupt when a signal stops it.
    """
    started_at = time.monotonic()
    limits = {} if name in LIMIT_SCENES else HURRIED_LIMITS
    if name in HASTY_SCENES:
        campus = create_campus(folder, "hasty", 2, runners=2, limits=limits, **HASTY_WINDOWS)
    else:
        campus = copy_campus(folder, limits)
    config = StackConfig(
        folder=folder,
        campuses=(campus,),
        database_url=os.environ.get("DATABASE_URL"),
        redis_url=os.environ.get("REDIS_URL"),
    )
    print_paragraph(f"{name}: {SCENES[name].__doc__}")
    print_paragraph(format_limits(limits))
    with stopping_on_signals() as pause:
        stack = Stack(config, print_paragraph, pause)
        try:
            stack.start()
            print_paragraph(f"ready in {time.monotonic() - started_at:.0f} s\n")
            scene_started_at = time.monotonic()
            money_sentences = asyncio.run(_play_until_stopped(name, stack, campus, print_paragraph))
            seconds = time.monotonic() - scene_started_at
            print_paragraph(f"\nThe books:\n{stack.run_module('workers.audit').rstrip()}")
        except PlayError as failure:
            raise PlayError(f"{failure}\n\n{_last_output(stack)}") from failure
        finally:
            stack.stop()
    print_paragraph(f"\nThe scene {name} ended as expected, in {seconds:.1f} s: {'; '.join(money_sentences)}.")


def _last_output(stack: Stack) -> str:
    """Return the last log lines of the bot and worker processes, whose log files are deleted when the stack stops."""
    application_processes = (process for name, process in stack.processes.items() if name.startswith(("bot", "worker")))
    return "\n".join(
        f"The last output of {application_process.name}:\n{application_process.last_lines(LOG_TAIL_LINES)}"
        for application_process in application_processes
    )


async def _play_until_stopped(
    name: str, stack: Stack, campus: Campus, print_paragraph: PrintParagraph
) -> tuple[str, ...]:
    scene_task = asyncio.create_task(_play_scene(name, stack, campus, print_paragraph))
    was_stopped = False

    def stop() -> None:
        nonlocal was_stopped
        was_stopped = True
        scene_task.cancel()

    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop)
    try:
        return await scene_task
    except asyncio.CancelledError:
        if was_stopped:
            raise KeyboardInterrupt from None
        raise


async def _play_scene(name: str, stack: Stack, campus: Campus, print_paragraph: PrintParagraph) -> tuple[str, ...]:
    """Play the scene to its end, and return a sentence about each order's money."""
    async with (
        open_populated_stack(stack) as populated_stack,
        populated_stack.open_scene(campus, print_paragraph, coloured=is_colour_wanted()) as scene,
    ):
        expected = await SCENES[name](scene)
        await forget_earlier_orders(populated_stack)
        return tuple([await check_order_money(scene.stripe, order_money) for order_money in expected])
