"""Polling for updates without a public URL: a batch is stored in one commit, then handled, and the offset moves.

No more is fetched while many updates are in flight. Telegram keeps the rest meanwhile.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.transport.update_inbox import UpdateInbox, receive_update
from bot.transport.update_payload import ALLOWED_UPDATES, InvalidUpdate, parse_update
from domain.inbox.repository import IncomingUpdate, store_updates
from domain.settings.logs import get_refusal_logger
from domain.settings.timeouts import Timeout

LONG_POLL_TIMEOUT_SECONDS = Timeout.LONG_POLL.whole_seconds
MAX_PEOPLE_IN_FLIGHT = 100  # whose updates of one batch are handled, in this process, before more is fetched
RETRY_DELAY_SECONDS = Timeout.POLL_RETRY.seconds
MAX_RETRY_DELAY_SECONDS = Timeout.POLL_RETRY_MAX.seconds
HTTP_CONFLICT = 409  # another process polls with the same token

log = get_refusal_logger(__name__)  # while the database is away, people decide how many lines there are


class UpdatesUnavailable(Exception):
    """Telegram gives no updates now; `pause` is the delay it asked for, in seconds."""

    def __init__(self, words: str, pause: float | None = None) -> None:
        super().__init__(words)
        self.pause = pause


@dataclass(slots=True, kw_only=True)
class UpdatesInFlight:
    """What this process handles now, for all campuses that it polls: a task for each person and batch."""

    max_tasks: int = MAX_PEOPLE_IN_FLIGHT
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def wait_for_room(self) -> None:
        """Wait until fewer than `max_tasks` run."""
        while len(self.tasks) >= self.max_tasks:
            await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)

    def start(self, handling: Coroutine[None, None, None]) -> None:
        """Start a task."""
        task = asyncio.create_task(handling)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingSource:
    """Where the updates of one campus are fetched, and the inbox that handles them."""

    campus_id: int
    url: str = field(repr=False)  # contains the token
    session: aiohttp.ClientSession
    inbox: UpdateInbox
    in_flight: UpdatesInFlight


async def poll_updates(source: PollingSource) -> None:
    """Fetch and handle updates for ever; when cancelled, finish the updates in flight first."""
    offset, failures = 0, 0
    try:
        while True:
            await source.in_flight.wait_for_room()
            try:
                batch = await fetch_updates(source, offset)
                incoming_updates = [
                    each for each in (_parse_or_skip(source.campus_id, update) for update in batch) if each is not None
                ]
                async with source.inbox.database() as work:
                    await store_updates(work, incoming_updates)
            except Exception as error:  # Telegram or Postgres is away: the offset stays, so nothing is lost
                failures += 1
                pause = getattr(error, "pause", None) or _retry_delay(failures)
                # Only its kind: the text of a client's error may hold the URL with the token.
                said = error if isinstance(error, UpdatesUnavailable) else type(error).__name__
                log.warning("polling_paused", campus=source.campus_id, pause_seconds=round(pause, 1), error=said)
                await asyncio.sleep(pause)
                continue
            failures = 0
            for updates in _group_by_person(incoming_updates):
                source.in_flight.start(_handle_stored_updates(source.inbox, updates))
            offset = max((update["update_id"] + 1 for update in batch), default=offset)
    finally:
        await asyncio.gather(*source.in_flight.tasks, return_exceptions=True)


def _retry_delay(failures: int) -> float:
    return min(RETRY_DELAY_SECONDS * 2.0 ** min(failures, 10), MAX_RETRY_DELAY_SECONDS)


async def fetch_updates(source: PollingSource, offset: int) -> Sequence[dict[str, Any]]:
    """Return the updates from `offset` on; Telegram forgets earlier ones. Raise UpdatesUnavailable on an error."""
    asked = {"offset": offset, "timeout": LONG_POLL_TIMEOUT_SECONDS, "allowed_updates": list(ALLOWED_UPDATES)}
    async with source.session.post(source.url, json=asked) as response:
        answer = await response.json(content_type=None)
    if isinstance(answer, dict) and answer.get("ok") is True:
        batch = [each for each in answer["result"] if _has_number(each)]
        if answer["result"] and not batch:
            raise UpdatesUnavailable("Telegram answered with something that is no update")
        return batch
    if response.status == HTTP_CONFLICT:
        raise UpdatesUnavailable("another process polls with the same token, or a webhook is set; only one may be")
    parameters = answer.get("parameters", {}) if isinstance(answer, dict) else {}
    raise UpdatesUnavailable(f"Telegram answered {response.status}", parameters.get("retry_after"))


def _has_number(update: object) -> bool:
    """Return whether an update has its id: without it Telegram cannot forget it, and we cannot store it."""
    return isinstance(update, dict) and type(update.get("update_id")) is int


def _parse_or_skip(campus_id: int, update: dict[str, Any]) -> IncomingUpdate | None:
    try:
        return parse_update(campus_id, update)
    except (InvalidUpdate, RecursionError):  # it cannot be stored, and must not hold up the others
        return None


def _group_by_person(incoming_updates: Sequence[IncomingUpdate]) -> Collection[Sequence[IncomingUpdate]]:
    """Return the updates of each person in order; an update without a person stands alone."""
    groups: defaultdict[int, list[IncomingUpdate]] = defaultdict(list)
    for each in incoming_updates:
        groups[-each.update_id if each.person_id is None else each.person_id].append(each)
    return groups.values()


async def _handle_stored_updates(inbox: UpdateInbox, updates: Sequence[IncomingUpdate]) -> None:
    """Handle stored updates of one person; after a failure the retry of unfinished updates handles them again."""
    for incoming_update in updates:
        try:
            await receive_update(inbox, incoming_update)
        except Exception as error:
            log.warning(
                "update_postponed", update=incoming_update.update_id, campus=incoming_update.campus_id, error=error
            )
