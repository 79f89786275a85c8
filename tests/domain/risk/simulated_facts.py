"""What a simulation keeps, as Postgres would, and the facts that it hands the rules: the same as the product's."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from domain.risk.facts import (
    DAY,
    DISPUTE_MEMORY,
    MONTH,
    WEEK,
    CardAttempt,
    CardUse,
    CustomerFacts,
    DeliveryFacts,
    NewCard,
    PairDelivery,
    PastDelivery,
    PastOrder,
)
from tests.domain.risk.traffic import IntendedOrder


class _Dated(Protocol):
    @property
    def at(self) -> datetime: ...


_Row = TypeVar("_Row", bound=_Dated)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOrder:
    """An order that a bank holds the money for."""

    at: datetime
    order: IntendedOrder

    @property
    def over(self) -> datetime:
        """When it is handed over."""
        return self.at + self.order.stages.total

    def amount(self, now: datetime) -> int:
        """What it costs: the total from the purchase on, the ceiling until then."""
        is_bought = now >= self.at + self.order.stages.claimed + self.order.stages.bought
        return self.order.total if is_bought else self.order.ceiling


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDelivery:
    """A hand-over of a runner, and whether the account of the customer was new."""

    at: datetime
    order: IntendedOrder
    is_new: bool


@dataclass(slots=True, kw_only=True)
class KeptCustomer:
    """A customer."""

    orders: list[KeptOrder] = field(default_factory=list)
    attempts: list[CardAttempt] = field(default_factory=list)
    completed: list[datetime] = field(default_factory=list)
    refunded: list[datetime] = field(default_factory=list)  # where the platform bore it
    cards: dict[str, datetime] = field(default_factory=dict)  # each with its first use, also for nothing

    @property
    def known_since(self) -> datetime | None:
        """When the first order was completed."""
        return self.completed[0] if self.completed else None


@dataclass(slots=True, kw_only=True)
class KeptRunner:
    """A runner."""

    deliveries: list[KeptDelivery] = field(default_factory=list)
    claims: list[KeptOrder] = field(default_factory=list)
    disputes: list[datetime] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class KeptCard:
    """A card, over all people who use it."""

    users: set[int] = field(default_factory=set)
    known_since: datetime | None = None  # the first order that it paid was completed then
    owes: bool = False


@dataclass(slots=True, kw_only=True)
class KeptRows:
    """All that is kept."""

    customers: dict[int, KeptCustomer] = field(default_factory=lambda: defaultdict(KeptCustomer))
    runners: dict[int, KeptRunner] = field(default_factory=lambda: defaultdict(KeptRunner))
    cards: dict[str, KeptCard] = field(default_factory=lambda: defaultdict(KeptCard))


def customer_facts(kept: KeptRows, order: IntendedOrder, now: datetime) -> CustomerFacts:
    """Return what `read_customer_facts` would know of the customer of this order."""
    customer = kept.customers[order.customer]
    return CustomerFacts(
        known_since=customer.known_since,
        completed=len(customer.completed),
        orders=tuple(
            PastOrder(placed_at=each.at, amount=each.amount(now), is_open=now < each.over, card=each.order.card)
            for each in _since(customer.orders, now - DAY)
        ),
        attempts=tuple(attempt for attempt in customer.attempts[-50:] if now - attempt.at < DAY),
        refunded=sum(now - at < MONTH for at in customer.refunded),
        completed_lately=sum(now - at < MONTH for at in customer.completed),
        new_cards=tuple(NewCard(fingerprint=card, at=at) for card, at in customer.cards.items() if now - at < DAY),
        card=_card_use(kept, order, now),
    )


def _card_use(kept: KeptRows, order: IntendedOrder, now: datetime) -> CardUse:
    card = kept.cards[order.card]
    others = [
        each
        for other in card.users - {order.customer}
        for each in _since(kept.customers[other].orders, now - DAY)
        if each.order.card == order.card
    ]
    return CardUse(
        fingerprint=order.card,
        known_since=card.known_since,
        is_unused=order.card not in kept.customers[order.customer].cards,
        spent_by_others=sum(each.amount(now) for each in others),
        others_last=max((each.at for each in others), default=None),
        owes=card.owes,
    )


def pair_facts(kept: KeptRows, order: IntendedOrder, now: datetime) -> tuple[PairDelivery, ...]:
    """Return what `read_pair_deliveries` would know of the runner and the customer of this order."""
    return tuple(
        PairDelivery(at=each.at + each.order.stages.claimed, amount=each.amount(now))
        for each in kept.runners[order.runner].claims
        if each.order.customer == order.customer and now - each.at - each.order.stages.claimed < DAY
    )


def delivery_facts(
    kept: KeptRows, order: IntendedOrder, claimed_at: datetime, now: datetime, *, is_new: bool
) -> DeliveryFacts:
    """Return what `read_delivery_facts` would know of the runner of this order at its hand-over."""
    runner = kept.runners[order.runner]
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
                at=each.at,
                amount=each.order.receipt,
                by_pin=each.order.by_pin,
                to_new_customer=each.is_new,
                to_same_customer=each.order.customer == order.customer,
            )
            for each in _since(runner.deliveries, now - WEEK)
        ),
        disputes=sum(now - at < DISPUTE_MEMORY for at in runner.disputes),
        is_elevated=order.radar_level == "elevated",
    )


def _since(rows: Sequence[_Row], since: datetime) -> Iterator[_Row]:
    """Yield the rows from this time on, the newest first; the rows stand in the order of their times."""
    for row in reversed(rows):
        if row.at <= since:
            return
        yield row
