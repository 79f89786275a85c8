"""`python -m sandbox.play [SCENE]`: play one order with scripted people; exit with 0 only when it ended as expected."""

import argparse
import os
import shutil
import signal
import sys

from sandbox.launch.processes import LaunchError, print_flushed
from sandbox.launch.stack import PROJECT
from sandbox.launch.tether import tie_to_parent
from sandbox.people.control_clients import PlayError
from sandbox.play.scene_runner import run_scene
from sandbox.play.scenes import SCENES

INTERRUPTED = 130


def main() -> int:
    """Play the requested scene with throw-away data, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.play", description=__doc__)
    parser.add_argument("scene", nargs="?", default="happy", choices=sorted(SCENES), metavar="SCENE")
    name: str = parser.parse_args().scene
    tie_to_parent(os.getppid(), signal.SIGTERM)
    folder = PROJECT / ".data" / f"play-{os.getpid()}"
    try:
        run_scene(name, folder, print_flushed)
    except (PlayError, LaunchError) as failure:
        print_flushed(f"\n{failure}\n\nThe scene {name} FAILED.")
        return 1
    except KeyboardInterrupt:
        print_flushed("stopped")
        return INTERRUPTED
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
