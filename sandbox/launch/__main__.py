"""The launcher's command line: `python -m sandbox.launch demo`."""

import argparse
import os
import signal
import sys
from pathlib import Path

from sandbox.launch.demo import DEMO_FOLDER, run_demo
from sandbox.launch.processes import LaunchError, print_flushed
from sandbox.launch.tether import tie_to_parent


def main() -> int:
    """Run a command and return its exit code; print a sentence to stderr when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.launch", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    command = commands.add_parser("demo", help="run a whole CampusG on this machine until Ctrl-C")
    command.add_argument("--data", type=Path, default=DEMO_FOLDER, help="folder of its data (default: %(default)s)")
    command.add_argument("--with-parent", action="store_true", help="stop when the program that started it ends")
    options = parser.parse_args()
    if options.with_parent:
        tie_to_parent(os.getppid(), signal.SIGTERM)
    try:
        run_demo(
            options.data.absolute(),
            print_flushed,
            database_url=os.environ.get("DATABASE_URL"),
            redis_url=os.environ.get("REDIS_URL"),
        )
    except LaunchError as failure:
        print(failure, file=sys.stderr)
        return 1
    except PermissionError as failure:
        print(f"{failure.filename} is not ours to write: remove it, or name another with --data.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
