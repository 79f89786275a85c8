"""A few dozen orders while workers die, Redis forgets and Stripe and Telegram fail: all of it settles."""

from sandbox.soak.soak_plan import SoakFault
from sandbox.soak.soak_report import format_soak_report
from sandbox.soak.soak_run import SoakOptions, run_soak_test
from tests.journeys.journey_stack import JourneyStack

# Each ends within seconds. Stripe's 500 is not among them: it is kept under the key, and a hold waits a minute for
# another one; nor are the bot's death and Postgres', whose starts alone would take longer than all of this.
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


async def test_orders_settle_whatever_fails_meanwhile(stack: JourneyStack) -> None:
    order = SoakOptions(
        orders=ORDERS,
        seed=SEED,
        soak_faults=FAULTS,
        fault_repeats=1,
        fault_interval=0.7,
        customers_per_campus=5,
        runners_with_account=1,
        calm_after_share=1.0,
        order_timeout=240,
        settle_timeout=60,
    )
    outcome = await run_soak_test(
        stack.processes, (stack.populated_campuses["south"], stack.populated_campuses["west"]), order, print
    )
    told = "\n".join(format_soak_report(outcome))
    assert outcome.findings.failures == [], told
    assert outcome.findings.order_statuses.total() == ORDERS, told
    assert outcome.injector.fault_counts[SoakFault.WORKER_KILLED] == 1, told
