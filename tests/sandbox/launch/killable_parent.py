"""A parent to be killed: starts both servers below the folder it is given, prints their process numbers, and waits."""

import signal
import sys
from pathlib import Path

from sandbox.launch import postgres, valkey


def main() -> None:
    """Start, print one line, wait for ever."""
    folder = Path(sys.argv[1])
    servers = (postgres.start_postgres(folder, durable=False), valkey.start_valkey(folder, durable=False))
    print(*(server.process.pid for server in servers), flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
