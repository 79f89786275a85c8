"""A saga of an order that is stuck, as after a refusal that nobody expected, and over again later."""

from typing import Any

from domain.orders.states import Order
from tests.stack.worker_stack import WorkerStack


async def stick_saga(stack: WorkerStack, order: Order, kind: str = "create_order") -> Any:
    """Let a saga of the order that is over be stuck; return its row."""
    over = "SELECT id, status FROM saga WHERE order_id = :id AND kind = :kind AND ended_at IS NOT NULL"
    (saga,) = await stack.rows(over, id=order.id, kind=kind)
    await stack.sql("UPDATE saga SET status = 'stuck', ended_at = NULL, error = 'x' WHERE id = :id", id=saga.id)
    return saga


async def release_saga(stack: WorkerStack, saga: Any) -> None:
    """Let the saga be over again, and all lists be due."""
    mended = "UPDATE saga SET status = :status, ended_at = now(), error = NULL WHERE id = :id"
    await stack.sql(mended, id=saga.id, status=saga.status)
    await stack.sql("UPDATE list_cursor SET due_at = now()")
