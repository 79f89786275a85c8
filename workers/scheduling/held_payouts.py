"""The sweep of held payouts: each is released in a transaction of its own, which also starts its payout."""

import time
from dataclasses import dataclass, field

from domain.payouts.held_pay.release import release_held_payout
from domain.payouts.held_pay.repository import DuePayable, list_due_payables
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.engine.worker_context import WorkerContext

MAX_BATCH_SIZE = 20  # payables in one turn
RETRY_DELAY_SECONDS = Timeout.HELD_PAY_RETRY.seconds

log = get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class HeldPayoutSweeper:
    """Releases held payables whose time has passed. `resting` are those that failed here: id -> monotonic seconds."""

    context: WorkerContext
    resting: dict[int, float] = field(default_factory=dict)

    async def release_due(self) -> None:
        """Release what is due; a failure of one is logged, and the audit names it while it lasts."""
        now = time.monotonic()
        self.resting = {payable: until for payable, until in self.resting.items() if until > now}
        async with self.context.database() as work:
            due = await list_due_payables(work, MAX_BATCH_SIZE, but=self.resting.keys())
        for each in due:
            await self._release(each)

    async def _release(self, due: DuePayable) -> None:
        try:
            async with self.context.database() as work:
                await release_held_payout(work, due)
        except Exception:
            log.exception("held_payout_failed", payable=due.id, order=due.order_id)
            self.resting[due.id] = time.monotonic() + RETRY_DELAY_SECONDS
