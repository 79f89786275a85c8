"""Tests of `make demo` as people use it: start, stop, start again, kill."""

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
import pytest

from sandbox.launch.stack import is_serving_ok
from tests.sandbox.launch.process_tree import descendants, running_pids, wait_until_gone
from tests.stack.shared_servers import PROJECT

pytestmark = pytest.mark.long

STOP_TIMEOUT_SECONDS = 15.0  # the promise is five; a busy machine gets more


@contextmanager
def running_demo(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Start the demo, wait until it is ready, and yield the process and its output."""
    given = ("DATABASE_URL", "REDIS_URL")
    environment = {name: value for name, value in os.environ.items() if name not in given}
    command = [sys.executable, "-m", "sandbox.launch", "demo", "--data", str(folder)]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process, read_lines_until(process, "Ctrl-C stops it")
        finally:
            process.kill()


def read_lines_until(process: "subprocess.Popen[str]", wanted: str) -> str:
    """Return the output up to a line with `wanted`. Fail with all output if the process ends first."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if wanted in line:
            return "".join(seen)
    raise AssertionError("".join(seen))


def demo_settings(folder: Path) -> dict[str, str]:
    """Return the settings that the demo wrote for a shell."""
    lines = (folder / "environment").read_text().splitlines()
    pairs = (line.removeprefix("export ").split("=", 1) for line in lines)
    return {name: shlex.split(value)[0] for name, value in pairs}


async def demo_campuses(folder: Path) -> list[tuple[int, str]]:
    """Return the campuses in the demo's database."""
    connection = await asyncpg.connect(demo_settings(folder)["DATABASE_URL"])
    try:
        return [(row["id"], row["name"]) for row in await connection.fetch("SELECT id, name FROM campus")]
    finally:
        await connection.close()


async def test_a_demo_keeps_its_data_over_a_stop_and_leaves_no_process_when_killed(tmp_path: Path) -> None:
    with running_demo(tmp_path) as (process, output):
        process_ids = descendants(process.pid)
        first = demo_settings(tmp_path)
        page = re.findall(r"http://\S+", output)[0]
        assert is_serving_ok(page)
        assert is_serving_ok(f"{page}/sim/users")
        assert is_serving_ok(f"http://127.0.0.1:{first['HTTP_PORT']}/ready")
        campuses = await demo_campuses(tmp_path)
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_TIMEOUT_SECONDS) == 0
        assert running_pids(process_ids) == []

    with running_demo(tmp_path) as (process, _):
        process_ids = descendants(process.pid)
        assert len(process_ids) > len(("demo", "telegram", "stripe", "page", "bot", "worker", "postgres", "valkey"))
        assert await demo_campuses(tmp_path) == campuses == [(1, "north")]
        assert urlsplit(demo_settings(tmp_path)["TELEGRAM_API_URL"]) == urlsplit(first["TELEGRAM_API_URL"])
        process.kill()
        process.wait()
        assert wait_until_gone(process_ids)
