"""A command of an operator, called in a thread of this process: a process of its own costs seconds of imports."""

import asyncio
import io
import os
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

Main = Callable[[Sequence[str]], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedCommand:
    """What a command printed, and its exit status."""

    status: int
    stdout: str
    stderr: str


async def run_command(main: Main, arguments: Sequence[str], settings: dict[str, str]) -> EndedCommand:
    """Run the command's main function with these arguments and settings, as `python -m` would."""
    out, err = io.StringIO(), io.StringIO()
    with patch.dict(os.environ, settings), redirect_stdout(out), redirect_stderr(err):
        status = await asyncio.to_thread(_exit_status, main, arguments)
    return EndedCommand(status=status, stdout=out.getvalue(), stderr=err.getvalue())


def _exit_status(main: Main, arguments: Sequence[str]) -> int:
    try:
        return main(arguments) or 0
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
