"""The database roles of the processes, as compose.yaml makes them: neither owns anything, and the console's reads."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from sandbox.launch.postgres import find_program_folders
from sandbox.launch.processes import LaunchError

SCRIPTS = Path(__file__).parents[2] / "deploy" / "postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseRole:
    """A role, and the script that makes it."""

    name: str
    script: str


APPLICATION = DatabaseRole(name="campusg_app", script="application_role.psql")  # of the bot and the workers
READER = DatabaseRole(name="campusg_reader", script="reader_role.psql")  # of the console


def make_application_role(owner_url: str, role: DatabaseRole = APPLICATION) -> str:
    """Create the role with its rights, and return the address of the database for it.

    Raise LaunchError when the owner may not create roles.
    """
    psql = next((folder / "psql" for folder in find_program_folders() if (folder / "psql").exists()), None)
    if psql is None:
        raise LaunchError("No psql was found beside the programs of Postgres.")
    run = subprocess.run(
        [str(psql), owner_url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--set=password={role.name}"],
        input=(SCRIPTS / role.script).read_text(),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise LaunchError(f"The role {role.name} could not be made: {run.stderr.strip()[-500:]}")
    parts = urlsplit(owner_url)
    return urlunsplit(parts._replace(netloc=f"{role.name}:{role.name}@{parts.netloc.rpartition('@')[2]}"))
