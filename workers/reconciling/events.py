"""Stripe's events by list: what no webhook brought is kept and handled exactly as if one had."""

from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from domain.logs import get_logger
from domain.store.inbox import known_events, store_event
from domain.store.readings import Reading
from domain.store.unit_of_work import UnitOfWork
from workers.reconciling.listing import Listing, Objects
from workers.reconciling.turn import Turn
from workers.stripe_gateway_lists import list_events

EVERY = timedelta(seconds=60)
EVERY_ACCOUNT = timedelta(minutes=10)  # there are many, and little happens on each
OVERLAP = 300  # seconds; the hourly and daily looks do not lean on events at all

log = get_logger(__name__)


async def take_in(turn: Turn, taken: Reading, objects: Objects) -> None:
    """Store what is new, a small part of the list; one whose content can't be stored keeps none of the others out."""
    async with turn.database() as work:
        known = await known_events(work, [str(event["id"]) for event in objects])
        for event in reversed(objects):
            if event["id"] not in known:
                await _take_in(work, taken, event)


async def _take_in(work: UnitOfWork, taken: Reading, event: dict[str, object]) -> None:
    account = event.get("account") or taken.account
    try:
        async with work.connection.begin_nested():
            await store_event(
                work,
                event_id=str(event["id"]),
                kind=str(event["type"]),
                account=account if isinstance(account, str) else None,
                payload=event,
            )
    except DBAPIError as fault:
        log.warning("stripe_event_not_stored", stripe_event=event.get("id"), error=fault)


PLATFORM_EVENTS = Listing(page=list_events, look=take_in, every=EVERY, overlap=OVERLAP)
ACCOUNT_EVENTS = Listing(page=list_events, look=take_in, every=EVERY_ACCOUNT, overlap=OVERLAP)
