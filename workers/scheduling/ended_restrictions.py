"""The sweep of restrictions whose time has passed: their people are told, once each."""

from domain.restrictions.use_cases import tell_ended_restrictions
from workers.engine.worker_context import WorkerContext


async def tell_ended(context: WorkerContext) -> None:
    """Tell the people whose restriction ended by itself; it holds no more since its time, told or not."""
    async with context.database() as work:
        await tell_ended_restrictions(work)
