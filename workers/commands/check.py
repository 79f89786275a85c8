"""`python -m workers.check [CAMPUS]`: say what works and what does not before the first order, line by line.

It changes nothing of ours, and prints no secret. With a test key it makes objects at Stripe, as an order needs them,
and deletes them again. It ends with 1 when something does not work, and with 2 when it is called wrongly.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence

from domain.database.unit_of_work import QueueJob, create_database_engine, create_unit_of_work_factory
from domain.registers import build_registers
from domain.settings.settings import (
    INVALID_SETTINGS_EXIT_CODE,
    WorkerSettings,
    read_settings_or_exit,
    read_worker_settings,
)
from workers.check.checking import Checked, UnknownCampusError, check_everything
from workers.check.line import CheckLine, LineState
from workers.stripe.gateway import open_stripe_gateway

MARKS = {LineState.WORKS: "ok", LineState.NOTE: "note", LineState.BROKEN: "BROKEN"}
MARK_WIDTH = max(len(mark) for mark in MARKS.values())
ENDING_BY_STATE = {True: "Everything works.", False: "Something does not work: follow the lines that say BROKEN."}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the lines; return 0 when everything works, 1 when something does not, and 2 for a wrong call."""
    parser = argparse.ArgumentParser(
        prog="python -m workers.check", description="Say what works and what does not before the first order."
    )
    parser.add_argument("campus", nargs="?", metavar="CAMPUS", help="the name of one campus; otherwise all")
    parser.add_argument("--json", action="store_true", help="for machines: one object, with a list of lines")
    options = parser.parse_args(arguments)
    settings = read_settings_or_exit(read_worker_settings, os.environ)
    try:
        lines = asyncio.run(check(settings, options.campus))
    except UnknownCampusError as error:
        print(error, file=sys.stderr)
        return INVALID_SETTINGS_EXIT_CODE
    print(format_json(lines) if options.json else format_lines(lines))
    return 0 if do_all_work(lines) else 1


async def check(settings: WorkerSettings, campus: str | None = None) -> list[CheckLine]:
    """Return the lines of one campus or of all. Raise UnknownCampusError."""
    engine = create_database_engine(settings.database_url, pool_size=2)
    client = open_stripe_gateway(settings.stripe_secret_key, settings.stripe_api_url)
    try:
        database = create_unit_of_work_factory(engine, _enqueue_nothing, build_registers())
        checked = Checked(settings=settings, database=database, stripe=client, makes_objects=True)
        return await check_everything(checked, campus)
    finally:
        await client.close()
        await engine.dispose()


async def _enqueue_nothing(_queue_jobs: Sequence[QueueJob]) -> None:
    """Enqueue nothing: a check only looks."""


def do_all_work(lines: Sequence[CheckLine]) -> bool:
    """Return whether no line is about something that does not work."""
    return all(line.state is not LineState.BROKEN for line in lines)


def format_lines(lines: Sequence[CheckLine]) -> str:
    """Return the lines for people, with a last one that sums them up."""
    width = max(len(line.subject) for line in lines)
    rows = [f"{MARKS[line.state]:<{MARK_WIDTH}}  {line.subject:<{width}}  {line.sentence}" for line in lines]
    return "\n".join([*rows, ENDING_BY_STATE[do_all_work(lines)]])


def format_json(lines: Sequence[CheckLine]) -> str:
    """Return the lines for machines."""
    rows = [{"subject": line.subject, "state": line.state.value, "sentence": line.sentence} for line in lines]
    return json.dumps({"works": do_all_work(lines), "lines": rows}, ensure_ascii=False)
