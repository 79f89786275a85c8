"""What shall happen, drawn from a seed: the fate meant for each order, and the blows that fall meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import chain, count
from random import Random


class OrderScenario(StrEnum):
    """What people do with an order; what becomes of it in the end is decided by who was first."""

    DELIVERED_WITH_PIN = "delivered with the PIN"
    DELIVERED_WITH_PHOTO = "five wrong PINs, then a photo"
    DELIVERED_BY_SECOND_RUNNER = "given back, then delivered by another"
    CANCELLED_BY_ADMIN = "claimed, then cancelled by an admin"
    CANCELLED = "cancelled while open"
    CANCELLED_AT_ONCE = "cancelled as soon as it was placed"
    EXPIRED = "nobody came in time"
    CONTESTED = "claimed twice, cancelled and expired at the same instant"


# Most orders of the day end early: walking one to the door costs ten times as much as cancelling it.
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


SCENARIOS_LONGEST_FIRST = (
    OrderScenario.DELIVERED_WITH_PHOTO,
    OrderScenario.DELIVERED_BY_SECOND_RUNNER,
    OrderScenario.DELIVERED_WITH_PIN,
    OrderScenario.CONTESTED,
    OrderScenario.CANCELLED,
    OrderScenario.CANCELLED_BY_ADMIN,
    OrderScenario.EXPIRED,
    OrderScenario.CANCELLED_AT_ONCE,
)


class SoakFault(StrEnum):
    """Something that goes wrong; the words stand in the report."""

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
    STRIPE_UNREACHABLE = "Stripe away"
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
    """A fate for each order, in the shares above.

    Of the last tenth the long ways come first: one begun at the very end is a minute in which nobody else walks.
    """
    scenarios = Random(f"{seed}: fates").choices(
        list(SCENARIO_WEIGHTS), weights=list(SCENARIO_WEIGHTS.values()), k=orders
    )
    rest = orders - orders // 10
    return scenarios[:rest] + sorted(scenarios[rest:], key=SCENARIOS_LONGEST_FIRST.index)


def shuffle_faults(soak_faults: Sequence[SoakFault], seed: int, repeats: int | None) -> Iterator[SoakFault]:
    """The deck shuffled so many times (None: for ever): each kind comes before any comes too often."""
    rng = Random(f"{seed}: blows")
    for _ in count() if repeats is None else range(repeats):
        yield from rng.sample(soak_faults, len(soak_faults))


def random_for_order(seed: int, order: int) -> Random:
    """What is left to chance in the walk of one order, by its place in the plan."""
    return Random(f"{seed}: order {order}")
