"""Run the chat page as a process: `python -m sandbox.page`."""

import argparse

import uvloop

from sandbox.page.chat_views import parse_chat_view, parse_web_app_link
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
    parser.add_argument(
        "--web-app",
        type=parse_web_app_link,
        metavar="PERSON:@BOT:LABEL:URL",
        help="a page that the head leads to, opened as this person: 3001:@some_bot:The console:http://127.0.0.1:8090/",
    )
    options = parser.parse_args()
    running = running_page(options.telegram, tuple(options.views), options.web_app, port=options.port)
    uvloop.run(serve_until_stopped("chat page", running))


if __name__ == "__main__":
    main()
