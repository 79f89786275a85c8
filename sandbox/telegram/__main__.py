"""Run the Telegram stand-in as a process: `python -m sandbox.telegram`."""

import argparse
import asyncio
import os
import signal
from pathlib import Path

import uvloop

from sandbox.telegram.telegram_server import running_telegram


def main() -> None:
    """Read the command line and serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.telegram", description="A stand-in for Telegram's Bot API")
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 picks a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, help="folder that keeps the state; without it nothing is kept")
    uvloop.run(_serve(parser.parse_args()))


async def _serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    folder = os.environ.get("SANDBOX_TRANSCRIPT_DIR")
    transcript = Path(folder) if folder else None
    running = running_telegram(state=arguments.state, transcript=transcript, host=arguments.host, port=arguments.port)
    async with running as url:
        print(f"sandbox telegram on {url}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    main()
