"""Run the Stripe sandbox until SIGTERM or SIGINT: `python -m sandbox.stripe`."""

import argparse
from pathlib import Path

import uvloop

from sandbox.server.serving import serve_until_stopped
from sandbox.stripe.stripe_server import running_stripe
from sandbox.stripe.webhook_sender import WebhookReceiver


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.stripe", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 picks a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, metavar="FOLDER", help="folder that keeps all objects")
    parser.add_argument("--webhook", metavar="URL", help="address that receives the events")
    parser.add_argument("--webhook-secret", metavar="whsec_...")
    parser.add_argument("--connect-webhook-secret", metavar="whsec_...", help="secret for events of connected accounts")
    parser.add_argument("--webhook-events", nargs="+", default=["*"], metavar="TYPE", help="event types to deliver")
    parser.add_argument("--platform", type=Path, metavar="FILE", help="JSON file with the profile of the platform")
    arguments = parser.parse_args()
    if arguments.webhook and not arguments.webhook_secret:
        parser.error("--webhook needs --webhook-secret")
    return arguments


def main() -> None:
    """Read the command line and serve until SIGINT or SIGTERM."""
    arguments = read_arguments()
    receiver = WebhookReceiver(
        url=arguments.webhook,
        secret=arguments.webhook_secret,
        connect_secret=arguments.connect_webhook_secret,
        enabled=arguments.webhook_events,
    )
    running = running_stripe(
        state=arguments.state,
        receiver=receiver,
        profile=arguments.platform,
        host=arguments.host,
        port=arguments.port,
    )
    uvloop.run(serve_until_stopped("sandbox stripe", running))


if __name__ == "__main__":
    main()
