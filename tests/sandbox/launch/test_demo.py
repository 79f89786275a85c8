"""`make demo` as a person lives with it: start, stop, start again, pull the plug."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from sandbox.launch.stack import answers_well
from tests.sandbox.launch.family import alive, all_gone, descendants
from tests.servers import PROJECT

STOP_PATIENCE = 15.0  # seconds; five are meant, a busy machine gets more


@contextmanager
def demo(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run the demo from when it says that it is ready; gives it and what it said."""
    given = ("DATABASE_URL", "REDIS_URL")
    environment = {name: value for name, value in os.environ.items() if name not in given}
    command = [sys.executable, "-m", "sandbox.launch", "demo", "--data", str(folder)]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process, lines_until(process, "Ctrl-C stops it")
        finally:
            process.kill()


def lines_until(process: "subprocess.Popen[str]", wanted: str) -> str:
    """What it prints up to a line; fails with all it printed if it ends first."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if wanted in line:
            return "".join(seen)
    raise AssertionError("".join(seen))


def settings(folder: Path) -> dict[str, str]:
    """Return the settings the demo left for a shell."""
    lines = (folder / "environment").read_text().splitlines()
    pairs = (line.removeprefix("export ").split("=", 1) for line in lines)
    return {name: shlex.split(value)[0] for name, value in pairs}


async def campuses(folder: Path) -> list[tuple[int, str]]:
    """Return the campuses in the demo's database."""
    connection = await asyncpg.connect(settings(folder)["DATABASE_URL"])
    try:
        return [(row["id"], row["name"]) for row in await connection.fetch("SELECT id, name FROM campus")]
    finally:
        await connection.close()


async def test_a_demo_stops_when_told_and_goes_on_with_its_data_until_the_plug_is_pulled(tmp_path: Path) -> None:
    with demo(tmp_path) as (process, said):
        family = descendants(process.pid)
        first = settings(tmp_path)
        page = re.findall(r"http://\S+", said)[0]
        assert answers_well(page)
        assert answers_well(f"{page}/sim/users")
        assert answers_well(f"http://127.0.0.1:{first['HTTP_PORT']}/ready")
        founded = await campuses(tmp_path)
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_PATIENCE) == 0
        assert alive(family) == []

    with demo(tmp_path) as (process, _):
        family = descendants(process.pid)
        assert len(family) > len(("demo", "telegram", "stripe", "page", "bot", "worker", "postgres", "valkey"))
        assert await campuses(tmp_path) == founded == [(1, "north")]
        assert urlsplit(settings(tmp_path)["TELEGRAM_API_URL"]) == urlsplit(first["TELEGRAM_API_URL"])
        process.kill()
        process.wait()
        assert all_gone(family)
