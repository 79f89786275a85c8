"""The parts of one sandbox, and how they are built."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sandbox.server.call_log import CallLog
from sandbox.stripe.documents import DocumentStore
from sandbox.stripe.idempotency import IdempotencyKeys
from sandbox.stripe.platform_profile import load_profile
from sandbox.stripe.stripe_clock import StripeClock
from sandbox.stripe.stripe_events import StripeEventLog
from sandbox.stripe.stripe_faults import StripeFaults
from sandbox.stripe.stripe_world import StripeWorld
from sandbox.stripe.webhook_sender import WebhookReceiver, WebhookSender


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeSandbox:
    """The parts of one running sandbox."""

    world: StripeWorld
    idempotency_keys: IdempotencyKeys
    faults: StripeFaults
    call_log: CallLog
    webhook_sender: WebhookSender
    stopping: asyncio.Event

    def commit(self) -> None:
        """Write all changes to disk and wake the webhook sender."""
        self.world.documents.commit()
        self.webhook_sender.wake()

    def close(self) -> None:
        self.world.documents.close()
        self.call_log.close()


STRIPE_SANDBOX = web.AppKey("sandbox", StripeSandbox)


def build_stripe_sandbox(
    *, state: Path | None, transcript: Path | None, receiver: WebhookReceiver, profile: Path | None = None
) -> StripeSandbox:
    """Build a sandbox from the objects in its state folder, or an empty one; perhaps for the platform in a file."""
    documents = DocumentStore(state)
    if profile is not None:
        load_profile(documents, profile)
    events = StripeEventLog(documents)
    return StripeSandbox(
        world=StripeWorld(documents=documents, clock=StripeClock(documents), events=events),
        idempotency_keys=IdempotencyKeys(documents),
        faults=StripeFaults(),
        call_log=CallLog(transcript, "stripe.jsonl"),
        webhook_sender=WebhookSender(documents, events, receiver),
        stopping=asyncio.Event(),
    )
