"""Tests that a few dozen orders settle while workers are killed, Redis is emptied, and Stripe and Telegram fail."""

import pytest

from sandbox.people.populated_stack import PopulatedStack
from sandbox.soak.soak_plan import SoakFault
from sandbox.soak.soak_report import format_soak_report
from sandbox.soak.soak_run import SoakOptions, run_soak_test

pytestmark = pytest.mark.long

# Each of these faults ends within seconds. Left out are Stripe's 500, which is stored under the key so that a hold
# waits a minute for a new one, and the restarts of bot and Postgres, whose starts alone take longer than this test.
FAULTS = (
    SoakFault.WORKER_KILLED,
    SoakFault.REDIS_FLUSHED,
    SoakFault.STRIPE_BUSY,
    SoakFault.STRIPE_CONFLICTED,
    SoakFault.STRIPE_ANSWER_LOST,
    SoakFault.WEBHOOKS_DROPPED,
    SoakFault.TELEGRAM_BUSY,
    SoakFault.TELEGRAM_EDIT_ANSWER_LOST,
    SoakFault.TELEGRAM_SEND_ANSWER_LOST,
)
ORDERS = 15
SEED = 7


async def test_orders_settle_whatever_fails_meanwhile(stack: PopulatedStack) -> None:
    order = SoakOptions(
        orders=ORDERS,
        seed=SEED,
        soak_faults=FAULTS,
        fault_repeats=1,
        fault_interval=0.7,
        customers_per_campus=5,
        runners_with_account=1,
        calm_after_share=2.0,  # never: all faults fall before the last order ends, however soon all have begun
        order_timeout=240,
        settle_timeout=60,
    )
    campuses = (stack.campuses["handover"], stack.campuses["quick"])
    outcome = await run_soak_test(stack.launched, campuses, order, print)
    told = "\n".join(format_soak_report(outcome))
    assert outcome.findings.failures == [], told
    assert outcome.findings.order_statuses.total() == ORDERS, told
    assert outcome.injector.fault_counts[SoakFault.WORKER_KILLED] == 1, told
