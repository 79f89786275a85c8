"""Holds and debts of customers: their statuses, events and transitions, apart from the order's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID


class HoldStatus(StrEnum):
    REQUESTED = "requested"  # Stripe is being asked
    APPROVAL = "approval"  # the customer's bank asks for approval (3-D Secure)
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    REFUSED = "refused"


class HoldPart(StrEnum):
    """The part of a hold in its order: the current one, its replacement, or a former one."""

    CURRENT = "current"
    REPLACEMENT = "replacement"  # only while its replace_hold saga runs
    FORMER = "former"


class HoldEvent(StrEnum):
    APPROVAL_ASKED = "approval_asked"
    MADE = "made"
    DECLINED = "declined"
    RELEASED = "released"
    CAPTURED = "captured"
    CHARGED = "charged"  # captured at once without a hold: the former hold lapsed


_H, _HE = HoldStatus, HoldEvent

HOLD_TRANSITIONS: Mapping[tuple[HoldStatus, HoldEvent], HoldStatus] = MappingProxyType(
    {
        (_H.REQUESTED, _HE.APPROVAL_ASKED): _H.APPROVAL,
        (_H.REQUESTED, _HE.MADE): _H.HELD,
        (_H.REQUESTED, _HE.DECLINED): _H.REFUSED,
        (_H.REQUESTED, _HE.RELEASED): _H.RELEASED,
        (_H.APPROVAL, _HE.MADE): _H.HELD,
        (_H.APPROVAL, _HE.DECLINED): _H.REFUSED,
        (_H.APPROVAL, _HE.RELEASED): _H.RELEASED,
        (_H.REFUSED, _HE.RELEASED): _H.RELEASED,
        (_H.HELD, _HE.RELEASED): _H.RELEASED,
        (_H.HELD, _HE.CAPTURED): _H.CAPTURED,
        (_H.REQUESTED, _HE.CHARGED): _H.CAPTURED,
        (_H.APPROVAL, _HE.CHARGED): _H.CAPTURED,
    }
)

LIVE_HOLDS = frozenset({_H.REQUESTED, _H.APPROVAL, _H.HELD})


class CustomerDebtStatus(StrEnum):
    """The status of a customer's debt: the hold lapsed, and the bank declined the charge."""

    OPEN = "open"
    PAID = "paid"
    WAIVED = "waived"  # by an admin: the platform bears it


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Money set aside on a customer's card. Amounts are in minor units."""

    id: int
    order_id: int
    saga_id: UUID
    status: HoldStatus
    amount: int
    currency: str
    payment_intent: str | None
    charge: str | None
    captured: int
    capture_before: datetime | None
    approval_url: str | None
    refusal: str | None
    part: HoldPart = HoldPart.CURRENT
    is_advance: bool = False  # captured by a person at Stripe, before the order was completed


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldInUse:
    """The current hold of an order that has a runner."""

    id: int
    order_id: int
    campus_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiringHold:
    """The current hold of a purchased order; after `capture_before` it can't be captured any more."""

    id: int
    order_id: int
    campus_id: int
    capture_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDebt:
    """What a customer owes for an order that was delivered and could not be charged, in minor units."""

    id: int
    campus_id: int
    order_id: int
    customer_id: int
    status: CustomerDebtStatus
    amount: int
    currency: str
    refusal: str  # why the bank declined
    attempt: int  # how often the customer tried to pay it


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDebt:
    """A debt of a person, with the campus where it was made."""

    debt: CustomerDebt
    campus_title: str
    first_name: str
