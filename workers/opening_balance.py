"""`python -m workers.opening_balance`: book what was at Stripe before; see workers/commands/opening_balance.py."""

import sys

from workers.commands.opening_balance import main

if __name__ == "__main__":
    sys.exit(main())
