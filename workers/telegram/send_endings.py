"""How sending an order message or a notification ends: one mechanism, given the rows that it writes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar, assert_never

from domain.campuses.lost_group_repository import find_group
from domain.campuses.people_repository import mark_unreachable
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.inbox.dead_letter import DeadLetterKind
from domain.messaging.bot_troubles.repository import BotTrouble
from domain.messaging.bot_troubles.use_cases import record_bot_trouble, record_bot_well
from domain.messaging.lost_group_repository import LOST_GROUP_REST
from domain.messaging.order_message_repository import migrate_chat
from domain.orders.use_cases.lost_groups import record_group_lost, record_group_regained
from domain.saga.next_move import backoff_delay
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.telegram.outcomes import (
    Blocked,
    MessageRejected,
    Migrated,
    NotSent,
    RateLimited,
    SendOutcomeUnknown,
    TokenRefused,
    Undelivered,
)
from workers.telegram.sender_context import SenderContext

log = get_logger(__name__)


class OutboxRow(Protocol):
    """What an order message and a notification have in common."""

    @property
    def id(self) -> int: ...
    @property
    def campus_id(self) -> int: ...
    @property
    def order_id(self) -> int | None: ...
    @property
    def chat_id(self) -> int: ...
    @property
    def postponed(self) -> int: ...
    @property
    def error(self) -> str | None: ...


Row = TypeVar("Row", bound=OutboxRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox(Generic[Row]):
    """The writes of one kind of message. Those that return a bool return False when another worker has the row."""

    kind: DeadLetterKind
    queue_job: str  # that sends one
    postpone: Callable[[UnitOfWork, Row, timedelta, str | None], Awaitable[bool]]
    give_up: Callable[[UnitOfWork, Row, str], Awaitable[bool]]
    add_dead_letter: Callable[[UnitOfWork, Row, str], Awaitable[None]]
    tell_waiting: Callable[[UnitOfWork, Row], Awaitable[None]]  # it waits for a group that was lost
    tell_unreachable: Callable[[UnitOfWork, Row], Awaitable[None]]  # its reader blocked the bot
    record_unknown: Callable[[UnitOfWork, Row, SendOutcomeUnknown], Awaitable[None]]


async def heed_rate_limit(sender_context: SenderContext, row: OutboxRow, outcome: object) -> None:
    """Let all workers pause the chat as long as Telegram says."""
    if isinstance(outcome, RateLimited):
        await sender_context.rate_limiter.pause_chat(row.campus_id, row.chat_id, outcome.seconds)


async def record_reached(work: UnitOfWork, row: OutboxRow) -> None:
    """Record that a message that was refused before has arrived: neither its group nor its bot is refused any more."""
    if row.error is None:
        return
    await record_bot_well(work, row.campus_id, BotTrouble.TOKEN)
    if row.chat_id < 0:
        await record_group_regained(work, row.campus_id, row.chat_id)


async def record_undelivered(work: UnitOfWork, outbox: Outbox[Row], row: Row, outcome: Undelivered) -> None:
    """Record why it was not sent, and what follows; nothing when another worker has taken it since (fence).

    Only `give_up_with_dead_letter` ends it, or a reader who blocked the bot: no outage is counted as a try.
    """
    match outcome:
        case RateLimited(seconds):
            await outbox.postpone(work, row, timedelta(seconds=seconds), None)
        case NotSent(description):
            await postpone_for_outage(work, outbox, row, description)
        case TokenRefused(description):
            if await outbox.postpone(work, row, Timeout.REFUSED_TOKEN_REST.delta, description):
                await record_bot_trouble(work, row.campus_id, BotTrouble.TOKEN, description)
        case Migrated(new_chat_id):
            if await outbox.postpone(work, row, timedelta(0), None):
                await migrate_chat(work, row.chat_id, new_chat_id)
                work.enqueue_after_commit(outbox.queue_job, row.id)
        case SendOutcomeUnknown():
            await outbox.record_unknown(work, row, outcome)
        case Blocked(description):
            await _stop_unreachable(work, outbox, row, description)
        case MessageRejected(description):
            log.error("message_refused", kind=outbox.kind, number=row.id, order=row.order_id, error=description)
            await give_up_with_dead_letter(work, outbox, row, description)
        case _:
            assert_never(outcome)


async def postpone_for_outage(work: UnitOfWork, outbox: Outbox[Row], row: Row, error: str) -> None:
    """Send it later: the longer Telegram is away, the less often."""
    await outbox.postpone(work, row, backoff_delay(row.postponed + 1), error)


async def give_up_with_dead_letter(work: UnitOfWork, outbox: Outbox[Row], row: Row, error: str) -> None:
    """Send it no more by itself: it waits for an admin."""
    if await outbox.give_up(work, row, error):
        await outbox.add_dead_letter(work, row, error)


async def _stop_unreachable(work: UnitOfWork, outbox: Outbox[Row], row: Row, why: str) -> None:
    """Let it wait for a group of the campus that was lost; else give it up, until the person writes again.

    Only who still has the lease of what was refused may record that: it may have arrived meanwhile.
    """
    campus_id, chat_id = row.campus_id, row.chat_id
    if chat_id < 0 and find_group(await find_campus(work, campus_id), chat_id) is not None:
        if await outbox.postpone(work, row, LOST_GROUP_REST, why):
            await _record_unreachable_chat(work, row, why)
            await outbox.tell_waiting(work, row)
    elif await outbox.give_up(work, row, why):
        await _record_unreachable_chat(work, row, why)
        await outbox.tell_unreachable(work, row)


async def _record_unreachable_chat(work: UnitOfWork, row: OutboxRow, why: str) -> None:
    if row.chat_id > 0:
        await mark_unreachable(work, row.campus_id, row.chat_id)
        return
    log.error("group_unreachable", campus=row.campus_id, chat=row.chat_id, error=why)
    await record_group_lost(work, row.campus_id, row.chat_id, why)
