"""The factories of notifications, and calls of each with samples of every parameter."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from importlib import import_module
from itertools import product
from types import MappingProxyType, NoneType, UnionType
from typing import Any, get_args, get_type_hints
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.campuses.campus import Campus
from domain.campuses.own_acts.subjects import ActSubject, order_subject, person_subject
from domain.errors import CampusGError, DebtOutstanding, Stale
from domain.messaging.notification.model import Notification
from domain.orders.escalations.claim_odds import MIN_ORDERS_FOR_ODDS, ClaimOdds
from domain.orders.notifications.customer import PLACING_FAILURES
from domain.orders.pricing import Price
from domain.orders.states import MAX_PIN_TRIES, Order, OrderStatus
from domain.payments.model import PersonDebt
from domain.payments.notifications.customer_debts import UNKNOWN_PAYMENT
from domain.payouts.model import Payable
from domain.refunds.model import REFUNDED_AT_STRIPE, Refund, RefundOrigin
from domain.restrictions.model import (
    Restriction,
    RestrictionKind,
    RestrictionReason,
    RestrictionStatus,
    RestrictionTerms,
)
from domain.saga.definition import SagaStatus
from domain.saga.next_move import Progress
from domain.saga.refusals import CARD_GONE, NOT_POSSIBLE
from domain.saga.run import EngineData, SagaRun, SagaStart
from tests.conventions.test_conventions import PROJECT
from tests.domain.order_messages.sample_orders import CAMPUS, MEI, ORDERS_BY_STATUS, PAYABLE, PRICE

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_RUN = SagaRun(
    id=UUID(int=7),
    number=7,
    name="some_saga:7",
    kind="some_saga",
    version=1,
    definition=None,
    campus_id=1,
    order_id=1214,
    person_id=MEI,
    progress=Progress(status=SagaStatus.RUNNING, position=0),
    data=None,
    engine=EngineData(),
    call=None,
    attempt=1,
    tries=0,
    fence=3,
    failing_since=None,
    alerted=False,
)
_REASONS = (None, "declined", "unpaid", "too late", UNKNOWN_PAYMENT, NOT_POSSIBLE, CARD_GONE)  # a saga that compensates
_SAMPLES_BY_TYPE: Mapping[object, tuple[object, ...]] = MappingProxyType(
    {
        str: ("some words", ""),
        int: (450,),
        bool: (False, True),
        datetime: (NOON,),
        UUID: (UUID(int=5),),
        ZoneInfo: (ZoneInfo("Asia/Singapore"),),
        Campus: (CAMPUS, replace(CAMPUS, runner_invite="https://t.me/+north")),
        Price: (PRICE,),
        Order: (
            *ORDERS_BY_STATUS.values(),
            replace(ORDERS_BY_STATUS[OrderStatus.ARRIVED], pin_tries=MAX_PIN_TRIES),
        ),
        ActSubject: (order_subject(1214, MEI, None), person_subject(MEI, "Mei")),
        ClaimOdds: tuple(
            ClaimOdds(waited=waited, taken=1, this_hour=this_hour)
            for waited, this_hour in ((MIN_ORDERS_FOR_ODDS - 1, False), (9, False), (9, True))
        ),
        Payable: (PAYABLE, replace(PAYABLE, netted=100)),
        CampusGError: (Stale(), DebtOutstanding(amount="S$8.30", order=1214)),
        Restriction: tuple(
            Restriction(
                id=3,
                campus_id=1,
                campus_title="North",
                person_id=MEI,
                first_name="Mei",
                status=RestrictionStatus.ACTIVE,
                terms=RestrictionTerms(kind=kind, reason=RestrictionReason.MONEY, note="why", until=until),
                decided_by=1,
                made_at=NOON,
            )
            for kind, until in product(RestrictionKind, (NOON, None))
        ),
        SagaStart: (SagaStart(kind="some_saga", name="some_saga:7", campus_id=1, person_id=MEI),),
        SagaRun: tuple(
            replace(_RUN, progress=Progress(status=SagaStatus.RUNNING, position=0, reason=reason))
            for reason in _REASONS
        ),
    }
)
_SAMPLES_BY_PARAMETER: Mapping[tuple[str, str], tuple[object, ...]] = MappingProxyType(
    {
        ("placing_failed", "reason"): tuple(PLACING_FAILURES),
        ("refund_refused", "reason"): ("declined", None, REFUNDED_AT_STRIPE),
        ("return_refused", "reason"): ("declined", None),
    }
)
# Written by workers of former releases: what waits in the outbox is still told.
FORMER_KEYS = frozenset({"notification-relay", "notification-relay-photo"})


def factory_modules() -> Iterator[str]:
    """Yield the dotted names of the modules that build notifications."""
    for path in sorted((PROJECT / "domain").rglob("*.py")):
        if path.stem != "__init__" and "notifications" in (path.stem, path.parent.name):
            yield ".".join(path.relative_to(PROJECT).with_suffix("").parts)


def notification_factories() -> Iterator[Callable[..., Notification]]:
    """Yield every public function of these modules that returns a notification."""
    for name in factory_modules():
        own = [each for each in vars(import_module(name)).values() if getattr(each, "__module__", None) == name]
        for each in filter(inspect.isfunction, own):
            if not each.__name__.startswith("_") and get_type_hints(each)["return"] is Notification:
                yield each


def sample_notifications(factory: Callable[..., Notification]) -> list[Notification]:
    """Call a factory with every combination of samples of its parameters."""
    kinds = {name: kind for name, kind in get_type_hints(factory).items() if name != "return"}
    given = [_SAMPLES_BY_PARAMETER.get((factory.__name__, name)) or _samples_of(kind) for name, kind in kinds.items()]
    return [factory(**dict(zip(kinds, chosen, strict=True))) for chosen in product(*given)]


def _with_variants(sample: Any) -> tuple[Any, ...]:
    """Return the sample, and others of its type by which a factory chooses another sentence."""
    match sample:
        case Refund():
            return tuple(replace(sample, origin=origin) for origin in RefundOrigin)
        case PersonDebt():
            return sample, replace(sample, debt=replace(sample.debt, campus_id=CAMPUS.id))
        case _:
            return (sample,)


def _samples_of(kind: Any) -> tuple[Any, ...]:
    if kind in _SAMPLES_BY_TYPE:
        return _SAMPLES_BY_TYPE[kind]
    if kind is NoneType:
        return (None,)
    if isinstance(kind, UnionType):
        return tuple(sample for each in get_args(kind) for sample in _samples_of(each))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        kinds = get_type_hints(kind)
        return _with_variants(kind(**{each.name: _samples_of(kinds[each.name])[0] for each in fields(kind)}))
    raise TypeError(f"add a sample of {kind}")
