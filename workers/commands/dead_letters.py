"""`python -m workers.dead_letters`: list the dead letters that belong to no campus, and exit with 1 when there are any.

Such as a Stripe event that no handler could handle, where a deployment has several campuses: no campus team may read
what concerns another one. With `--retry N` it is tried again by the workers, with `--drop N REASON` never.
"""

import argparse
import asyncio
import os
from collections.abc import Sequence

from domain.database.unit_of_work import QueueJob, create_database_engine, create_unit_of_work_factory
from domain.inbox.dead_letter import DeadLetter
from domain.inbox.use_cases import drop_as_operator, retry_as_operator, view_dead_letters_as_operator
from domain.registers import build_registers
from domain.settings.settings import AuditSettings, read_audit_settings, read_settings_or_exit

NOT_FOUND = 2


async def act_on_dead_letters(settings: AuditSettings, wanted: argparse.Namespace) -> tuple[bool, Sequence[DeadLetter]]:
    """Do what was asked; return whether it was done, and the dead letters that are left."""
    engine = create_database_engine(settings.database_url, pool_size=1, bounded=False)
    open_database = create_unit_of_work_factory(engine, _enqueue_nothing, build_registers())
    try:
        async with open_database() as work:
            done = True
            if wanted.retry is not None:
                done = await retry_as_operator(work, wanted.retry)
            if wanted.drop is not None:
                done = await drop_as_operator(work, int(wanted.drop[0]), wanted.drop[1])
            return done, await view_dead_letters_as_operator(work)
    finally:
        await engine.dispose()


async def _enqueue_nothing(_queue_jobs: Sequence[QueueJob]) -> None:
    """Enqueue nothing: the sweeper of a worker finds what is due."""


def format_dead_letters(found: Sequence[DeadLetter]) -> str:
    """Return a line for each dead letter."""
    lines = [f"{len(found)} dead letters of no campus"]
    for each in found:
        since = f"{each.dead_since:%Y-%m-%d %H:%M} UTC"
        lines.append(f"  {each.id}: {each.kind} {each.shown}, since {since}, {each.tries} tries: {each.error}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the dead letters; return 0 when there are none, 2 when the one that was named is none."""
    parser = argparse.ArgumentParser(prog="python -m workers.dead_letters", description=__doc__)
    parser.add_argument("--retry", type=int, metavar="N", help="let the workers try it again")
    parser.add_argument("--drop", nargs=2, metavar=("N", "REASON"), help="never try it again")
    wanted = parser.parse_args(arguments)
    done, found = asyncio.run(act_on_dead_letters(read_settings_or_exit(read_audit_settings, os.environ), wanted))
    if not done:
        print("There is no such dead letter of no campus.")
    print(format_dead_letters(found))
    return NOT_FOUND if not done else 1 if found else 0
