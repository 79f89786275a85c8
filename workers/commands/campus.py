"""`python -m workers.campus add FILE...`: create campuses from files, or update them to what the files say now."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import DBAPIError, ProgrammingError

from domain.campuses.repository import list_campuses
from domain.database.unit_of_work import QueueJob, create_database_engine, create_unit_of_work_factory
from domain.registers import build_registers
from domain.settings.environment_variables import variable_value
from domain.settings.settings import (
    INVALID_SETTINGS_EXIT_CODE,
    AuditSettings,
    read_audit_settings,
    read_campus_settings,
    read_settings_or_exit,
)
from workers.check.stripe.founding import ANYWAY, NotFoundedError, require_servable
from workers.commands.campus_file import CampusFile, CampusFileError, parse_campus_file
from workers.commands.campus_repository import ProvisionedCampus, provision_campus

DATABASE_UNREACHABLE_EXIT_CODE = 1  # the exit code when the file is not the cause


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 when each campus is as its file says, and 2 when a file or the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m workers.campus", description="Found or change a campus.")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="found the campus of each file, or change it to what the file says now")
    add.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="a TOML file; sandbox/launch/campus.toml shows one"
    )
    add.add_argument(
        ANYWAY, action="store_true", help="found it without asking Stripe for the platform's currencies and country"
    )
    options = parser.parse_args(arguments)
    paths: Sequence[Path] = options.files
    database_url = read_settings_or_exit(read_campus_settings, os.environ).database_url
    stripe: AuditSettings | None = None
    if variable_value(os.environ, "STRIPE_SECRET_KEY") and not options.anyway:
        stripe = read_settings_or_exit(read_audit_settings, os.environ)
    return max(add_campus(database_url, path, stripe) for path in paths)


def add_campus(database_url: str, path: Path, stripe: AuditSettings | None) -> int:
    """Create or update the campus of one file, print the result, and return the exit code.

    With the settings of `stripe` a new one is founded only where the platform can serve it.
    """
    try:
        file = parse_campus_file(path.read_text(encoding="utf-8"))
        founded = asyncio.run(provision_from_file(database_url, file, stripe))
    except CampusFileError as error:
        return print_errors(INVALID_SETTINGS_EXIT_CODE, *(f"{path}: {error_text}" for error_text in error.errors))
    except NotFoundedError as error:
        return print_errors(error.exit_code, f"{path}: {error}")
    except UnicodeDecodeError:
        return print_errors(INVALID_SETTINGS_EXIT_CODE, f"{path}: this is no text in UTF-8")
    except ProgrammingError as error:
        return print_errors(
            DATABASE_UNREACHABLE_EXIT_CODE,
            f"The database is not ready, run python -m alembic upgrade head first: {error.orig}",
        )
    except (OSError, DBAPIError) as error:
        culprit = path if getattr(error, "filename", None) else "The database of DATABASE_URL can't be used"
        return print_errors(
            INVALID_SETTINGS_EXIT_CODE if culprit is path else DATABASE_UNREACHABLE_EXIT_CODE,
            f"{culprit}: {describe_error(error)}",
        )
    print(
        f"{file.title} ({file.name}) is {'founded' if founded.is_new else 'up to date'}; "
        f"stores: {len(file.stores)}, drop points: {len(file.drop_points)}, admins: {len(file.admins)}"
    )
    if founded.is_new and stripe is None:
        shown = file.currency.upper()
        print(f"Stripe was not asked whether the platform receives {shown}: python -m workers.check does")
    for name in founded.ignored:
        print(f"{name} stays the group that is bound; to move it, write /bind in the other one")
    if founded.invitation is not None:
        print(f"Who follows this link may order: {founded.invitation}")
    return 0


async def provision_from_file(database_url: str, file: CampusFile, stripe: AuditSettings | None) -> ProvisionedCampus:
    """Write the campus in one transaction.

    Raise CampusFileError when the file changes the currency of a campus, and NotFoundedError when the platform cannot
    serve a new one.
    """
    engine = create_database_engine(database_url, pool_size=1, bounded=False)
    try:
        database = create_unit_of_work_factory(engine, enqueue_nothing, build_registers())
        if stripe is not None:
            async with database() as work:
                is_founded = file.name in {campus.name for campus in await list_campuses(work)}
            if not is_founded:
                await require_servable(stripe, file)
        async with database() as work:
            return await provision_campus(work, file)
    finally:
        await engine.dispose()


async def enqueue_nothing(queue_jobs: Sequence[QueueJob]) -> None:
    """Enqueue nothing: a new campus has no queue jobs."""


def print_errors(code: int, *sentences: str) -> int:
    """Print the sentences to stderr and return the exit code."""
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return code


def describe_error(error: OSError | DBAPIError) -> str:
    """Return the message of the operating system, or of the database."""
    if isinstance(error, DBAPIError):
        return str(error.orig)
    return error.strerror or str(error)
