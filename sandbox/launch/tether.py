"""Becomes another program that the kernel ends when its parent dies (on Linux).

Run by path, before the program itself: `python -I -S tether.py PARENT SIGNAL program arguments...`. A program of its
own, since the wish must be told to the kernel after every change of user or namespace and yet before the program
starts; a hook between fork and exec could do that too, but it is unsafe in a parent with threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PARENT_IS_GONE = 125


def tie_to_parent(parent: int, ending: int) -> bool:
    """Have the kernel send us the signal `ending` when our parent ends; False when it is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ending, 0, 0, 0)
    return os.getppid() == parent


def main() -> None:
    """Tie this process, then become the program."""
    parent, ending, *command = sys.argv[1:]
    if not tie_to_parent(int(parent), int(ending)):
        sys.exit(PARENT_IS_GONE)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
