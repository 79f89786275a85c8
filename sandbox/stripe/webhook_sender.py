"""Webhook delivery: signs and posts events, retries refused ones, and applies ordered disturbances."""

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from sandbox.stripe.documents import Document, DocumentStore
from sandbox.stripe.stripe_events import StripeEventLog

# Before the second to fifth attempt. Stripe spreads its attempts over hours.
RETRY_DELAYS_SECONDS = (0.5, 1.0, 2.0, 4.0)
POST_TIMEOUT_SECONDS = 10.0
SHUFFLE_WINDOW_SECONDS = 0.2  # how long events are collected before they are sent in random order


@dataclass(slots=True, kw_only=True)
class WebhookReceiver:
    """The address and secrets of the receiver, and the ordered disturbances of delivery."""

    url: str | None = None
    secret: str | None = None
    connect_secret: str | None = None  # signs events of connected accounts
    enabled: Sequence[str] = ("*",)  # event types to send, * for all
    drop: bool = False
    duplicate: bool = False
    shuffle: bool = False
    delay: float = 0.0  # seconds


def sign_webhook(secret: str, body: str, at: int) -> str:
    """Return the Stripe-Signature header of a body that is sent at the real unix time `at`."""
    mac = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


class WebhookSender:
    """Takes queued events from the event log and posts them."""

    def __init__(self, documents: DocumentStore, events: StripeEventLog, receiver: WebhookReceiver) -> None:
        """Nothing is sent before `run`."""
        self.receiver = receiver
        self._documents = documents
        self._events = events
        self._new_events = asyncio.Event()
        self._posting: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Start sending if events are queued."""
        if self._events.waiting:
            self._new_events.set()

    async def run(self) -> None:
        """Send events until cancelled."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=POST_TIMEOUT_SECONDS)) as session:
            try:
                while True:
                    await self._new_events.wait()
                    self._new_events.clear()
                    if self.receiver.shuffle:
                        await asyncio.sleep(SHUFFLE_WINDOW_SECONDS)
                    self._start_posting(session)
            finally:
                await self._stop()

    def _start_posting(self, session: aiohttp.ClientSession) -> None:
        batch = [self._documents.get("event", id_) for id_ in self._events.waiting]
        self._events.waiting.clear()
        if self.receiver.shuffle:
            random.shuffle(batch)
        for event in batch:
            if event is None:
                continue
            if self.receiver.url is None or self.receiver.drop or not self._is_enabled(event):
                self._events.mark_delivered(event)
                continue
            task = asyncio.create_task(self._send_event(session, event))
            self._posting.add(task)
            task.add_done_callback(self._posting.discard)
        self._documents.commit()

    def _is_enabled(self, event: Document) -> bool:
        return "*" in self.receiver.enabled or event["type"] in self.receiver.enabled

    async def _send_event(self, session: aiohttp.ClientSession, event: Document) -> None:
        if self.receiver.delay:
            await asyncio.sleep(self.receiver.delay)
        for pause in (*RETRY_DELAYS_SECONDS, None):
            if await self._post_once(session, event) or pause is None:
                break
            await asyncio.sleep(pause)
        if self.receiver.duplicate:
            await self._post_once(session, event)
        self._events.mark_delivered(event)
        self._documents.commit()

    async def _post_once(self, session: aiohttp.ClientSession, event: Document) -> bool:
        receiver = self.receiver
        secret = (receiver.connect_secret if "account" in event else None) or receiver.secret
        if receiver.url is None or secret is None:
            return True
        body = json.dumps(event)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": sign_webhook(secret, body, int(time.time())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            async with session.post(receiver.url, data=body.encode(), headers=headers) as answer:
                return answer.ok
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _stop(self) -> None:
        for task in self._posting:
            task.cancel()
        await asyncio.gather(*self._posting, return_exceptions=True)
