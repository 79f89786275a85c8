"""Executes another program so that the kernel ends it when its parent ends (on Linux).

Run by path: `python -I -S tether.py PARENT SIGNAL program arguments...`. It is a separate program because the kernel
must be told after every change of user or namespace and before the program starts. A hook between fork and exec could
do that too, but it is unsafe in a parent with threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PARENT_IS_GONE = 125


def tie_to_parent(parent: int, ending: int) -> bool:
    """Have the kernel send this process the signal `ending` when its parent ends.

    Returns False when the parent has already ended.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ending, 0, 0, 0)
    return os.getppid() == parent


def main() -> None:
    """Tie this process to its parent, then execute the program; exit with PARENT_IS_GONE when the parent has ended."""
    parent, ending, *command = sys.argv[1:]
    if not tie_to_parent(int(parent), int(ending)):
        sys.exit(PARENT_IS_GONE)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
