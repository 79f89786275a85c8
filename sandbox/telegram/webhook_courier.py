"""Pushing updates to webhooks: one request a queue at a time, in order, again and again until taken or too old."""

import asyncio
from dataclasses import replace
from typing import Final

import aiohttp

from .clock import Clock
from .records import Update, Webhook
from .transcript import Transcript
from .world import World

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_DELAY, LONGEST_RETRY_AFTER = 60.0, 3600.0  # seconds
PATIENCE: Final = 60.0  # seconds a webhook may take to answer


class Courier:
    """Carries the pending updates of bots that have set a webhook."""

    def __init__(self, world: World, clock: Clock, transcript: Transcript) -> None:
        self._world, self._clock, self._transcript = world, clock, transcript
        self._session: aiohttp.ClientSession | None = None
        self._rounds: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._slots: dict[int, asyncio.Semaphore] = {}

    async def open(self) -> None:
        """Start; pending updates found on disk go out at once."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        for webhook in self._world.webhooks:
            self.restart(webhook.bot_id)

    async def close(self) -> None:
        """Stop in the middle of whatever is under way."""
        rounds = list(self._rounds.values())
        self._rounds.clear()
        for task in rounds:
            task.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def restart(self, bot_id: int) -> None:
        """The bot's webhook was set, changed or removed: drop what is under way and begin anew."""
        for key in [key for key in self._rounds if key[0] == bot_id]:
            self._rounds.pop(key).cancel()
        self._slots.pop(bot_id, None)
        for update in list(self._world.pending(bot_id).values()):
            self.carry(update)

    def carry(self, update: Update) -> None:
        """See to it that this update's queue is being delivered."""
        key = (update.bot_id, update.queue)
        webhook = self._world.webhooks.get(update.bot_id)
        if webhook is None or self._session is None or key in self._rounds:
            return
        self._slots.setdefault(update.bot_id, asyncio.Semaphore(webhook.max_connections))
        self._rounds[key] = asyncio.create_task(self._deliver_queue(self._session, *key))

    def _first(self, bot_id: int, queue: str) -> Update | None:
        pending = self._world.pending(bot_id)
        for update in [update for update in pending.values() if update.queue == queue]:
            if update.expires_at > self._clock.now():
                return update
            self._world.settle(update)
        return None

    async def _deliver_queue(self, session: aiohttp.ClientSession, bot_id: int, queue: str) -> None:
        try:
            await self._deliver_all(session, bot_id, queue)
        finally:
            key = (bot_id, queue)
            if self._rounds.get(key) is asyncio.current_task():
                del self._rounds[key]

    async def _deliver_all(self, session: aiohttp.ClientSession, bot_id: int, queue: str) -> None:
        failures = 0
        while (update := self._first(bot_id, queue)) and (webhook := self._world.webhooks.get(bot_id)):
            async with self._slots[bot_id]:
                status, asked, trouble = await _push(session, webhook, update)
            self._record(update, status, trouble)
            if 200 <= status < 300:
                self._world.settle(update)
                failures = 0
                continue
            failures += 1
            self._note_trouble(bot_id, trouble)
            await self._clock.sleep(_delay(failures, asked))

    def _record(self, update: Update, status: int, trouble: str) -> None:
        bot = self._world.bots.get(update.bot_id)
        body = {"update_id": update.update_id, **update.body}
        name = bot.username if bot else ""
        self._transcript.record_update(bot=name, update=body, status=status, answer=trouble or None)

    def _note_trouble(self, bot_id: int, trouble: str) -> None:
        webhook = self._world.webhooks.get(bot_id)
        if webhook is not None:
            moment = int(self._clock.now())
            self._world.webhooks.put(replace(webhook, last_error_date=moment, last_error_message=trouble))


def _delay(failures: int, asked: float | None) -> float:
    """Seconds to wait: none after the first failure, then 1, 2, 4, ... up to a minute, or what was asked for."""
    if asked is not None:
        return min(asked, LONGEST_RETRY_AFTER)
    return 0.0 if failures == 1 else min(2.0 ** (failures - 2), LONGEST_DELAY)


async def _push(session: aiohttp.ClientSession, webhook: Webhook, update: Update) -> tuple[int, float | None, str]:
    headers = {SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
    body = {"update_id": update.update_id, **update.body}
    try:
        async with session.post(webhook.url, json=body, headers=headers) as response:
            await response.read()
            asked = response.headers.get("Retry-After", "")
            trouble = "" if response.ok else f"Wrong response from the webhook: {response.status} {response.reason}"
            return response.status, float(asked) if asked.isdigit() else None, trouble
    except TimeoutError:
        return 0, None, "Connection timed out"
    except aiohttp.ClientError as error:
        return 0, None, f"Connection failed: {type(error).__name__}"
