"""What shall happen, drawn from a seed: the fate meant for each order, and the blows that fall meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import chain, count
from random import Random


class Fate(StrEnum):
    """What people do with an order; what becomes of it in the end is decided by who was first."""

    PIN = "delivered with the PIN"
    PHOTO = "five wrong PINs, then a photo"
    HANDED_ON = "given back, then delivered by another"
    STOPPED = "claimed, then cancelled by an admin"
    CANCELLED = "cancelled while open"
    REGRETTED = "cancelled as soon as it was placed"
    EXPIRED = "nobody came in time"
    CONTESTED = "claimed twice, cancelled and expired at the same instant"


# Most orders of the day end early: walking one to the door costs ten times as much as cancelling it.
SHARES: Mapping[Fate, int] = {
    Fate.PIN: 22,
    Fate.PHOTO: 4,
    Fate.HANDED_ON: 4,
    Fate.STOPPED: 3,
    Fate.CANCELLED: 24,
    Fate.REGRETTED: 11,
    Fate.EXPIRED: 24,
    Fate.CONTESTED: 8,
}


LONGEST_FIRST = (
    Fate.PHOTO,
    Fate.HANDED_ON,
    Fate.PIN,
    Fate.CONTESTED,
    Fate.CANCELLED,
    Fate.STOPPED,
    Fate.EXPIRED,
    Fate.REGRETTED,
)


class Blow(StrEnum):
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
    STRIPE_LOST = "Stripe's answer lost after the commit"
    STRIPE_CUT = "Stripe's answer truncated"
    STRIPE_GARBLED = "Stripe's answer is some proxy's page"
    STRIPE_AWAY = "Stripe away"
    STRIPE_LATER = "Stripe's clock an hour on"
    HOOKS_DROPPED = "webhooks dropped"
    HOOKS_DOUBLED = "webhooks doubled"
    HOOKS_SHUFFLED = "webhooks shuffled"
    TELEGRAM_BUSY = "Telegram answers 429"
    TELEGRAM_FAILED = "Telegram answers 500"
    TELEGRAM_HUNG = "Telegram hangs"
    TELEGRAM_LOST = "Telegram's answer to an edit lost"
    TELEGRAM_UNSURE = "Telegram's answer to a message lost"
    TELEGRAM_RESET = "Telegram resets the connection"


OFTEN: Mapping[Blow, int] = {Blow.WORKER_KILLED: 5, Blow.WORKER_STOPPED: 2, Blow.REDIS_FLUSHED: 2, Blow.STRIPE_BUSY: 2}
WHOLE_DECK: Sequence[Blow] = tuple(chain.from_iterable([blow] * OFTEN.get(blow, 1) for blow in Blow))


def draw_fates(orders: int, seed: int) -> list[Fate]:
    """A fate for each order, in the shares above.

    Of the last tenth the long ways come first: one begun at the very end is a minute in which nobody else walks.
    """
    fates = Random(f"{seed}: fates").choices(list(SHARES), weights=list(SHARES.values()), k=orders)
    rest = orders - orders // 10
    return fates[:rest] + sorted(fates[rest:], key=LONGEST_FIRST.index)


def draw_blows(deck: Sequence[Blow], seed: int, rounds: int | None) -> Iterator[Blow]:
    """The deck shuffled so many times (None: for ever): each kind comes before any comes too often."""
    dice = Random(f"{seed}: blows")
    for _ in count() if rounds is None else range(rounds):
        yield from dice.sample(deck, len(deck))


def dice_for(seed: int, order: int) -> Random:
    """What is left to chance in the walk of one order, by its place in the plan."""
    return Random(f"{seed}: order {order}")
