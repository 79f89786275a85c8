"""arq's entry points: each carries one id, and is harmless when it comes late, twice or not at all."""

from typing import Any
from uuid import UUID

from workers import engine, hints, messages
from workers.messages import Office
from workers.workshop import Workshop


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


JOBS = (run_saga, draw_card, send_push, handle_event)
