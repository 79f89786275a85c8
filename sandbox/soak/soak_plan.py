"""The plan of a soak, drawn from a seed: the scenario of each order, and the faults."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import chain, count
from random import Random

from sandbox.launch.campuses import HURRIED_LIMITS


class OrderScenario(StrEnum):
    """What people do with an order, the slowest first. Its end depends on who is first."""

    DELIVERED_WITH_PHOTO = "five wrong PINs, then left with a photo"
    DELIVERED_BY_SECOND_RUNNER = "given back, then delivered by another"
    DELIVERED_WITH_PIN = "delivered with the PIN"
    CONTESTED = "claimed twice, cancelled and expired at the same instant"
    CANCELLED = "cancelled while open"
    CANCELLED_BY_ADMIN = "claimed, then cancelled by an admin"
    EXPIRED = "nobody came in time"
    CANCELLED_AT_ONCE = "cancelled as soon as it was placed"


# Most orders end early: a delivery costs ten times as much time as a cancellation.
SCENARIO_WEIGHTS: Mapping[OrderScenario, int] = {
    OrderScenario.DELIVERED_WITH_PIN: 22,
    OrderScenario.DELIVERED_WITH_PHOTO: 4,
    OrderScenario.DELIVERED_BY_SECOND_RUNNER: 4,
    OrderScenario.CANCELLED_BY_ADMIN: 3,
    OrderScenario.CANCELLED: 24,
    OrderScenario.CANCELLED_AT_ONCE: 11,
    OrderScenario.EXPIRED: 24,
    OrderScenario.CONTESTED: 8,
}

# Windows of the campuses, shorter than those of the demo: food is left, and pay without a PIN is sent, within the soak.
SOAK_WINDOWS: Mapping[str, str] = {"reminder": "2s", "absent": "5s", "problem": "15s"}


# Five customers of a campus place all of its orders here, within minutes, at random with one of a few runners.
SOAK_LIMITS: Mapping[str, str] = {
    **HURRIED_LIMITS,
    "open_orders": "1000",
    "new_open_orders": "1000",
    "pair_orders": "1000",
    "given_back": "1000",
    "declines": "1000",
    "unproven": "1000",
    **dict.fromkeys(("customer_day", "new_customer_day", "pair_day", "pair_week"), '"100000.00"'),
    **dict.fromkeys(("new_customers_day", "runner_day"), '"100000.00"'),
}


class SoakFault(StrEnum):
    """A fault; the values are printed in the report."""

    WORKER_KILLED = "worker killed"
    WORKER_STOPPED = "worker stopped and continued"
    BOT_KILLED = "bot killed"
    REDIS_FLUSHED = "Redis flushed"
    REDIS_RESTARTED = "Redis killed and restarted"
    POSTGRES_RESTARTED = "Postgres restarted"
    STRIPE_FAILED = "Stripe answers 500"
    STRIPE_BUSY = "Stripe answers 429"
    STRIPE_CONFLICTED = "Stripe answers 409"
    STRIPE_HUNG = "Stripe hangs"
    STRIPE_ANSWER_LOST = "Stripe's answer lost after the commit"
    STRIPE_ANSWER_TRUNCATED = "Stripe's answer truncated"
    STRIPE_ANSWER_REPLACED = "Stripe's answer is some proxy's page"
    STRIPE_UNREACHABLE = "Stripe unreachable"
    STRIPE_CLOCK_ADVANCED = "Stripe's clock an hour on"
    WEBHOOKS_DROPPED = "webhooks dropped"
    WEBHOOKS_DUPLICATED = "webhooks doubled"
    WEBHOOKS_SHUFFLED = "webhooks shuffled"
    TELEGRAM_BUSY = "Telegram answers 429"
    TELEGRAM_FAILED = "Telegram answers 500"
    TELEGRAM_HUNG = "Telegram hangs"
    TELEGRAM_EDIT_ANSWER_LOST = "Telegram's answer to an edit lost"
    TELEGRAM_SEND_ANSWER_LOST = "Telegram's answer to a message lost"
    TELEGRAM_RESET = "Telegram resets the connection"


FAULT_REPEATS: Mapping[SoakFault, int] = {
    SoakFault.WORKER_KILLED: 5,
    SoakFault.WORKER_STOPPED: 2,
    SoakFault.REDIS_FLUSHED: 2,
    SoakFault.STRIPE_BUSY: 2,
}
ALL_SOAK_FAULTS: Sequence[SoakFault] = tuple(
    chain.from_iterable([soak_fault] * FAULT_REPEATS.get(soak_fault, 1) for soak_fault in SoakFault)
)


def choose_scenarios(orders: int, seed: int) -> list[OrderScenario]:
    """Choose a scenario for each order, with the weights above.

    In the last tenth the long scenarios come first. A long one at the very end would be a minute in which no other
    order runs.
    """
    scenarios = Random(f"{seed}: fates").choices(
        list(SCENARIO_WEIGHTS), weights=list(SCENARIO_WEIGHTS.values()), k=orders
    )
    rest = orders - orders // 10
    return scenarios[:rest] + sorted(scenarios[rest:], key=list(OrderScenario).index)


def shuffle_faults(soak_faults: Sequence[SoakFault], seed: int, repeats: int | None) -> Iterator[SoakFault]:
    """Yield all faults in random order, `repeats` times (None: for ever), so that no kind comes much more often."""
    rng = Random(f"{seed}: blows")
    for _ in count() if repeats is None else range(repeats):
        yield from rng.sample(soak_faults, len(soak_faults))


def random_for_order(seed: int, order: int) -> Random:
    """Return the random generator of one order, by its index in the plan."""
    return Random(f"{seed}: order {order}")
