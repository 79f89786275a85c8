"""The list of Stripe's events: an event that no webhook brought is stored, and handled like any other."""

from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from domain.database.unit_of_work import UnitOfWork
from domain.inbox.repository import find_stored_events, store_event
from domain.reconciliation.list_cursor_repository import ListCursor
from domain.settings.logs import get_logger
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.reconciliation.stripe_lists import StripeList, StripeObjects
from workers.stripe.gateway_lists import list_events

PLATFORM_EVENTS_INTERVAL = timedelta(seconds=60)
ACCOUNT_EVENTS_INTERVAL = timedelta(minutes=10)  # there are many accounts, each with few events
OVERLAP_SECONDS = 300  # an event listed even later is not lost: hourly and daily reconciliation uses no events

log = get_logger(__name__)


async def store_missed_events(context: ReconciliationContext, list_cursor: ListCursor, objects: StripeObjects) -> None:
    """Store the new events of a page; skip and log one that Postgres does not accept."""
    async with context.database() as work:
        stored_ids = await find_stored_events(work, [str(event["id"]) for event in objects])
        for event in reversed(objects):
            if event["id"] not in stored_ids:
                await _store_missed_event(work, list_cursor, event)


async def _store_missed_event(work: UnitOfWork, list_cursor: ListCursor, event: dict[str, object]) -> None:
    account = event.get("account") or list_cursor.account
    try:
        async with work.connection.begin_nested():
            await store_event(
                work,
                event_id=str(event["id"]),
                kind=str(event["type"]),
                account=account if isinstance(account, str) else None,
                payload=event,
            )
    except DBAPIError as exception:
        log.warning("stripe_event_not_stored", stripe_event=event.get("id"), error=exception)


PLATFORM_EVENTS = StripeList(
    fetch_page=list_events,
    handle_page=store_missed_events,
    interval=PLATFORM_EVENTS_INTERVAL,
    overlap_seconds=OVERLAP_SECONDS,
)
ACCOUNT_EVENTS = StripeList(
    fetch_page=list_events,
    handle_page=store_missed_events,
    interval=ACCOUNT_EVENTS_INTERVAL,
    overlap_seconds=OVERLAP_SECONDS,
)
