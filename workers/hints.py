"""Stripe's webhooks as hints: each wakes, or starts, the saga that then looks for itself."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, update

from domain.errors import Stale
from domain.logs import get_logger
from domain.parking import MOST_TRIES, ParkedKind, Poison, spelled
from domain.payment import LIVE_HOLDS
from domain.store.lapses import tell_lapsed
from domain.store.parking import first_campus, park
from domain.store.progress import send_signal, start_saga
from domain.store.readings import bring_forward
from domain.store.schema import hold, saga, stripe_event
from domain.store.unit_of_work import UnitOfWork
from workers.late_news import saga_for
from workers.workshop import Workshop

log = get_logger(__name__)


async def read_hint(workshop: Workshop, event_id: str) -> None:
    """Handle one stored event; a second time it is handled already."""
    async with workshop.database() as work:
        query = select(stripe_event).where(stripe_event.c.id == event_id, stripe_event.c.handled_at.is_(None))
        row = (await work.connection.execute(query.with_for_update(skip_locked=True))).mappings().one_or_none()
        if row is not None:
            await _handle(work, row)


async def read_hints(workshop: Workshop, most: int) -> None:
    """Handle stored events nobody rang a bell for."""
    async with workshop.database() as work:
        query = select(stripe_event).where(stripe_event.c.handled_at.is_(None)).order_by(stripe_event.c.received_at)
        rows = (await work.connection.execute(query.limit(most).with_for_update(skip_locked=True))).mappings().all()
        for row in rows:
            await _handle(work, row)


async def _handle(work: UnitOfWork, row: RowMapping) -> None:
    """Wake who waits for it; one that can't be handled is counted, and parked after a few tries: others go on."""
    this = update(stripe_event).where(stripe_event.c.id == row["id"])
    try:
        async with work.connection.begin_nested():
            await _wake_or_start(work, row)
    except Exception as fault:  # whatever it is, the events behind it must not wait for it
        log.warning("stripe_event_failed", stripe_event=row["id"], error=fault)
        tries, error = row["tries"] + 1, spelled(fault)
        given_up = func.now() if tries >= MOST_TRIES else None
        await work.connection.execute(this.values(tries=tries, error=error, handled_at=given_up))
        if given_up is not None:
            await _park(work, row, tries, error)
    else:
        await work.connection.execute(this.values(handled_at=func.now()))


async def _park(work: UnitOfWork, row: RowMapping, tries: int, error: str) -> None:
    campus_id = await first_campus(work)
    if campus_id is not None:
        shown = f"{row['type']} {row['id']}"
        poison = Poison(
            kind=ParkedKind.EVENT, subject=row["id"], campus_id=campus_id, shown=shown, tries=tries, error=error
        )
        await park(work, poison)


async def _wake_or_start(work: UnitOfWork, row: RowMapping) -> None:
    """Whoever waits for this object looks at it now; where nobody does, late news start a look of their own."""
    found = row["payload"]["data"]["object"]
    waiting = await _waiting_saga(work, found)
    if waiting is not None:
        await send_signal(work, waiting, f"hint:{row['id']}")
        return
    start = await saga_for(work, row["id"], found, row["account"])
    if start is not None:
        with suppress(Stale):  # it was started for this very event
            await start_saga(work, start)
    elif _is_gone(found) and await tell_lapsed(work, str(found.get("id"))):
        return
    elif await _is_stray(work, found):
        await bring_forward(work, "payment_intents")


def _is_gone(found: dict[str, Any]) -> bool:
    return found.get("object") == "payment_intent" and found.get("status") == "canceled"


async def _is_stray(work: UnitOfWork, found: dict[str, Any]) -> bool:
    """Whether money is held by an intent that no hold of ours counts on: the sweep shall judge it soon."""
    if found.get("object") != "payment_intent" or found.get("status") != "requires_capture":
        return False
    counted = select(hold.c.id).where(hold.c.payment_intent == str(found.get("id")), hold.c.status.in_(LIVE_HOLDS))
    return (await work.connection.execute(counted)).scalar_one_or_none() is None


async def _waiting_saga(work: UnitOfWork, found: dict[str, Any]) -> UUID | None:
    """The running saga that this object belongs to, by what we stored, never by what the event says of itself."""
    match found.get("object"):
        case "payment_intent":
            wanted = select(hold.c.saga_id).where(hold.c.payment_intent == str(found.get("id")))
            query = select(saga.c.id).where(saga.c.id.in_(wanted))
        case "checkout.session":
            query = select(saga.c.id).where(saga.c.data["session"].astext == str(found.get("id")))
        case "refund":
            query = select(saga.c.id).where(saga.c.data["refund"].astext == str(found.get("id")))
        case "account":
            query = select(saga.c.id).where(saga.c.data["account"].astext == str(found.get("id")))
        case _:
            return None
    query = query.where(saga.c.waiting_until.is_not(None), saga.c.wake_at.is_not(None))
    awake: UUID | None = (await work.connection.execute(query.limit(1))).scalar_one_or_none()
    return awake
