"""Sending of updates to webhooks: in order within each queue, retried until accepted or expired."""

import asyncio
from dataclasses import replace
from typing import Final

import aiohttp

from sandbox.telegram.records import Update, Webhook
from sandbox.telegram.telegram_clock import TelegramClock
from sandbox.telegram.telegram_world import TelegramWorld
from sandbox.telegram.transcript import Transcript

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
MAX_DELAY_SECONDS, MAX_RETRY_AFTER_SECONDS = 60.0, 3600.0
POST_TIMEOUT_SECONDS: Final = 60.0


class WebhookCourier:
    """Sends the pending updates of bots that have set a webhook."""

    def __init__(self, world: TelegramWorld, clock: TelegramClock, transcript: Transcript) -> None:
        self._world, self._clock, self._transcript = world, clock, transcript
        self._session: aiohttp.ClientSession | None = None
        self._queue_tasks: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._slots: dict[int, asyncio.Semaphore] = {}

    async def open(self) -> None:
        """Start sending, beginning with the pending updates loaded from disk."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=POST_TIMEOUT_SECONDS))
        for webhook in self._world.webhooks:
            self.restart(webhook.bot_id)

    async def close(self) -> None:
        """Cancel all requests in flight and stop."""
        queue_tasks = list(self._queue_tasks.values())
        self._queue_tasks.clear()
        for task in queue_tasks:
            task.cancel()
        await asyncio.gather(*queue_tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def restart(self, bot_id: int) -> None:
        """Cancel the bot's queues and start them again, because its webhook was set, changed or removed."""
        for key in [key for key in self._queue_tasks if key[0] == bot_id]:
            self._queue_tasks.pop(key).cancel()
        self._slots.pop(bot_id, None)
        for update in list(self._world.pending(bot_id).values()):
            self.start_queue_of(update)

    def start_queue_of(self, update: Update) -> None:
        """Start sending the queue of this update, unless it is being sent."""
        key = (update.bot_id, update.queue)
        webhook = self._world.webhooks.get(update.bot_id)
        if webhook is None or self._session is None or key in self._queue_tasks:
            return
        self._slots.setdefault(update.bot_id, asyncio.Semaphore(webhook.max_connections))
        self._queue_tasks[key] = asyncio.create_task(self._send_queue(self._session, *key))

    def _first_pending(self, bot_id: int, queue: str) -> Update | None:
        pending = self._world.pending(bot_id)
        for update in [update for update in pending.values() if update.queue == queue]:
            if update.expires_at > self._clock.now():
                return update
            self._world.mark_delivered(update)
        return None

    async def _send_queue(self, session: aiohttp.ClientSession, bot_id: int, queue: str) -> None:
        try:
            await self._send_all(session, bot_id, queue)
        finally:
            key = (bot_id, queue)
            if self._queue_tasks.get(key) is asyncio.current_task():
                del self._queue_tasks[key]

    async def _send_all(self, session: aiohttp.ClientSession, bot_id: int, queue: str) -> None:
        failures = 0
        while (update := self._first_pending(bot_id, queue)) and (webhook := self._world.webhooks.get(bot_id)):
            async with self._slots[bot_id]:
                status, retry_after, trouble = await _post_update(session, webhook, update)
            self._record(update, status, trouble)
            if 200 <= status < 300:
                self._world.mark_delivered(update)
                failures = 0
                continue
            failures += 1
            self._note_trouble(bot_id, trouble)
            await self._clock.sleep(_retry_delay(failures, retry_after))

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


def _retry_delay(failures: int, retry_after: float | None) -> float:
    """Return the seconds to wait: `retry_after`, or 0, 1, 2, 4 ... up to a minute."""
    if retry_after is not None:
        return min(retry_after, MAX_RETRY_AFTER_SECONDS)
    return 0.0 if failures == 1 else min(2.0 ** (failures - 2), MAX_DELAY_SECONDS)


async def _post_update(
    session: aiohttp.ClientSession, webhook: Webhook, update: Update
) -> tuple[int, float | None, str]:
    headers = {SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
    body = {"update_id": update.update_id, **update.body}
    if webhook.trouble is not None:
        return 0, None, webhook.trouble
    try:
        async with session.post(webhook.url, json=body, headers=headers) as response:
            await response.read()
            retry_after = response.headers.get("Retry-After", "")
            trouble = "" if response.ok else f"Wrong response from the webhook: {response.status} {response.reason}"
            return response.status, float(retry_after) if retry_after.isdigit() else None, trouble
    except TimeoutError:
        return 0, None, "Connection timed out"
    except aiohttp.ClientError as error:
        return 0, None, f"Connection failed: {type(error).__name__}"
