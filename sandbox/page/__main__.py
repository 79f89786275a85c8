"""Run the chat page as a process: `python -m sandbox.page`."""

import argparse

import uvloop

from sandbox.page.chat_views import parse_chat_view
from sandbox.page.page_server import running_page
from sandbox.server.serving import serve_until_stopped


def main() -> None:
    """Read the command line and serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.page", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 picks a free one")
    parser.add_argument("--telegram", required=True, metavar="URL", help="address of the Telegram stand-in")
    parser.add_argument(
        "--chat",
        dest="views",
        type=parse_chat_view,
        action="append",
        default=[],
        metavar="PERSON:CHAT[:ROLE[:START]]",
        help="a chat to show at the first visit: 1001:@some_bot:orders:code or 2001:-1001000000001:runs",
    )
    options = parser.parse_args()
    running = running_page(options.telegram, tuple(options.views), port=options.port)
    uvloop.run(serve_until_stopped("chat page", running))


if __name__ == "__main__":
    main()
