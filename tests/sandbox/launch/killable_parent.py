"""A parent process for a test to kill: starts both servers in a folder, prints their process ids, and waits."""

import signal
import sys
from pathlib import Path

from sandbox.launch import postgres, valkey


def main() -> None:
    """Start both servers, print their process ids on one line, and wait for ever."""
    folder = Path(sys.argv[1])
    servers = (postgres.start_postgres(folder, durable=False), valkey.start_valkey(folder, durable=False))
    print(*(server.process.pid for server in servers), flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
