"""Fetching updates without a public address: stored in one commit, handled by the same path, then the offset moves."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.arrivals import WANTED_UPDATES, Unintelligible, arrival_of
from bot.inbox import Inbox, receive
from domain.logs import get_logger
from domain.store.inbox import Arrival, store_updates

PATIENCE = 20  # seconds Telegram may hold an empty answer back
LONGEST_PAUSE = 3.0  # seconds between two tries; people wait for an answer meanwhile
CONFLICT = 409  # another process polls with the same token

log = get_logger(__name__)


class Unavailable(Exception):
    """Telegram gives no updates now; `pause` is how many seconds it asked for."""

    def __init__(self, words: str, pause: float | None = None) -> None:
        super().__init__(words)
        self.pause = pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Spring:
    """Where the updates of one campus come out."""

    campus_id: int
    url: str = field(repr=False)  # with the token in it
    session: aiohttp.ClientSession
    inbox: Inbox


async def poll(spring: Spring) -> None:
    """For ever: the next batch. When cancelled, what was taken up is finished first."""
    under_way: set[asyncio.Task[None]] = set()
    offset, failures = 0, 0
    try:
        while True:
            try:
                batch = await fetch(spring, offset)
                arrivals = [each for each in (_read(spring.campus_id, update) for update in batch) if each is not None]
                async with spring.inbox.database() as work:
                    await store_updates(work, arrivals)
            except Exception as error:  # Telegram or Postgres is away: the offset stays, so nothing is lost
                failures += 1
                pause = getattr(error, "pause", None) or min(0.1 * 2.0 ** min(failures, 10), LONGEST_PAUSE)
                # Only its kind: the words of a client's error may hold the address, and with it the token.
                said = error if isinstance(error, Unavailable) else type(error).__name__
                log.warning("polling_paused", campus=spring.campus_id, pause_seconds=round(pause, 1), error=said)
                await asyncio.sleep(pause)
                continue
            failures = 0
            for arrival in arrivals:
                task = asyncio.create_task(_take(spring.inbox, arrival))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            offset = max((update["update_id"] + 1 for update in batch), default=offset)
    finally:
        await asyncio.gather(*under_way, return_exceptions=True)


async def fetch(spring: Spring, offset: int) -> Sequence[dict[str, Any]]:
    """The updates from `offset` on, which forgets those before it; Unavailable when Telegram gives none."""
    asked = {"offset": offset, "timeout": PATIENCE, "allowed_updates": list(WANTED_UPDATES)}
    async with spring.session.post(spring.url, json=asked) as response:
        answer = await response.json(content_type=None)
    if isinstance(answer, dict) and answer.get("ok") is True:
        batch = [each for each in answer["result"] if _has_number(each)]
        if answer["result"] and not batch:
            raise Unavailable("Telegram answered with something that is no update")
        return batch
    if response.status == CONFLICT:
        raise Unavailable("another process polls with the same token, or a webhook is set; only one may be")
    parameters = answer.get("parameters", {}) if isinstance(answer, dict) else {}
    raise Unavailable(f"Telegram answered {response.status}", parameters.get("retry_after"))


def _has_number(update: object) -> bool:
    """Without its number an update can't be forgotten at Telegram, nor kept here."""
    return isinstance(update, dict) and type(update.get("update_id")) is int


def _read(campus_id: int, update: dict[str, Any]) -> Arrival | None:
    try:
        return arrival_of(campus_id, update)
    except (Unintelligible, RecursionError):  # it can't be kept, and must not keep the others from coming
        return None


async def _take(inbox: Inbox, arrival: Arrival) -> None:
    """It is stored: whatever goes wrong here, the look for unfinished updates takes it up again."""
    try:
        await receive(inbox, arrival)
    except Exception as error:
        log.warning("update_postponed", update=arrival.update_id, campus=arrival.campus_id, error=error)
