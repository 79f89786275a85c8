"""arq's entry points: each carries one id, and is harmless when it comes late, twice or not at all."""

import asyncio
from typing import Any
from uuid import UUID

from domain.logs import get_logger
from domain.store.due import due_of_order
from workers import engine, hints, messages
from workers.messages import Office
from workers.workshop import Workshop

log = get_logger(__name__)


async def run_saga(ctx: dict[str, Any], saga_id: str) -> None:
    """Somebody changed something for this saga."""
    workshop: Workshop = ctx["workshop"]
    await engine.run_saga(workshop, UUID(saga_id))


async def draw_card(ctx: dict[str, Any], card_id: str) -> None:
    """This card may show something old."""
    office: Office = ctx["office"]
    await messages.draw_card(office, int(card_id))


async def send_push(ctx: dict[str, Any], push_id: str) -> None:
    """This message waits."""
    office: Office = ctx["office"]
    await messages.send_push(office, int(push_id))


async def handle_event(ctx: dict[str, Any], event_id: str) -> None:
    """Stripe told something."""
    workshop: Workshop = ctx["workshop"]
    await hints.read_hint(workshop, event_id)


async def follow_order(ctx: dict[str, Any], order_id: str) -> None:
    """Something was committed about this order: everything that is due there."""
    office: Office = ctx["office"]
    async with office.singly() as connection:
        due = await due_of_order(connection, int(order_id))
    done = await asyncio.gather(*(_OF_ORDER[bell.job](ctx, bell.subject) for bell in due), return_exceptions=True)
    for bell, fault in zip(due, done, strict=True):
        if fault is not None:
            log.error("queue_job_failed", job=bell.job, subject=bell.subject, exc_info=fault)


_OF_ORDER = {job.__name__: job for job in (run_saga, draw_card, send_push)}
JOBS = (run_saga, draw_card, send_push, handle_event, follow_order)
