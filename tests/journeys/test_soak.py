"""A few dozen orders while workers die, Redis forgets and Stripe and Telegram fail: all of it settles."""

from sandbox.soak.plan import Blow
from sandbox.soak.report import report
from sandbox.soak.soak import Order, soak
from tests.journeys.town import Town

# Each ends within seconds. Stripe's 500 is not among them: it is kept under the key, and a hold waits a minute for
# another one; nor are the bot's death and Postgres', whose starts alone would take longer than all of this.
DECK = (
    Blow.WORKER_KILLED,
    Blow.REDIS_FLUSHED,
    Blow.STRIPE_BUSY,
    Blow.STRIPE_CONFLICTED,
    Blow.STRIPE_LOST,
    Blow.HOOKS_DROPPED,
    Blow.TELEGRAM_BUSY,
    Blow.TELEGRAM_LOST,
    Blow.TELEGRAM_UNSURE,
)
ORDERS = 15
SEED = 7


async def test_orders_settle_whatever_fails_meanwhile(town: Town) -> None:
    order = Order(
        orders=ORDERS,
        seed=SEED,
        deck=DECK,
        rounds=1,
        gap=0.7,
        customers=5,
        accounts=1,
        calm_from=1.0,
        give_up_after=240,
        settles_within=60,
    )
    outcome = await soak(town.stack, (town.quarters["south"], town.quarters["west"]), order, print)
    told = "\n".join(report(outcome))
    assert outcome.verdict.wrong == [], told
    assert outcome.verdict.states.total() == ORDERS, told
    assert outcome.weather.blows[Blow.WORKER_KILLED] == 1, told
