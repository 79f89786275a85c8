"""A simulation that plays intended orders against the risk rules of the product, by a clock of its own.

It keeps what Postgres keeps, and hands the rules the same facts. A campus team decides two hours later about what waits
for a person. It lets honest people go, and sees through two of three frauds, and through all once banks dispute.
"""

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from domain.risk.customer_rules import is_new_customer, judge_order
from domain.risk.facts import (
    DAY,
    DISPUTE_MEMORY,
    MONTH,
    WEEK,
    CardAttempt,
    CardFacts,
    CustomerFacts,
    DeliveryFacts,
    PairDelivery,
    PastDelivery,
    PastOrder,
)
from domain.risk.limits import RiskLimits, build_limits
from domain.risk.pay_rules import judge_pay
from domain.risk.runner_rules import judge_claim
from domain.risk.verdicts import Hold, PayReason, Refuse
from tests.domain.risk.traffic import IntendedOrder

ORDER_MOST = 20_000
SHIPPED = build_limits(ORDER_MOST, {})
DECISION_DELAY = timedelta(hours=2)
REFUND_DELAY = timedelta(hours=3)
RETRY = timedelta(seconds=40)  # between two tries of a card
SEEN_THROUGH = 2 / 3
_Row = TypeVar("_Row", bound=tuple[Any, ...])


class Loss(StrEnum):
    """Who loses by a fraud, and when."""

    DISPUTE = "dispute"  # the bank takes the payment back; what the runner was paid is gone
    DEBT = "debt"  # the charge fails after the delivery; the runner is paid by the platform
    REFUND = "refund"  # a refund for food that arrived; the platform bears it
    NO_FOOD = "no_food"  # the food never arrived; what the runner is paid is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedOrder:
    """An order with the gang that it belongs to: 0 is honest."""

    order: IntendedOrder
    gang: int = 0
    loss: Loss | None = None


@dataclass(slots=True, kw_only=True)
class _Customer:
    since: datetime
    orders: list[tuple[datetime, int, datetime, str]] = field(default_factory=list)  # placed, amount, over, card
    attempts: list[CardAttempt] = field(default_factory=list)
    completed: list[datetime] = field(default_factory=list)
    refunded: list[datetime] = field(default_factory=list)
    owes: bool = False


@dataclass(slots=True, kw_only=True)
class _Runner:
    deliveries: list[tuple[datetime, int, bool, bool, int]] = field(default_factory=list)  # the last: the customer
    claims: list[tuple[datetime, int, int]] = field(default_factory=list)  # at, customer, amount
    disputes: list[datetime] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of a month; amounts are minor units."""

    orders: int = 0
    hindered: Counter[str] = field(default_factory=Counter)  # honest orders, by the reason
    later_pay: int = 0  # honest deliveries of new runners that were paid later, by design
    loss: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # by gang
    cards_tried: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    began: dict[int, datetime] = field(default_factory=dict)
    caught: dict[int, datetime] = field(default_factory=dict)

    @property
    def hindered_share(self) -> float:
        """The part of the honest orders that a rule hindered, in percent."""
        return 100 * self.hindered.total() / self.orders


@dataclass(slots=True, kw_only=True)
class Simulation:
    """A month, as far as it was played."""

    limits: RiskLimits
    has_rules: bool
    dice: random.Random
    outcome: Outcome = field(default_factory=Outcome)
    customers: dict[int, _Customer] = field(default_factory=dict)
    runners: dict[int, _Runner] = field(default_factory=lambda: defaultdict(_Runner))
    cards: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # the customers who used it
    cards_since: dict[str, datetime] = field(default_factory=dict)
    events: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    number: int = 0


def play(orders: Iterable[PlayedOrder], seed: int, *, has_rules: bool = True) -> Outcome:
    """Play the orders to their ends by the shipped limits, and return what became of them."""
    run = Simulation(limits=SHIPPED, has_rules=has_rules, dice=random.Random(seed))
    for played in orders:
        _at(run, played.order.at, _placing(run, played, played.order.declines))
    while run.events:
        now, _, happen = heapq.heappop(run.events)
        happen(now)
    return run.outcome


def _at(run: Simulation, when: datetime, happen: Callable[[datetime], None]) -> None:
    run.number += 1
    heapq.heappush(run.events, (when, run.number, happen))


def _placing(run: Simulation, played: PlayedOrder, declines: int) -> Callable[[datetime], None]:
    def place(now: datetime) -> None:
        if played.gang in run.outcome.caught:
            return
        order = played.order
        if declines == order.declines:
            run.outcome.orders += 1
            run.outcome.began.setdefault(played.gang, now)
        customer = run.customers.setdefault(order.customer, _Customer(since=order.admitted_at))
        verdict = judge_order(customer_facts(run, order, now), run.limits, order.ceiling, now)
        if isinstance(verdict, Refuse) and run.has_rules:
            _hinder(run, played, verdict.reason)
            return
        run.cards_since.setdefault(order.card, now)
        run.cards[order.card].add(order.customer)
        customer.attempts.append(CardAttempt(at=now, declined=declines > 0))
        run.outcome.cards_tried[played.gang] += 1
        if declines > 0:
            _at(run, now + RETRY, _placing(run, played, declines - 1))
            return
        customer.orders.append((now, order.ceiling, now + _duration(order), order.card))
        _at(run, now + order.stages.claimed, _claiming(run, played))

    return place


def _duration(order: IntendedOrder) -> timedelta:
    stages = order.stages
    return stages.claimed + stages.bought + stages.picked_up + stages.arrived + stages.handed_over


def customer_facts(run: Simulation, order: IntendedOrder, now: datetime) -> CustomerFacts:
    """Return what Postgres would know of the customer of this order."""
    customer = run.customers[order.customer]
    others = run.cards[order.card] - {order.customer}
    spent_by_others = sum(
        amount
        for other in others
        for _, amount, _, card in _since(run.customers[other].orders, now - DAY)
        if card == order.card
    )
    return CustomerFacts(
        since=customer.since,
        completed=len(customer.completed),
        orders=tuple(
            PastOrder(placed_at=placed, amount=amount, is_open=now < over, card=card)
            for placed, amount, over, card in _since(customer.orders, now - DAY)
        ),
        attempts=tuple(attempt for attempt in customer.attempts[-50:] if now - attempt.at < DAY),
        refunded=sum(now - at < MONTH for at in customer.refunded),
        completed_lately=sum(now - at < MONTH for at in customer.completed),
        card=CardFacts(
            fingerprint=order.card,
            known_since=run.cards_since.get(order.card, now),
            spent_by_others=spent_by_others,
            owes=any(run.customers[other].owes for other in others),
        ),
    )


def _since(rows: Sequence[_Row], since: datetime) -> Iterator[_Row]:
    """Yield the rows from this time on, the newest first; the rows stand in the order of their first value."""
    for row in reversed(rows):
        if row[0] <= since:
            return
        yield row


def _hinder(run: Simulation, played: PlayedOrder, reason: str) -> None:
    if played.gang == 0:
        run.outcome.hindered[reason] += 1


def _claiming(run: Simulation, played: PlayedOrder) -> Callable[[datetime], None]:
    def claim(now: datetime) -> None:
        order = played.order
        runner = run.runners[order.runner]
        pair = tuple(
            PairDelivery(at=at, amount=amount)
            for at, customer, amount in _since(runner.claims, now - DAY)
            if customer == order.customer
        )
        if isinstance(judge_claim(pair, run.limits, order.ceiling, now), Refuse) and run.has_rules:
            _hinder(run, played, "pair")
            return
        runner.claims.append((now, order.customer, order.ceiling))
        _at(run, now + _duration(order) - order.stages.claimed, _delivering(run, played, now))

    return claim


def _delivering(run: Simulation, played: PlayedOrder, claimed_at: datetime) -> Callable[[datetime], None]:
    def deliver(now: datetime) -> None:
        order = played.order
        customer, runner = run.customers[order.customer], run.runners[order.runner]
        is_new = is_new_customer(customer.since, len(customer.completed), run.limits, now)
        facts = delivery_facts(run, played, claimed_at, now, is_new=is_new)
        verdict = judge_pay(facts, run.limits)
        runner.deliveries.append((now, order.receipt, order.by_pin, is_new, order.customer))
        customer.completed.append(now)
        if played.loss is Loss.DEBT:
            customer.owes = True
        if order.complains:
            _at(run, now + REFUND_DELAY, lambda at: customer.refunded.append(at))
        _settle_pay(run, played, verdict if isinstance(verdict, Hold) and run.has_rules else None, now)

    return deliver


def delivery_facts(
    run: Simulation, played: PlayedOrder, claimed_at: datetime, now: datetime, *, is_new: bool
) -> DeliveryFacts:
    """Return what Postgres would know of the runner of this order at its hand-over."""
    order, runner = played.order, run.runners[played.order.runner]
    return DeliveryFacts(
        accepted_at=claimed_at,
        bought_at=claimed_at + order.stages.bought,
        delivered_at=now,
        amount=order.receipt,
        by_pin=order.by_pin,
        to_new_customer=is_new,
        handed_over_before=len(runner.deliveries),
        deliveries=tuple(
            PastDelivery(
                at=at, amount=amount, by_pin=by_pin, to_new_customer=new, to_same_customer=customer == order.customer
            )
            for at, amount, by_pin, new, customer in _since(runner.deliveries, now - WEEK)
        ),
        disputes=sum(now - at < DISPUTE_MEMORY for at in runner.disputes),
        is_elevated=order.radar_level == "elevated",
    )


def _settle_pay(run: Simulation, played: PlayedOrder, held: Hold | None, now: datetime) -> None:
    """Pay the runner now or later, or let the campus team decide; then the loss of a fraud is known."""
    order, gang = played.order, played.gang
    if order.disputed_after is not None:
        _at(run, now + order.disputed_after, lambda at: run.runners[order.runner].disputes.append(at))
    if held is None:
        _book_loss(run, played, is_paid=not (played.loss is Loss.NO_FOOD and order.complains))
        return
    if held.until is not None:
        if gang == 0:
            run.outcome.later_pay += 1
        # A complaint within the wait keeps the pay: a refund then costs the runner, and nobody else.
        _book_loss(run, played, is_paid=not order.complains)
        return
    if gang == 0:
        run.outcome.hindered[held.reason] += 1
        return
    is_seen = held.reason is PayReason.DISPUTES or run.dice.random() < SEEN_THROUGH

    def decide(at: datetime) -> None:
        if is_seen:
            run.outcome.caught.setdefault(gang, at)
        _book_loss(run, played, is_paid=not is_seen)

    _at(run, now + DECISION_DELAY, decide)


def _book_loss(run: Simulation, played: PlayedOrder, *, is_paid: bool) -> None:
    order = played.order
    amounts: Mapping[Loss, int] = {
        Loss.DISPUTE: order.runner_share if is_paid else 0,
        Loss.DEBT: order.ceiling if is_paid else 0,
        Loss.REFUND: order.ceiling if order.complains else 0,
        Loss.NO_FOOD: order.runner_share if is_paid else 0,
    }
    if played.loss is not None:
        run.outcome.loss[played.gang] += amounts[played.loss]
