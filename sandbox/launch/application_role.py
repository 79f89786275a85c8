"""The database role of the bot and the workers, as compose.yaml makes it: it owns nothing."""

import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from sandbox.launch.postgres import find_program_folders
from sandbox.launch.processes import LaunchError

ROLE = "campusg_app"
SCRIPT = Path(__file__).parents[2] / "deploy" / "postgres" / "application_role.psql"


def make_application_role(owner_url: str) -> str:
    """Create the role with its rights, and return the address of the database for it.

    Raise LaunchError when the owner may not create roles.
    """
    psql = next((folder / "psql" for folder in find_program_folders() if (folder / "psql").exists()), None)
    if psql is None:
        raise LaunchError("No psql was found beside the programs of Postgres.")
    run = subprocess.run(
        [str(psql), owner_url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--set=password={ROLE}"],
        input=SCRIPT.read_text(),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise LaunchError(f"The role {ROLE} could not be made: {run.stderr.strip()[-500:]}")
    parts = urlsplit(owner_url)
    return urlunsplit(parts._replace(netloc=f"{ROLE}:{ROLE}@{parts.netloc.rpartition('@')[2]}"))
