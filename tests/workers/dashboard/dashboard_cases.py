"""The table of `make dashboard`: states of an order, the objects that exist then, and what a person may do to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import cycle
from types import MappingProxyType

PART = 300  # minor units: less than any object of an order has
SHARE = 1030  # minor units: what the runner of these orders gets


class ObjectState(StrEnum):
    """An object at Stripe, as far as its state decides what may be done to it."""

    UNAPPROVED_PAYMENT = "unapproved payment"
    HELD_PAYMENT = "held payment"
    CAPTURED_PAYMENT = "captured payment"
    TRANSFER = "transfer"
    CUSTOMER = "customer"
    CARD = "card"
    EMPTY_ACCOUNT = "empty account"
    FUNDED_ACCOUNT = "funded account"
    DISPUTE = "dispute"
    WAITING_PAY = "waiting pay"  # of a runner: sent by hand, and an admin says so
    PLATFORM = "platform"


class Hearing(StrEnum):
    """How we learn of it."""

    EVENT = "event"  # a webhook, at once
    LISTS = "lists"  # only when the lists are compared, after the order's end


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act at the dashboard; `amount` is in minor units, None means all."""

    name: str
    amount: int | None = None

    def __str__(self) -> str:
        """Return the name for a list of cases."""
        return self.name if self.amount is None else f"{self.name}:{self.amount}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardCase:
    """One case: in this state of an order, this is done to that object."""

    state: str
    object: ObjectState
    act: Act
    hearing: Hearing

    def __str__(self) -> str:
        """Return the name of the case."""
        return f"{self.act} of the {self.object}, heard by {self.hearing}, when {self.state}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGroup:
    """All cases of a state that we hear of in the same way."""

    state: str
    hearing: Hearing
    cases: Sequence[DashboardCase]

    def __str__(self) -> str:
        """Return the name of the group."""
        return f"{self.state}-{self.hearing}".replace(" ", "_")


_O = ObjectState
ACTS: Mapping[ObjectState, Sequence[Act]] = MappingProxyType(
    {
        _O.UNAPPROVED_PAYMENT: (Act(name="cancel_payment"),),
        _O.HELD_PAYMENT: (
            Act(name="capture_payment"),
            Act(name="capture_payment", amount=PART),
            Act(name="cancel_payment"),
        ),
        _O.CAPTURED_PAYMENT: (
            Act(name="refund_payment"),
            Act(name="refund_payment", amount=PART),
            Act(name="open_dispute"),
        ),
        _O.TRANSFER: (Act(name="reverse_transfer"), Act(name="reverse_transfer", amount=PART)),
        _O.CUSTOMER: (Act(name="delete_customer"),),
        _O.CARD: (Act(name="detach_card"),),
        _O.EMPTY_ACCOUNT: (Act(name="reject_account"), Act(name="close_account")),
        _O.FUNDED_ACCOUNT: (Act(name="reject_account"),),
        _O.DISPUTE: (
            Act(name="answer_dispute"),
            Act(name="accept_dispute"),
            Act(name="lose_dispute"),
            Act(name="win_dispute"),
        ),
        _O.WAITING_PAY: (Act(name="create_transfer", amount=SHARE), Act(name="create_transfer", amount=PART)),
        _O.PLATFORM: (Act(name="pay_out_platform", amount=PART), Act(name="top_up", amount=PART)),
    }
)

_BEFORE_CAPTURE = (_O.HELD_PAYMENT, _O.CUSTOMER, _O.CARD)
_PAID = (_O.CAPTURED_PAYMENT, _O.TRANSFER, _O.CUSTOMER, _O.FUNDED_ACCOUNT)
# The name of a state -> the objects that exist in it. What brings an order there is in dashboard_states.py.
OBJECTS_IN_STATE: Mapping[str, Sequence[ObjectState]] = MappingProxyType(
    {
        "waits for the bank": (_O.UNAPPROVED_PAYMENT, _O.CUSTOMER, _O.CARD),
        "offered": (*_BEFORE_CAPTURE, _O.PLATFORM),
        "offered, then cancelled": _BEFORE_CAPTURE,
        "offered, then expired": _BEFORE_CAPTURE,
        "being cancelled": (_O.HELD_PAYMENT,),
        "being claimed": (_O.HELD_PAYMENT,),
        "claimed": (*_BEFORE_CAPTURE, _O.EMPTY_ACCOUNT),
        "claimed, then cancelled": (_O.HELD_PAYMENT,),
        "claimed, then released": (_O.HELD_PAYMENT,),
        "raised": _BEFORE_CAPTURE,
        "being raised": (_O.HELD_PAYMENT,),
        "bought": _BEFORE_CAPTURE,
        "bought, then closed": (_O.HELD_PAYMENT,),
        "at the door": (*_BEFORE_CAPTURE, _O.EMPTY_ACCOUNT),
        "at the door, then closed": (_O.HELD_PAYMENT,),
        "handed over": (*_BEFORE_CAPTURE, _O.EMPTY_ACCOUNT),
        "captured": (_O.CAPTURED_PAYMENT, _O.CUSTOMER, _O.EMPTY_ACCOUNT, _O.PLATFORM),
        "paid": (*_PAID, _O.PLATFORM),
        "cashed out": (_O.CAPTURED_PAYMENT, _O.EMPTY_ACCOUNT),
        "runner without account": (_O.CAPTURED_PAYMENT,),
        "pay held": (_O.CAPTURED_PAYMENT, _O.EMPTY_ACCOUNT, _O.WAITING_PAY),
        "being refunded": (_O.CAPTURED_PAYMENT, _O.TRANSFER),
        "refunded in part": (_O.CAPTURED_PAYMENT, _O.TRANSFER),
        "disputed": (_O.DISPUTE, _O.TRANSFER),
        "disputed before the payout": (_O.DISPUTE, _O.EMPTY_ACCOUNT, _O.WAITING_PAY),
        "owed by the customer": (_O.CUSTOMER, _O.CARD, _O.TRANSFER),
        "debt paid": (_O.CAPTURED_PAYMENT, _O.TRANSFER),
    }
)


# States whose acts are all there are, and whose orders end in every way.
_SLICE = ("waits for the bank", "offered", "claimed, then cancelled", "at the door", "paid", "disputed", "pay held")


def generate_cases(state: str, hearing: Hearing) -> Iterator[DashboardCase]:
    """Return every legal act on every object of the state."""
    for thing in OBJECTS_IN_STATE[state]:
        for act in ACTS[thing]:
            yield DashboardCase(state=state, object=thing, act=act, hearing=hearing)


def group_cases() -> Sequence[CaseGroup]:
    """Return the whole table, by state and hearing."""
    return [
        CaseGroup(state=state, hearing=hearing, cases=tuple(generate_cases(state, hearing)))
        for state in OBJECTS_IN_STATE
        for hearing in Hearing
    ]


def choose_slice(groups: Sequence[CaseGroup]) -> Sequence[CaseGroup]:
    """Return a few groups that have every act once, and both ways of hearing in turn."""
    turn = dict(zip(_SLICE, cycle(Hearing), strict=False))
    chosen, seen = [], set[tuple[ObjectState, Act]]()
    for group in groups:
        if turn.get(group.state) is group.hearing:
            fresh = [case for case in group.cases if (case.object, case.act) not in seen]
            seen |= {(case.object, case.act) for case in fresh}
            chosen += [replace(group, cases=fresh)] if fresh else []
    return chosen
