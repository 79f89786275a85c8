"""Webhooks: events signed and posted to the receiver, tried again when refused, and disturbed on order."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from sandbox.stripe.documents import Document, Documents
from sandbox.stripe.eventlog import EventLog

PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before the second to fifth attempt; Stripe spreads them over hours
PATIENCE = 10.0  # seconds a receiver may take
SHUFFLED_TOGETHER = 0.2  # seconds events are gathered for before they go out in any order


@dataclass(slots=True, kw_only=True)
class Receiver:
    """Where events go and what is done to them on the way."""

    url: str | None = None
    secret: str | None = None
    connect_secret: str | None = None  # signs events of connected accounts
    enabled: Sequence[str] = ("*",)  # the types that are sent, or * for all
    drop: bool = False
    duplicate: bool = False
    shuffle: bool = False
    delay: float = 0.0  # seconds


def signature(secret: str, body: str, at: int) -> str:
    """The Stripe-Signature header for a body sent at that (real) unix time."""
    mac = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


class Delivery:
    """Takes waiting events off the log and posts them."""

    def __init__(self, documents: Documents, events: EventLog, receiver: Receiver) -> None:
        """Nothing runs before `run`."""
        self.receiver = receiver
        self._documents = documents
        self._events = events
        self._news = asyncio.Event()
        self._posting: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There may be new events."""
        if self._events.waiting:
            self._news.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session:
            try:
                while True:
                    await self._news.wait()
                    self._news.clear()
                    if self.receiver.shuffle:
                        await asyncio.sleep(SHUFFLED_TOGETHER)
                    self._start(session)
            finally:
                await self._stop()

    def _start(self, session: aiohttp.ClientSession) -> None:
        batch = [self._documents.get("event", id_) for id_ in self._events.waiting]
        self._events.waiting.clear()
        if self.receiver.shuffle:
            random.shuffle(batch)
        for event in batch:
            if event is None:
                continue
            if self.receiver.url is None or self.receiver.drop or not self._wanted(event):
                self._events.delivered(event)
                continue
            task = asyncio.create_task(self._deliver(session, event))
            self._posting.add(task)
            task.add_done_callback(self._posting.discard)
        self._documents.commit()

    def _wanted(self, event: Document) -> bool:
        return "*" in self.receiver.enabled or event["type"] in self.receiver.enabled

    async def _deliver(self, session: aiohttp.ClientSession, event: Document) -> None:
        if self.receiver.delay:
            await asyncio.sleep(self.receiver.delay)
        for pause in (*PAUSES, None):
            if await self._post(session, event) or pause is None:
                break
            await asyncio.sleep(pause)
        if self.receiver.duplicate:
            await self._post(session, event)
        self._events.delivered(event)
        self._documents.commit()

    async def _post(self, session: aiohttp.ClientSession, event: Document) -> bool:
        receiver = self.receiver
        secret = (receiver.connect_secret if "account" in event else None) or receiver.secret
        if receiver.url is None or secret is None:
            return True
        body = json.dumps(event, indent=2)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(secret, body, int(time.time())),
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
