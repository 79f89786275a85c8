"""Starts the whole stack, plays one scene, runs the audit, and stops everything."""

import asyncio
import os
import signal
import time
from pathlib import Path

from sandbox.launch.demo import stopping_on_signals
from sandbox.launch.stack import Stack, StackConfig
from sandbox.play.money_check import check_order_money
from sandbox.play.narrator import Narrator, PrintParagraph, is_colour_wanted
from sandbox.play.sandbox_client import PlayError
from sandbox.play.scene_campuses import ScenePeople, accounts_of_campus
from sandbox.play.scene_context import open_scene
from sandbox.play.scenes import SCENES, chats_of_scene

LOG_TAIL_LINES = 12


def run_scene(name: str, folder: Path, print_paragraph: PrintParagraph) -> None:
    """Play a scene with its data in `folder`, and stop everything at the end.

    Raise LaunchError or PlayError when the scene fails. Raise KeyboardInterrupt when a signal stops it.
    """
    started_at = time.monotonic()
    scene_people = ScenePeople(campus_chats=chats_of_scene(name))
    config = StackConfig(
        folder=folder,
        accounts=accounts_of_campus(scene_people.campus_chats),
        campus_files=(scene_people.campus_chats.file,),
        database_url=os.environ.get("DATABASE_URL"),
        redis_url=os.environ.get("REDIS_URL"),
    )
    print_paragraph(f"{name}: {SCENES[name].__doc__}")
    with stopping_on_signals() as pause:
        stack = Stack(config, print_paragraph, pause)
        try:
            stack.start()
            print_paragraph(f"ready in {time.monotonic() - started_at:.0f} s\n")
            scene_started_at = time.monotonic()
            money_sentences = asyncio.run(_play_until_stopped(name, stack, scene_people, print_paragraph))
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
    name: str, stack: Stack, scene_people: ScenePeople, print_paragraph: PrintParagraph
) -> tuple[str, ...]:
    scene_task = asyncio.create_task(_play_scene(name, stack, scene_people, print_paragraph))
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


async def _play_scene(
    name: str, stack: Stack, scene_people: ScenePeople, print_paragraph: PrintParagraph
) -> tuple[str, ...]:
    """Play the scene to its end, and return a sentence about each order's money."""
    narrator = Narrator(print_paragraph, scene_people, coloured=is_colour_wanted())
    async with open_scene(stack.telegram_url, stack.stripe_url, scene_people, narrator) as scene:
        expected = await SCENES[name](scene)
        return tuple([await check_order_money(scene.stripe, order_money) for order_money in expected])
