"""Honest traffic of a campus, written before the rules: what people do who mean no harm.

The shapes and rates are assumptions about a campus of 1,500 customers; they were not fitted to any rule:

- Lunch and dinner peaks, fewer orders at weekends; baskets of S$4 to S$45, with a long tail up to S$120.
- A launch week in which every customer and every runner is new.
- Runners who work often and runners who come once; one in twenty orders goes to the same friend every time.
- A club whose members place 20 orders within ten minutes, three of them by its treasurer, all to two runners.
- Study groups: one person orders twice or three times within an hour for others.
- One card in 40 is refused once, one in 400 four times (a wrong limit); families share a card.
- 4 % are handed over without a PIN (the customer is in class), 1.5 % complain, 1 in 3,000 disputes and wins.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.domain.risk.traffic import IntendedOrder, Stages

DAYS = 30
CUSTOMERS = 1_500
RUNNERS = 90
START = datetime(2026, 9, 7, tzinfo=UTC)  # a Monday
DELIVERY_FEE, SERVICE_FEE_POINTS, HEADROOM_POINTS = 300, 500, 1_000
PEAK_HOURS = ((12, 0.9, 0.42), (18.5, 1.1, 0.43), (22, 1.0, 0.15))  # hour, spread in hours, share
DISPUTES = 1 / 3_000
CUSTOMER_WEIGHTS = [1 / (number + 40) for number in range(CUSTOMERS)]  # a few order daily, most once or twice
RUNNER_WEIGHTS = [1 / (number + 12) for number in range(RUNNERS)]
SECOND = timedelta(seconds=1)


def honest_month(seed: int) -> list[IntendedOrder]:
    """Return a month of honest orders by time, the launch week first."""
    dice = random.Random(seed)
    orders = [order for day in range(DAYS) for order in _orders_of_day(dice, day)]
    return _with_joining(sorted(orders, key=lambda order: order.at))


def _with_joining(orders: list[IntendedOrder]) -> list[IntendedOrder]:
    """Let customers and runners join before their first order, at the latest 90 s before."""
    joined: dict[int, datetime] = {}
    return [
        replace(
            order,
            admitted_at=joined.setdefault(order.customer, min(order.admitted_at, order.at - 90 * SECOND)),
            approved_at=joined.setdefault(order.runner, min(order.approved_at, order.at - 90 * SECOND)),
        )
        for order in orders
    ]


def _orders_of_day(dice: random.Random, day: int) -> Iterator[IntendedOrder]:
    weekend = day % 7 >= 5
    for _ in range(round(dice.gauss(90 if weekend else 210, 20))):
        customer = dice.choices(range(CUSTOMERS), CUSTOMER_WEIGHTS)[0]
        at = _moment(dice, day)
        yield _order(dice, at, customer, _usual_runner(dice, customer))
        while dice.random() < 0.04:  # for the study group, within the hour
            at += timedelta(minutes=dice.uniform(2, 55))
            yield _order(dice, at, customer, _any_runner(dice))
    if day % 7 == 3:
        yield from _club_evening(dice, day)


def _club_evening(dice: random.Random, day: int) -> Iterator[IntendedOrder]:
    """Twenty orders within ten minutes; the treasurer, member 700, places three of them."""
    begins = START + timedelta(days=day, hours=19)
    members = [700, 700, 700, *range(701, 718)]
    for member in members:
        yield _order(dice, begins + timedelta(minutes=dice.uniform(0, 10)), member, dice.choice((11, 12)))


def _moment(dice: random.Random, day: int) -> datetime:
    hour, spread, _ = dice.choices(PEAK_HOURS, weights=[share for *_, share in PEAK_HOURS])[0]
    return START + timedelta(days=day, hours=min(max(dice.gauss(hour, spread), 7.5), 23.9))


def _any_runner(dice: random.Random) -> int:
    return dice.choices(range(RUNNERS), RUNNER_WEIGHTS)[0]


def _usual_runner(dice: random.Random, customer: int) -> int:
    """Customers whose number ends in 0 or 20, 40, 60, 80 have a friend who takes their orders whenever possible."""
    if customer % 20 == 0 and dice.random() < 0.9:
        return 20 + customer % RUNNERS
    return _any_runner(dice)


def _order(dice: random.Random, at: datetime, customer: int, runner: int) -> IntendedOrder:
    items = min(round(dice.lognormvariate(7.05, 0.55)), 12_000)  # the median is S$11.50
    ceiling = items + items * HEADROOM_POINTS // 10_000 + DELIVERY_FEE + items * SERVICE_FEE_POINTS // 10_000
    receipt = round(items * dice.uniform(0.92, 1.06))
    return IntendedOrder(
        at=at,
        customer=customer,
        admitted_at=_planned_joining(customer, CUSTOMERS),
        runner=10_000 + runner,
        approved_at=_planned_joining(runner, RUNNERS),
        card=f"card-{customer // 2 if customer % 50 == 1 else customer}",  # some families share one
        declines=_declines(dice),
        ceiling=ceiling,
        total=receipt + DELIVERY_FEE + items * SERVICE_FEE_POINTS // 10_000,
        receipt=receipt,
        runner_share=receipt + DELIVERY_FEE * 85 // 100,
        stages=_stages(dice),
        by_pin=dice.random() > 0.04,
        complains=dice.random() < 0.015,
        disputed_after=timedelta(days=dice.uniform(5, 20)) if dice.random() < DISPUTES else None,
        radar_level="elevated" if dice.random() < 0.004 else "normal",
    )


def _planned_joining(number: int, of: int) -> datetime:
    """Two thirds join in the launch week, the others over the month."""
    share = (number * 7919 % of) / of
    days = share * 10 if share < 0.66 else 7 + share * 20
    return START + timedelta(days=days)


def _declines(dice: random.Random) -> int:
    chance = dice.random()
    return 4 if chance < 1 / 400 else 1 if chance < 1 / 40 else 0


def _stages(dice: random.Random) -> Stages:
    def minutes(median: float, spread: float, least: float) -> timedelta:
        return timedelta(minutes=max(dice.lognormvariate(0, spread) * median, least))

    return Stages(
        claimed=minutes(2.5, 0.9, 0.05),
        bought=minutes(9, 0.5, 1.0),  # a runner may stand in the shop already
        picked_up=minutes(4, 0.8, 0.1),  # from "bought" to "picked up" some tap at once
        arrived=minutes(6, 0.5, 0.8),
        handed_over=minutes(1.2, 0.8, 0.1),
    )
