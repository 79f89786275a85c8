"""What a line of the permission matrix says: who may, about what, where it is tapped or written."""

from dataclasses import dataclass
from enum import StrEnum

from domain.draft import PendingInput
from domain.order import OrderStatus
from domain.people import Action


class ChatKind(StrEnum):
    """Where it is tapped or written."""

    PRIVATE = "private"
    ADMIN_CHAT = "desk"  # the admin chat
    RUNNER_GROUP = "runners"  # the runner group
    FOREIGN_GROUP = "foreign"  # a group of no campus


class SubjectOwner(StrEnum):
    """To whom the subject belongs."""

    ACTOR = "herself"  # it is about the one who acts, or about nobody
    CUSTOMER = "customer"
    RUNNER = "runner"
    PARTY = "party"  # to the customer and to the runner
    PERSON = "person"  # to the runner it is about


class SubjectKind(StrEnum):
    """What it is about, when it is no order."""

    NOTHING = "nothing"
    CEILING = "ceiling"
    SAVED_CARD = "card"
    RUNNER = "runner"
    APPLICANT = "asking"
    SUSPENDED_RUNNER = "suspended"
    CASE = "case"
    SAGA = "saga"
    DROP_POINT = "drop_point"
    DISCREPANCY = "difference"
    RUNNER_DEBT = "debt"
    OWED_ORDER = "owed"  # an order whose customer owes for it
    CUSTOMER_DEBT = "customers_debt"  # what she owes for it
    DEAD_LETTER = "parked"
    DISPUTED_ORDER = "disputed"  # an order whose payment a bank took back for good


PRIVATE_ONLY = frozenset({ChatKind.PRIVATE})
ADMIN_CHATS = frozenset({ChatKind.PRIVATE, ChatKind.ADMIN_CHAT})
OTHER_GROUPS = frozenset({ChatKind.RUNNER_GROUP, ChatKind.FOREIGN_GROUP})
EVERYWHERE = frozenset(ChatKind)
DRAFT_VERSION = 7  # the version of every basket of the matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may: the action it needs (None: everybody, of what is hers), about what, and where."""

    action: Action | None
    owner: SubjectOwner = SubjectOwner.ACTOR
    subject: SubjectKind | OrderStatus = SubjectKind.NOTHING
    version: int = DRAFT_VERSION
    allowed_in: frozenset[ChatKind] = PRIVATE_ONLY
    tried_in: frozenset[ChatKind] = EVERYWHERE  # elsewhere it means something else
    text: str = ""  # behind the command, or in answer to the question; {} is the subject
    pending_input: PendingInput | None = None  # before a tap; an answer is always asked for
    detail: str | None = None
