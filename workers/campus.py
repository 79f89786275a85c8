"""`python -m workers.campus`: create or update campuses from files; see workers/commands/campus.py."""

import sys

from workers.commands.campus import main

if __name__ == "__main__":
    sys.exit(main())
