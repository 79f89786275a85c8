"""What a line of the permission matrix says: who may, about what, where it is tapped or written."""

from dataclasses import dataclass
from enum import StrEnum

from domain.draft import Expects
from domain.order import OrderStatus
from domain.people import Action


class Place(StrEnum):
    """Where it is tapped or written."""

    PRIVATE = "private"
    DESK = "desk"  # the admin chat
    RUNNERS = "runners"  # the runner group
    FOREIGN = "foreign"  # a group of no campus


class Whose(StrEnum):
    """To whom the subject belongs."""

    HERSELF = "herself"  # it is about the one who acts, or about nobody
    CUSTOMER = "customer"
    RUNNER = "runner"
    PARTY = "party"  # to the customer and to the runner
    PERSON = "person"  # to the runner it is about


class Thing(StrEnum):
    """What it is about, when it is no order."""

    NOTHING = "nothing"
    CEILING = "ceiling"
    CARD = "card"
    RUNNER = "runner"
    ASKING = "asking"
    SUSPENDED = "suspended"
    CASE = "case"
    SAGA = "saga"
    DROP_POINT = "drop_point"
    DIFFERENCE = "difference"
    DEBT = "debt"
    OWED = "owed"  # an order whose customer owes for it
    CUSTOMERS_DEBT = "customers_debt"  # what she owes for it
    PARKED = "parked"
    DISPUTED = "disputed"  # an order whose payment a bank took back for good


ALONE = frozenset({Place.PRIVATE})
AT_DESK = frozenset({Place.PRIVATE, Place.DESK})
IN_GROUPS = frozenset({Place.RUNNERS, Place.FOREIGN})
EVERYWHERE = frozenset(Place)
DRAFT = 7  # the version of every basket of the matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may: the action it needs (None: everybody, of what is hers), about what, and where."""

    action: Action | None
    whose: Whose = Whose.HERSELF
    about: Thing | OrderStatus = Thing.NOTHING
    version: int = DRAFT
    where: frozenset[Place] = ALONE
    tried: frozenset[Place] = EVERYWHERE  # elsewhere it means something else
    words: str = ""  # behind the command, or in answer to the question; {} is the subject
    asked: Expects | None = None  # before a tap; an answer is always asked for
    detail: str | None = None
