"""The list of Stripe's events: an event that no webhook brought is stored, and handled like any other."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from domain.database.unit_of_work import UnitOfWork
from domain.inbox.repository import find_stored_events, store_event
from domain.payouts.repository import has_money_in_flight
from domain.reconciliation.list_cursor_repository import ListCursor, find_missed_at, record_missed_event
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.reconciliation.stripe_lists import StripeList
from workers.stripe.event_types import EVENT_TYPES, Handled
from workers.stripe.gateway_pages import list_events
from workers.stripe.objects.event import StripeEvent

EVENTS_INTERVAL = Timeout.EVENTS_INTERVAL.delta
MISSED_EVENTS_INTERVAL = Timeout.MISSED_EVENTS_INTERVAL.delta
ACCOUNT_EVENTS_INTERVAL = Timeout.ACCOUNT_EVENTS_INTERVAL.delta
IDLE_ACCOUNT_INTERVAL = Timeout.IDLE_ACCOUNT_INTERVAL.delta
WEBHOOKS_MISSED = Timeout.WEBHOOKS_MISSED.delta
WEBHOOK_DELAY_SECONDS = Timeout.WEBHOOK_DELAY.whole_seconds
OVERLAP_SECONDS = Timeout.EVENTS_OVERLAP.whole_seconds

log = get_logger(__name__)


def list_of_events(account: str | None) -> StripeList[StripeEvent]:
    """Return the list of the events of the platform, or of a connected account."""
    return StripeList(
        fetch_page=lambda client, request: list_events(client, request, account),
        handle_page=store_missed_events,
        next_delay=_delay_of_platform if account is None else _delay_of_account,
        overlap_seconds=OVERLAP_SECONDS,
    )


async def _delay_of_platform(work: UnitOfWork, list_cursor: ListCursor) -> timedelta:
    """Return how long the events of the platform rest: short while webhooks miss some of them."""
    missed_at = await find_missed_at(work, list_cursor)
    has_missed = missed_at is not None and missed_at > work.now - WEBHOOKS_MISSED
    return MISSED_EVENTS_INTERVAL if has_missed else EVENTS_INTERVAL


async def _delay_of_account(work: UnitOfWork, list_cursor: ListCursor) -> timedelta:
    """Return how long the events of an account rest: a day unless its runner is owed money or was paid lately."""
    is_waited_for = await has_money_in_flight(work, str(list_cursor.account))
    return ACCOUNT_EVENTS_INTERVAL if is_waited_for else IDLE_ACCOUNT_INTERVAL


async def store_missed_events(
    context: ReconciliationContext, list_cursor: ListCursor, events: Sequence[StripeEvent]
) -> None:
    """Store the new events of a page; skip and log one that Postgres does not accept."""
    async with context.database() as work:
        stored_ids = await find_stored_events(work, [event.id for event in events])
        for event in reversed(events):
            if event.id not in stored_ids:
                await _store_missed_event(work, list_cursor, event)


async def _store_missed_event(work: UnitOfWork, list_cursor: ListCursor, event: StripeEvent) -> None:
    account = event.account or list_cursor.account
    try:
        async with work.savepoint():
            await store_event(work, event_id=event.id, kind=event.type, account=account, payload=event.payload)
            if _should_have_come(event, work.now):
                await record_missed_event(work, list_cursor)
    except DBAPIError as exception:
        log.warning("stripe_event_not_stored", stripe_event=event.id, error=exception)


def _should_have_come(event: StripeEvent, now: datetime) -> bool:
    """Return whether a webhook should have brought the event by now."""
    kind = EVENT_TYPES.get(event.type)
    is_subscribed = isinstance(kind, Handled) and kind.is_subscribed
    return is_subscribed and event.created < now.timestamp() - WEBHOOK_DELAY_SECONDS
