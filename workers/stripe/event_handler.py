"""The event handler for Stripe: an event signals or starts a saga, which then reads the object from Stripe itself."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, update

from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.inbox.dead_letter import MAX_TRIES, DeadLetterKind, FailedItem, format_error
from domain.inbox.dead_letter_repository import add_dead_letter, find_fallback_campus_id
from domain.inbox.tables import stripe_event
from domain.payments.lapsed_hold_repository import tell_hold_lapsed
from domain.payments.model import LIVE_HOLDS
from domain.payments.tables import hold
from domain.reconciliation.list_cursor_repository import read_list_soon
from domain.saga.signal_repository import signal_saga
from domain.saga.start import start_saga
from domain.saga.tables import saga
from domain.settings.logs import get_logger
from workers.engine.worker_context import WorkerContext
from workers.stripe.event_sagas import choose_saga

log = get_logger(__name__)


async def handle_stripe_event(context: WorkerContext, event_id: str) -> None:
    """Handle one stored event, unless it is handled already or another worker has locked it."""
    async with context.database() as work:
        query = select(stripe_event).where(stripe_event.c.id == event_id, stripe_event.c.handled_at.is_(None))
        row = (await work.connection.execute(query.with_for_update(skip_locked=True))).mappings().one_or_none()
        if row is not None:
            await _handle(work, row)


async def handle_waiting_stripe_events(context: WorkerContext, limit: int) -> None:
    """Handle up to `limit` stored events, oldest first, that came without a queue job."""
    async with context.database() as work:
        query = select(stripe_event).where(stripe_event.c.handled_at.is_(None)).order_by(stripe_event.c.received_at)
        rows = (await work.connection.execute(query.limit(limit).with_for_update(skip_locked=True))).mappings().all()
        for row in rows:
            await _handle(work, row)


async def _handle(work: UnitOfWork, row: RowMapping) -> None:
    """Handle one event; count a failure, and after MAX_TRIES make it a dead letter, so that other events go on."""
    this = update(stripe_event).where(stripe_event.c.id == row["id"])
    try:
        async with work.connection.begin_nested():
            await _wake_or_start(work, row)
    except Exception as exception:  # whatever the error is, later events must not wait for this one
        log.warning("stripe_event_failed", stripe_event=row["id"], error=exception)
        tries, error = row["tries"] + 1, format_error(exception)
        given_up = func.now() if tries >= MAX_TRIES else None
        await work.connection.execute(this.values(tries=tries, error=error, handled_at=given_up))
        if given_up is not None:
            await _add_dead_letter(work, row, tries, error)
    else:
        await work.connection.execute(this.values(handled_at=func.now()))


async def _add_dead_letter(work: UnitOfWork, row: RowMapping, tries: int, error: str) -> None:
    campus_id = await find_fallback_campus_id(work)
    if campus_id is not None:
        shown = f"{row['type']} {row['id']}"
        failed_item = FailedItem(
            kind=DeadLetterKind.STRIPE_EVENT,
            subject=row["id"],
            campus_id=campus_id,
            shown=shown,
            tries=tries,
            error=error,
        )
        await add_dead_letter(work, failed_item)


async def _wake_or_start(work: UnitOfWork, row: RowMapping) -> None:
    """Signal the saga that waits for this object; if none does, start the saga that checks it, or make its list due."""
    stripe_object = row["payload"]["data"]["object"]
    waiting = await _find_waiting_saga(work, stripe_object)
    if waiting is not None:
        await signal_saga(work, waiting, f"stripe_event:{row['id']}")
        return
    start = await choose_saga(work, row["id"], stripe_object, row["account"])
    if start is not None:
        with suppress(Stale):  # the saga was started for this event before
            await start_saga(work, start)
    elif _is_cancelled_intent(stripe_object) and await tell_hold_lapsed(work, str(stripe_object.get("id"))):
        return
    elif await _is_unaccounted_hold(work, stripe_object):
        await read_list_soon(work, "payment_intents")


def _is_cancelled_intent(stripe_object: dict[str, Any]) -> bool:
    return stripe_object.get("object") == "payment_intent" and stripe_object.get("status") == "canceled"


async def _is_unaccounted_hold(work: UnitOfWork, stripe_object: dict[str, Any]) -> bool:
    """Whether the intent holds money without a live hold of ours; then reconciliation has to read it soon."""
    if stripe_object.get("object") != "payment_intent" or stripe_object.get("status") != "requires_capture":
        return False
    counted = select(hold.c.id).where(
        hold.c.payment_intent == str(stripe_object.get("id")), hold.c.status.in_(LIVE_HOLDS)
    )
    return (await work.connection.execute(counted)).scalar_one_or_none() is None


async def _find_waiting_saga(work: UnitOfWork, stripe_object: dict[str, Any]) -> UUID | None:
    """Return the saga that waits for this object, by our rows; the metadata in the event is not trusted."""
    match stripe_object.get("object"):
        case "payment_intent":
            wanted = select(hold.c.saga_id).where(hold.c.payment_intent == str(stripe_object.get("id")))
            query = select(saga.c.id).where(saga.c.id.in_(wanted))
        case "checkout.session":
            query = select(saga.c.id).where(saga.c.data["session"].astext == str(stripe_object.get("id")))
        case "refund":
            query = select(saga.c.id).where(saga.c.data["refund"].astext == str(stripe_object.get("id")))
        case "account":
            query = select(saga.c.id).where(saga.c.data["account"].astext == str(stripe_object.get("id")))
        case _:
            return None
    query = query.where(saga.c.waiting_until.is_not(None), saga.c.wake_at.is_not(None))
    awake: UUID | None = (await work.connection.execute(query.limit(1))).scalar_one_or_none()
    return awake
