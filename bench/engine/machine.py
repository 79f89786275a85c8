"""The machine and the versions that a result is of; neither its name nor a path."""

import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.engine.catalogue import PEERS
from bench.engine.environments import python_of
from bench.engine.kept_runs import FOLDER
from sandbox.launch.postgres import find_installation, find_program_folders
from sandbox.launch.valkey import find_binary, find_server_programs

FILE = FOLDER / "machine.txt"
VERSIONS = (
    "import json, sys; from importlib.metadata import version; print(json.dumps([version(n) for n in sys.argv[1:]]))"
)
OUR_PACKAGES = ("arq", "asyncpg", "sqlalchemy", "uvloop")
PEER_PACKAGES = {
    "queues": ("arq", "asyncpg", "sqlalchemy", "procrastinate", "psycopg"),
    "durable": ("dbos", "restate-sdk", "hypercorn", "asyncpg", "sqlalchemy", "psycopg"),
}


def keep_machine() -> None:
    """Write down what measures now."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    FILE.write_text("\n".join(f"- {line}" for line in _facts()) + "\n", encoding="utf-8")


def describe_machine() -> str:
    """Return what measured the kept runs."""
    return FILE.read_text(encoding="utf-8") if FILE.exists() else ""


def _facts() -> list[str]:
    installation = find_installation(find_program_folders())
    postgres = _output(*installation.prefix, str(installation.binaries / "postgres"), "--version")
    valkey = _output(str(find_binary(find_server_programs())), "--version")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    peers = {peer.environment for peer in PEERS if peer.environment in PEER_PACKAGES}
    return [
        f"{os.cpu_count()} cores ({_cpu_model()}), {memory:.0f} GiB, Linux {platform.release()}, Python"
        f" {platform.python_version()}",
        f"{postgres}, fsync and full_page_writes on, synchronous_commit on; {' '.join(valkey.split()[:3])}",
        "CampusG: " + ", ".join(f"{name} {version(name)}" for name in OUR_PACKAGES),
        *(f"{name}: {_peer_versions(name)}" for name in sorted(peers)),
    ]


def _peer_versions(environment: str) -> str:
    names = PEER_PACKAGES[environment]
    if not python_of(environment).exists():
        return "not installed"
    found: list[Any] = json.loads(_output(str(python_of(environment)), "-c", VERSIONS, *names))
    return ", ".join(f"{name} {found_version}" for name, found_version in zip(names, found, strict=True))


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
