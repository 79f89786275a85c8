"""The list of Stripe's events: an event that no webhook brought is stored, and handled like any other."""

from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from domain.database.unit_of_work import UnitOfWork
from domain.inbox.repository import find_stored_events, store_event
from domain.reconciliation.list_cursor_repository import ListCursor
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.reconciliation.stripe_lists import StripeList
from workers.stripe.gateway_pages import list_events
from workers.stripe.objects.event import StripeEvent

PLATFORM_EVENTS_INTERVAL = Timeout.EVENTS_INTERVAL.delta
ACCOUNT_EVENTS_INTERVAL = Timeout.ACCOUNT_EVENTS_INTERVAL.delta
OVERLAP_SECONDS = Timeout.EVENTS_OVERLAP.whole_seconds

log = get_logger(__name__)


def list_of_events(account: str | None) -> StripeList[StripeEvent]:
    """Return the list of the events of the platform, or of a connected account."""
    return StripeList(
        fetch_page=lambda client, request: list_events(client, request, account),
        handle_page=store_missed_events,
        interval=PLATFORM_EVENTS_INTERVAL if account is None else ACCOUNT_EVENTS_INTERVAL,
        overlap_seconds=OVERLAP_SECONDS,
    )


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
        async with work.connection.begin_nested():
            await store_event(work, event_id=event.id, kind=event.type, account=account, payload=event.payload)
    except DBAPIError as exception:
        log.warning("stripe_event_not_stored", stripe_event=event.id, error=exception)
