"""A simulation that plays intended orders against the risk rules of the product, by a clock of its own.

It keeps what Postgres keeps, and hands the rules the same facts. When somebody complains, the platform bears the total
if the PIN was said, and the runner if it was not: only the former counts as a refund, as in the product. A campus team
decides two hours later about what waits for a person. It lets honest people go, and sees through two of three frauds,
and through all once banks dispute.
"""

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.risk.customer_rules import is_new_customer, judge_order
from domain.risk.facts import CardAttempt
from domain.risk.limits import RiskLimits, build_limits
from domain.risk.pay_rules import judge_pay
from domain.risk.runner_rules import judge_claim
from domain.risk.verdicts import Hold, PayReason, Refuse
from tests.domain.risk.simulated_facts import (
    KeptDelivery,
    KeptOrder,
    KeptRows,
    customer_facts,
    delivery_facts,
    pair_facts,
)
from tests.domain.risk.traffic import IntendedOrder

ORDER_MOST = 20_000
SHIPPED = build_limits(ORDER_MOST, {})
DECISION_DELAY = timedelta(hours=2)
REFUND_DELAY = timedelta(hours=3)
RETRY = timedelta(seconds=40)  # between two tries of a card
SEEN_THROUGH = 2 / 3


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
class Outcome:
    """What became of a month; amounts are minor units."""

    orders: int = 0
    hindered: Counter[str] = field(default_factory=Counter)  # honest orders, by the reason
    later_pay: int = 0  # honest deliveries of new runners that were paid later, by design
    loss: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # by gang
    cards_tried: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
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
    kept: KeptRows = field(default_factory=KeptRows)
    events: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    number: int = 0


def play(orders: Iterable[PlayedOrder], seed: int, *, has_rules: bool = True) -> Outcome:
    """Play the orders to their ends by the shipped limits, and return what became of them."""
    run = begin(orders, seed, has_rules=has_rules)
    advance(run)
    return run.outcome


def begin(orders: Iterable[PlayedOrder], seed: int, *, has_rules: bool = True) -> Simulation:
    """Return a simulation of these orders in which nothing has happened yet."""
    run = Simulation(limits=SHIPPED, has_rules=has_rules, dice=random.Random(seed))
    for played in orders:
        _at(run, played.order.at, _placing(run, played, played.order.declines))
    return run


def advance(run: Simulation, before: datetime | None = None) -> None:
    """Let everything happen, or what happens before this time."""
    while run.events and (before is None or run.events[0][0] < before):
        now, _, happen = heapq.heappop(run.events)
        happen(now)


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
        verdict = judge_order(customer_facts(run.kept, order, now), run.limits, order.ceiling, now)
        if isinstance(verdict, Refuse) and run.has_rules:
            _hinder(run, played, verdict.reason)
            return
        customer = run.kept.customers[order.customer]
        customer.cards.setdefault(order.card, now)
        run.kept.cards[order.card].users.add(order.customer)
        customer.attempts.append(CardAttempt(at=now, declined=declines > 0))
        run.outcome.cards_tried[played.gang].add(order.card)
        if declines > 0:
            _at(run, now + RETRY, _placing(run, played, declines - 1))
            return
        placed = KeptOrder(at=now, order=order)
        customer.orders.append(placed)
        _at(run, now + order.stages.claimed, _claiming(run, played, placed))

    return place


def _hinder(run: Simulation, played: PlayedOrder, reason: str) -> None:
    if played.gang == 0:
        run.outcome.hindered[reason] += 1


def _claiming(run: Simulation, played: PlayedOrder, placed: KeptOrder) -> Callable[[datetime], None]:
    def claim(now: datetime) -> None:
        order = played.order
        verdict = judge_claim(pair_facts(run.kept, order, now), run.limits, order.ceiling, now)
        if isinstance(verdict, Refuse) and run.has_rules:
            _hinder(run, played, "pair")
            return
        run.kept.runners[order.runner].claims.append(placed)
        _at(run, placed.over, _delivering(run, played, now))

    return claim


def _delivering(run: Simulation, played: PlayedOrder, claimed_at: datetime) -> Callable[[datetime], None]:
    def deliver(now: datetime) -> None:
        order = played.order
        customer, card = run.kept.customers[order.customer], run.kept.cards[order.card]
        is_new = is_new_customer(customer.known_since, len(customer.completed), run.limits, now)
        verdict = judge_pay(delivery_facts(run.kept, order, claimed_at, now, is_new=is_new), run.limits)
        run.kept.runners[order.runner].deliveries.append(KeptDelivery(at=now, order=order, is_new=is_new))
        customer.completed.append(now)
        if played.loss is Loss.DEBT:
            card.owes = True
        elif card.known_since is None:
            card.known_since = now
        held = verdict if isinstance(verdict, Hold) and run.has_rules else None
        if order.complains and order.by_pin:  # without the PIN the team lets the runner bear the refund
            _at(run, now + REFUND_DELAY, lambda at: customer.refunded.append(at))
        _settle_pay(run, played, held, now)

    return deliver


def _settle_pay(run: Simulation, played: PlayedOrder, held: Hold | None, now: datetime) -> None:
    """Pay the runner now or later, or let the campus team decide; then the loss of a fraud is known."""
    order, gang = played.order, played.gang
    if order.disputed_after is not None:
        _at(run, now + order.disputed_after, lambda at: run.kept.runners[order.runner].disputes.append(at))
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
