"""Polling for updates without a public URL: a batch is stored in one commit, then handled, and the offset moves.

No more is fetched while many updates are in flight. Telegram keeps the rest meanwhile.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from bot.transport.update_inbox import UpdateInbox, receive_update
from bot.transport.update_payload import ALLOWED_UPDATES, InvalidUpdate, parse_update
from domain.database.unit_of_work import Begin
from domain.inbox.repository import IncomingUpdate, store_updates
from domain.settings.logs import get_refusal_logger
from domain.settings.timeouts import Timeout

LONG_POLL_TIMEOUT_SECONDS = Timeout.LONG_POLL.whole_seconds
MAX_PEOPLE_IN_FLIGHT = 100  # whose updates of one batch are handled, in this process, before more is fetched
RETRY_DELAY_SECONDS = Timeout.POLL_RETRY.seconds
MAX_RETRY_DELAY_SECONDS = Timeout.POLL_RETRY_MAX.seconds
REFUSED_RETRY_DELAY_SECONDS = Timeout.BOT_SET_UP_RETRY_MAX.seconds
HTTP_UNAUTHORIZED = frozenset({401, 404})  # the token was revoked, or never was one
HTTP_CONFLICT = 409  # another process polls with the same token

log = get_refusal_logger(__name__)  # while the database is away, people decide how many lines there are


class UpdatesUnavailable(Exception):
    """Telegram gives no updates now; `pause` is the delay it asked for, in seconds, and `is_final` a refusal."""

    def __init__(self, words: str, pause: float | None = None, *, is_final: bool = False) -> None:
        super().__init__(words)
        self.pause = pause
        self.is_final = is_final


class RecordState(Protocol):
    """Records how the polling of a campus is: what is wrong, if anything, and whether people are served."""

    async def __call__(self, trouble: str | None, /, *, is_serving: bool) -> None: ...


@dataclass(slots=True, kw_only=True)
class UpdatesInFlight:
    """What is handled now of one campus that is polled: a task for each person and batch."""

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
    record_state: RecordState


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
                async with source.inbox.database(Begin.AS_ONE_STATEMENT) as work:
                    await store_updates(work, incoming_updates)
            except Exception as error:  # Telegram or Postgres is away: the offset stays, so nothing is lost
                failures += 1
                await _pause(source, error, failures)
                continue
            if failures:
                await source.record_state(None, is_serving=True)
            failures = 0
            for updates in _group_by_person(incoming_updates):
                source.in_flight.start(_handle_stored_updates(source.inbox, updates))
            offset = max((update["update_id"] + 1 for update in batch), default=offset)
    finally:
        await asyncio.gather(*source.in_flight.tasks, return_exceptions=True)


async def _pause(source: PollingSource, error: Exception, failures: int) -> None:
    """Say what is wrong, and wait: what Telegram refuses for good is tried rarely, all else soon."""
    is_final = isinstance(error, UpdatesUnavailable) and error.is_final
    asked = error.pause if isinstance(error, UpdatesUnavailable) else None
    maximum = REFUSED_RETRY_DELAY_SECONDS if is_final else MAX_RETRY_DELAY_SECONDS
    pause = asked or min(RETRY_DELAY_SECONDS * 2.0 ** min(failures, 10), maximum)
    # Only its kind: the text of a client's error may hold the URL with the token.
    said = str(error) if isinstance(error, UpdatesUnavailable) else type(error).__name__
    log.warning("polling_paused", campus=source.campus_id, pause_seconds=round(pause, 1), error=said)
    await source.record_state(said, is_serving=not is_final)
    await asyncio.sleep(pause)


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
    refusal = answer if isinstance(answer, dict) else {}
    raise UpdatesUnavailable(
        f"Telegram answered {response.status}: {refusal.get('description', 'without a reason')}",
        refusal.get("parameters", {}).get("retry_after"),
        is_final=response.status in HTTP_UNAUTHORIZED,
    )


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
