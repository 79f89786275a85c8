"""`python -m workers.check`: say what works and what does not before the first order; see workers/commands/check.py."""

import sys

from workers.commands.check import main

if __name__ == "__main__":
    sys.exit(main())
