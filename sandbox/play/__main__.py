"""`python -m sandbox.play [SCENE]`: play one order with scripted people; 0 only when it ended as it must."""

import argparse
import os
import shutil
import signal
import sys

from sandbox.launch.processes import LaunchError
from sandbox.launch.stack import PROJECT
from sandbox.launch.tether import tie_to_parent
from sandbox.play.evening import play
from sandbox.play.scenes import SCENES
from sandbox.play.wire import PlayError

INTERRUPTED = 130


def main() -> int:
    """Play the scene that is asked for, with throw-away data."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.play", description=__doc__)
    parser.add_argument("scene", nargs="?", default="happy", choices=sorted(SCENES), metavar="SCENE")
    name: str = parser.parse_args().scene
    tie_to_parent(os.getppid(), signal.SIGTERM)
    folder = PROJECT / ".data" / f"play-{os.getpid()}"
    try:
        play(name, folder, say)
    except (PlayError, LaunchError) as failure:
        say(f"\n{failure}\n\nThe scene {name} FAILED.")
        return 1
    except KeyboardInterrupt:
        say("stopped")
        return INTERRUPTED
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def say(paragraph: str) -> None:
    """Print a paragraph at once, also into a pipe."""
    print(paragraph, flush=True)


if __name__ == "__main__":
    sys.exit(main())
