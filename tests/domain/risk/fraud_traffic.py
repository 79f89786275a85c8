"""Six frauds, each by four gangs for a month: they try the highest sum first, and hurry nowhere.

Two of them also patiently: these gangs know every limit, and stay below all of them.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from tests.domain.risk.honest_traffic import DAYS, START
from tests.domain.risk.simulation import Loss, PlayedOrder
from tests.domain.risk.traffic import IntendedOrder, Stages

GANGS = 4
SUMS = (19_900, 11_900, 11_900, 5_900, 5_900, 2_900, 2_900)  # what a gang tries on each account in a day
UNHURRIED = Stages(
    claimed=timedelta(seconds=20),
    bought=timedelta(minutes=2),
    picked_up=timedelta(minutes=1),
    arrived=timedelta(minutes=2),
    handed_over=timedelta(seconds=10),
)


def _order(
    dice: random.Random, day: int, gang: int, account: int, number: int, amount: int, card: str, **changed: Any
) -> IntendedOrder:
    at = START + timedelta(days=day, hours=11, minutes=12 * number + dice.uniform(0, 5))
    values: dict[str, Any] = {
        "at": at,
        "customer": 100_000 * gang + account,
        "admitted_at": START + timedelta(days=day),
        "runner": 50_000 + gang,
        "approved_at": START,
        "card": card,
        "declines": 0,
        "ceiling": amount,
        "total": amount,
        "receipt": amount - 500,
        "runner_share": amount - 250,
        "stages": UNHURRIED,
        "by_pin": True,
    }
    return IntendedOrder(**{**values, **changed})


def _collusion(dice: random.Random, gang: int) -> Iterator[PlayedOrder]:
    """Three accounts and one runner who share: their own cards, disputed ten days later."""
    for day in range(DAYS):
        for number, amount in enumerate(SUMS):
            for account in range(3):
                order = _order(
                    dice,
                    day,
                    gang,
                    account,
                    number,
                    amount,
                    f"own-{gang}-{account}",
                    disputed_after=timedelta(days=10),
                )
                yield PlayedOrder(order=order, gang=gang, loss=Loss.DISPUTE)


def _stolen_cards(dice: random.Random, gang: int) -> Iterator[PlayedOrder]:
    """Four new accounts a day, each with a stolen card, and one runner; the owners dispute after 5 to 20 days."""
    for day in range(DAYS):
        for account in range(4):
            card = f"stolen-{gang}-{day}-{account}"
            for number, amount in enumerate(SUMS):
                order = _order(
                    dice,
                    day,
                    gang,
                    10 * day + account,
                    number,
                    amount,
                    card,
                    disputed_after=timedelta(days=dice.uniform(5, 20)),
                    radar_level="elevated" if dice.random() < 0.3 else "normal",
                )
                yield PlayedOrder(order=order, gang=gang, loss=Loss.DISPUTE)


def _card_testing(dice: random.Random, gang: int) -> Iterator[PlayedOrder]:
    """One account tries 60 cards a day with small orders; one in ten is good."""
    for day in range(DAYS):
        for number in range(60):
            order = _order(
                dice,
                day,
                gang,
                0,
                0,
                800,
                f"tested-{gang}-{day}-{number}",
                declines=0 if number % 10 == 9 else 1,
                at=START + timedelta(days=day, hours=9, minutes=2 * number),
            )
            yield PlayedOrder(order=order, gang=gang)


def _debt_shedding(dice: random.Random, gang: int) -> Iterator[PlayedOrder]:
    """Two cards that fail after the delivery, and a new account for each order."""
    for day in range(DAYS):
        for number, amount in enumerate(SUMS):
            order = _order(
                dice,
                day,
                gang,
                10 * day + number,
                number,
                amount,
                f"empty-{gang}-{number % 2}",
                runner=60_000 + dice.randrange(40),
            )
            yield PlayedOrder(order=order, gang=gang, loss=Loss.DEBT)


def _refund_abuse(dice: random.Random, gang: int) -> Iterator[PlayedOrder]:
    """One account that eats well and reports every order but one in four."""
    for day in range(DAYS):
        for number, amount in enumerate((4_900, 2_900)):
            order = _order(
                dice,
                day,
                gang,
                0,
                number,
                amount,
                f"own-{gang}",
                runner=60_000 + dice.randrange(40),
                complains=dice.random() < 0.75,
            )
            yield PlayedOrder(order=order, gang=gang, loss=Loss.REFUND)


def _no_show_abuse(dice: random.Random, gang: int) -> Iterator[PlayedOrder]:
    """A runner who says that customers were absent, with any photo, for ten orders a day; 60 % report it."""
    for day in range(DAYS):
        for number in range(10):
            order = _order(
                dice,
                day,
                gang,
                number + 20 * day,
                number,
                1_700,
                f"customer-{gang}-{number + 20 * day}",
                admitted_at=START - timedelta(days=30),
                by_pin=False,
                complains=dice.random() < 0.6,
            )
            yield PlayedOrder(order=order, gang=gang, loss=Loss.NO_FOOD)


def _patient_collusion(dice: random.Random, gang: int) -> Iterator[PlayedOrder]:
    """Collusion that stays below the limits of a pair's week, of a new account, and of a runner's day."""
    for day in range(DAYS):
        for account in range(3):
            card, later = f"own-{gang}-{account}", timedelta(days=10)
            at = START + timedelta(days=day, hours=12 + account)  # never a minute too early
            order = _order(dice, day, gang, account, account, 5_900, card, at=at, disputed_after=later)
            yield PlayedOrder(order=order, gang=gang, loss=Loss.DISPUTE)


def _patient_stolen_cards(dice: random.Random, gang: int) -> Iterator[PlayedOrder]:
    """Two stolen cards a day on new accounts, below what one runner may bring to such."""
    for day in range(DAYS):
        for account in range(2):
            card, later = f"stolen-{gang}-{day}-{account}", timedelta(days=dice.uniform(5, 20))
            at = START + timedelta(days=day, hours=12 + account)
            who = 10 * day + account
            order = _order(dice, day, gang, who, account, 11_900, card, at=at, disputed_after=later)
            yield PlayedOrder(order=order, gang=gang, loss=Loss.DISPUTE)


Fraud = Callable[[random.Random, int], Iterator[PlayedOrder]]
FRAUDS: Mapping[str, Fraud] = MappingProxyType(
    {
        "collusion": _collusion,
        "stolen cards": _stolen_cards,
        "card testing": _card_testing,
        "debt shedding": _debt_shedding,
        "refund abuse": _refund_abuse,
        "no-show abuse": _no_show_abuse,
    }
)
PATIENT_FRAUDS: Mapping[str, Fraud] = MappingProxyType(
    {"patient collusion": _patient_collusion, "patient stolen cards": _patient_stolen_cards}
)


def fraud_month(name: str, seed: int) -> list[PlayedOrder]:
    """Return a month of this fraud by all gangs, by time."""
    dice = random.Random(seed)
    orders = [played for gang in range(1, GANGS + 1) for played in {**FRAUDS, **PATIENT_FRAUDS}[name](dice, gang)]
    return sorted(orders, key=lambda played: played.order.at)
