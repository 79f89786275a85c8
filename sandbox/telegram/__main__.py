"""Run the Telegram stand-in as a process: `python -m sandbox.telegram`."""

import argparse
from pathlib import Path

import uvloop

from sandbox.server.serving import serve_until_stopped, transcript_folder
from sandbox.telegram.telegram_server import running_telegram


def main() -> None:
    """Read the command line and serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.telegram", description="A stand-in for Telegram's Bot API")
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 picks a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, help="folder that keeps the state; without it nothing is kept")
    options = parser.parse_args()
    running = running_telegram(
        state=options.state, transcript=transcript_folder(), host=options.host, port=options.port
    )
    uvloop.run(serve_until_stopped("sandbox telegram", running))


if __name__ == "__main__":
    main()
