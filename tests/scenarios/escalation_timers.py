"""Timers of escalations: making them due, firing them, and reading them."""

from domain.orders.states import Order
from domain.orders.timers.model import TimerKind
from tests.stack.worker_stack import WorkerStack
from workers.scheduling.due_timers import fire_timers


async def make_timers_due(stack: WorkerStack, order: Order, *kinds: TimerKind) -> None:
    """Make these timers of the order due, where they are set; later kinds are due later."""
    for before, kind in enumerate(reversed(kinds), start=1):
        await stack.sql(
            "UPDATE timer SET due_at = now() - make_interval(secs => :before)"
            " WHERE order_id = :id AND kind = :kind AND status = 'set'",
            id=order.id,
            kind=kind,
            before=before,
        )


async def fire_timers_of(stack: WorkerStack, order: Order, *kinds: TimerKind) -> None:
    """Make these timers due, and let a worker fire them."""
    await make_timers_due(stack, order, *kinds)
    await fire_timers(stack.context)


async def allow_leaving(stack: WorkerStack, order: Order) -> None:
    """Let both stages of an absent customer fire, with the reminder sent in between."""
    await fire_timers_of(stack, order, TimerKind.REMINDER)
    await mark_reminder(stack, order, "sent")
    await fire_timers_of(stack, order, TimerKind.ABSENT)


async def mark_reminder(stack: WorkerStack, order: Order, status: str) -> None:
    """Let the customer's reminder have this status, as a sender would record it."""
    reminder = "UPDATE notification SET status = :status, due_at = NULL WHERE order_id = :id AND name LIKE 'reminder:%'"
    await stack.sql(reminder, id=order.id, status=status)


async def sweep(stack: WorkerStack) -> None:
    """Fire due timers as another worker's sweeps do."""
    for _ in range(3):
        await fire_timers(stack.new_worker("looking"))


async def timer_kinds(stack: WorkerStack, order: Order, status: str = "set") -> set[str]:
    """The kinds of the order's timers in this status."""
    query = "SELECT kind FROM timer WHERE order_id = :id AND status = :status"
    return {row.kind for row in await stack.rows(query, id=order.id, status=status)}


async def minutes_until(stack: WorkerStack, order: Order, kind: TimerKind) -> float:
    """The minutes until a set timer is due."""
    query = (
        "SELECT extract(epoch FROM due_at - now()) / 60 AS minutes FROM timer"
        " WHERE order_id = :id AND kind = :kind AND status = 'set'"
    )
    ((minutes,),) = await stack.rows(query, id=order.id, kind=kind)
    return float(minutes)
