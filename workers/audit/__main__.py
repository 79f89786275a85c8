"""`python -m workers.audit`: check the invariants of all campuses; see workers/commands/audit.py."""

import sys

from workers.commands.audit import main

if __name__ == "__main__":
    sys.exit(main())
