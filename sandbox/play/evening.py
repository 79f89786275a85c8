"""A whole evening: everything is started, one scene is played, the books are looked at, everything is stopped."""

import asyncio
import os
import signal
import time
from pathlib import Path

from sandbox.launch.demo import stopping_on_signals
from sandbox.launch.stack import Plan, Stack
from sandbox.play.cast import Troupe, cast_of
from sandbox.play.narrator import Narrator, Say, wants_colour
from sandbox.play.scenes import SCENES, campus_of
from sandbox.play.stage import set_stage
from sandbox.play.verdict import judge
from sandbox.play.wire import PlayError

LAST_LINES = 12


def play(name: str, folder: Path, say: Say) -> None:
    """Play a scene with its data in `folder`; LaunchError or PlayError when anything is not as it must be.

    Raises KeyboardInterrupt when stopped by a signal. Stops everything in any case.
    """
    began = time.monotonic()
    troupe = Troupe(campus=campus_of(name))
    plan = Plan(
        folder=folder,
        cast=cast_of(troupe.campus),
        campus_files=(troupe.campus.file,),
        database_url=os.environ.get("DATABASE_URL"),
        redis_url=os.environ.get("REDIS_URL"),
    )
    say(f"{name}: {SCENES[name].__doc__}")
    with stopping_on_signals() as pause:
        stack = Stack(plan, say, pause)
        try:
            stack.start()
            say(f"ready in {time.monotonic() - began:.0f} s\n")
            curtain = time.monotonic()
            endings = asyncio.run(_until_stopped(name, stack, troupe, say))
            seconds = time.monotonic() - curtain
            say(f"\nThe books:\n{stack.run('workers.audit').rstrip()}")
        except PlayError as failure:
            raise PlayError(f"{failure}\n\n{_last_words(stack)}") from failure
        finally:
            stack.stop()
    say(f"\nThe scene {name} ended as it must, in {seconds:.1f} s: {'; '.join(endings)}.")


def _last_words(stack: Stack) -> str:
    """What bot and worker printed last: their logs go with the rest of the data."""
    rooms = (process for name, process in stack.processes.items() if name.startswith(("bot", "worker")))
    return "\n".join(f"The last words of {room.name}:\n{room.last_lines(LAST_LINES)}" for room in rooms)


async def _until_stopped(name: str, stack: Stack, troupe: Troupe, say: Say) -> tuple[str, ...]:
    playing = asyncio.create_task(_perform(name, stack, troupe, say))
    came = False

    def leave() -> None:
        nonlocal came
        came = True
        playing.cancel()

    for way in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(way, leave)
    try:
        return await playing
    except asyncio.CancelledError:
        if came:
            raise KeyboardInterrupt from None
        raise


async def _perform(name: str, stack: Stack, troupe: Troupe, say: Say) -> tuple[str, ...]:
    """Play the scene to its end; returns what became of each order's money."""
    narrator = Narrator(say, troupe, coloured=wants_colour())
    async with set_stage(stack.telegram_url, stack.stripe_url, troupe, narrator) as stage:
        endings = await SCENES[name](stage)
        return tuple([await judge(stage.stripe, ending) for ending in endings])
