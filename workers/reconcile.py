"""`python -m workers.reconcile`: compare everything with Stripe now; see workers/commands/reconcile.py."""

import sys

from workers.commands.reconcile import main

if __name__ == "__main__":
    sys.exit(main())
