"""`python -m workers.dead_letters`: the dead letters of no campus; see workers/commands/dead_letters.py."""

import sys

from workers.commands.dead_letters import main

if __name__ == "__main__":
    sys.exit(main())
