"""The types of the permission matrix: who may act, on what, and in which chat."""

from dataclasses import dataclass
from enum import StrEnum

from domain.campuses.permissions import Action
from domain.orders.drafts.draft import PendingInput
from domain.orders.states import OrderStatus


class ChatKind(StrEnum):
    """The chat in which a person taps or writes."""

    PRIVATE = "private"
    ADMIN_CHAT = "admin_chat"  # the admin chat
    RUNNER_GROUP = "runners"  # the runner group
    FOREIGN_GROUP = "foreign"  # a group of no campus


class SubjectOwner(StrEnum):
    """The person to whom the subject belongs."""

    ACTOR = "actor"  # the subject is about the actor, or about nobody
    CUSTOMER = "customer"
    RUNNER = "runner"
    PARTY = "party"  # to the customer and to the runner
    PERSON = "person"  # to the runner the subject is about
    NOBODY = "nobody"  # to a person who is none of the actors


class SubjectKind(StrEnum):
    """The kind of subject, when it is no order."""

    NOTHING = "nothing"
    CEILING = "ceiling"
    SAVED_CARD = "card"
    RUNNER = "runner"
    APPLICANT = "asking"
    SUSPENDED_RUNNER = "suspended"
    PROPOSED_RESTRICTION = "proposed"  # an admin is asked about it
    CASE = "case"
    SAGA = "saga"
    DROP_POINT = "drop_point"
    DISCREPANCY = "discrepancy"
    TRANSFER = "transfer"  # a discrepancy of one that its runner is owed as much as
    RUNNER_DEBT = "debt"
    OWED_ORDER = "owed"  # an order whose customer owes for it
    CUSTOMER_DEBT = "customers_debt"  # what that customer owes
    DEAD_LETTER = "dead_letter"
    LOCKED_ORDER = "locked"  # an order at the door whose PIN is locked
    REVIEWED_ORDER = "reviewed"  # a paid order whose runner's pay waits for an admin
    UNANSWERED_ORDER = "unanswered"  # an order whose payment a bank disputes, which waits for an answer
    DISPUTED_ORDER = "disputed"  # an order whose payment was lost in a dispute


PRIVATE_ONLY = frozenset({ChatKind.PRIVATE})
ADMIN_CHATS = frozenset({ChatKind.PRIVATE, ChatKind.ADMIN_CHAT})
OTHER_GROUPS = frozenset({ChatKind.RUNNER_GROUP, ChatKind.FOREIGN_GROUP})
EVERYWHERE = frozenset(ChatKind)
DRAFT_VERSION = 7  # the version of every basket of the matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may act (action None: everybody, on what is their own), on what, and in which chats."""

    action: Action | None
    owner: SubjectOwner = SubjectOwner.ACTOR
    subject: SubjectKind | OrderStatus = SubjectKind.NOTHING
    argument: int = DRAFT_VERSION  # of the tap, also where its action says nothing by it: it may be forged
    allowed_in: frozenset[ChatKind] = PRIVATE_ONLY
    tried_in: frozenset[ChatKind] = EVERYWHERE  # in other chats the same input means something else
    text: str = ""  # after the command, or in answer to the question; {} is the subject
    pending_input: PendingInput | None = None  # pending before a tap; an answer always has one
    detail: str | None = None
