"""People, their roles, and the permission table of role, action and ownership."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class RunnerStatus(StrEnum):
    NONE = "none"
    ASKED = "asked"
    APPROVED = "approved"
    SUSPENDED = "suspended"


class Role(StrEnum):
    CUSTOMER = "customer"  # admitted to this campus: used its invitation, or needs none
    RUNNER = "runner"  # approved by an admin of this campus
    HOLDER = "holder"  # a runner, suspended or not: may finish their deliveries and be paid
    ADMIN = "admin"
    SYSTEM = "system"  # timers and sagas


ACTOR_ROLES = (Role.CUSTOMER, Role.RUNNER, Role.ADMIN, Role.SYSTEM)  # the actors of the event log


class Ownership(StrEnum):
    ANY = "any"
    OWN = "own"  # the customer's own order, or the order this runner delivers
    OTHERS = "others"  # not the actor's own order or delivery; FINISH_ANY excludes only the actor's own delivery


class Action(StrEnum):
    PLACE = "place"
    CANCEL = "cancel"
    WRITE_TO_OTHER_SIDE = "write_to_other_side"
    SEE_PHOTOS = "see_photos"  # of the receipt, and of the food that was left
    CLAIM = "claim"
    RELEASE = "release"
    WAIT = "wait"
    INCREASE_PRICE = "increase_price"  # pay more than first agreed
    CHECK_IN = "check_in"
    BUY = "buy"
    PICK_UP = "pick_up"
    ARRIVE = "arrive"
    DELIVER = "deliver"
    ASK_TO_RUN = "ask_to_run"
    SET_UP_PAYOUT = "set_up_payout"
    APPROVE_RUNNER = "approve_runner"
    SEE_ANY_ORDER = "see_any_order"
    CANCEL_ANY = "cancel_any"
    RELEASE_ANY = "release_any"
    FINISH_ANY = "finish_any"
    CLOSE_ANY = "close_any"
    REFUND_ANY = "refund_any"
    SEE_BOARD = "see_board"
    SEE_RUNNERS = "see_runners"
    SUSPEND_RUNNER = "suspend_runner"
    PAUSE_ORDERS = "pause_orders"
    SEE_STUCK = "see_stuck"
    RETRY_STUCK = "retry_stuck"
    BIND_GROUP = "bind_group"
    PAY_DEBT = "pay_debt"
    RATE = "rate"
    REPORT_PROBLEM = "report_problem"
    SEE_CASES = "see_cases"
    ANSWER_CASE = "answer_case"


PERMISSIONS: Mapping[tuple[Role, Action], Ownership] = MappingProxyType(
    {
        (Role.CUSTOMER, Action.PLACE): Ownership.OWN,
        (Role.CUSTOMER, Action.CANCEL): Ownership.OWN,
        (Role.CUSTOMER, Action.WAIT): Ownership.OWN,
        (Role.CUSTOMER, Action.INCREASE_PRICE): Ownership.OWN,
        # Their own order or delivery: a runner has the customer's role too.
        (Role.CUSTOMER, Action.WRITE_TO_OTHER_SIDE): Ownership.OWN,
        (Role.CUSTOMER, Action.SEE_PHOTOS): Ownership.OWN,
        (Role.CUSTOMER, Action.PAY_DEBT): Ownership.OWN,
        (Role.CUSTOMER, Action.ASK_TO_RUN): Ownership.OWN,
        (Role.RUNNER, Action.CLAIM): Ownership.OTHERS,
        (Role.HOLDER, Action.RELEASE): Ownership.OWN,
        (Role.HOLDER, Action.CHECK_IN): Ownership.OWN,
        (Role.HOLDER, Action.BUY): Ownership.OWN,
        (Role.HOLDER, Action.PICK_UP): Ownership.OWN,
        (Role.HOLDER, Action.ARRIVE): Ownership.OWN,
        (Role.HOLDER, Action.DELIVER): Ownership.OWN,
        (Role.HOLDER, Action.SET_UP_PAYOUT): Ownership.OWN,
        (Role.ADMIN, Action.APPROVE_RUNNER): Ownership.ANY,
        (Role.ADMIN, Action.SEE_ANY_ORDER): Ownership.ANY,
        (Role.ADMIN, Action.CANCEL_ANY): Ownership.OTHERS,
        (Role.ADMIN, Action.RELEASE_ANY): Ownership.OTHERS,
        (Role.ADMIN, Action.FINISH_ANY): Ownership.OTHERS,
        (Role.ADMIN, Action.CLOSE_ANY): Ownership.OTHERS,
        (Role.ADMIN, Action.REFUND_ANY): Ownership.OTHERS,
        (Role.ADMIN, Action.SEE_BOARD): Ownership.ANY,
        (Role.ADMIN, Action.SEE_RUNNERS): Ownership.ANY,
        (Role.ADMIN, Action.SUSPEND_RUNNER): Ownership.OTHERS,
        (Role.ADMIN, Action.PAUSE_ORDERS): Ownership.ANY,
        (Role.ADMIN, Action.SEE_STUCK): Ownership.ANY,
        (Role.ADMIN, Action.RETRY_STUCK): Ownership.ANY,
        (Role.ADMIN, Action.BIND_GROUP): Ownership.ANY,
        (Role.CUSTOMER, Action.RATE): Ownership.OWN,
        (Role.CUSTOMER, Action.REPORT_PROBLEM): Ownership.OWN,
        (Role.ADMIN, Action.SEE_CASES): Ownership.ANY,
        (Role.ADMIN, Action.ANSWER_CASE): Ownership.OTHERS,
    }
)


def roles_of(runner_status: RunnerStatus, *, is_admin: bool, admitted: bool) -> frozenset[Role]:
    """Return all roles of a member. Runners and admins are customers too; others need the invitation."""
    holds = runner_status in (RunnerStatus.APPROVED, RunnerStatus.SUSPENDED)
    roles = {Role.CUSTOMER} if admitted or is_admin or holds else set()
    if runner_status is RunnerStatus.APPROVED:
        roles.add(Role.RUNNER)
    if holds:
        roles.add(Role.HOLDER)
    if is_admin:
        roles.add(Role.ADMIN)
    return frozenset(roles)


def is_permitted(roles: frozenset[Role], action: Action, *, own: bool) -> bool:
    """Return whether one of the roles allows the action. `own` says whether its object is the actor's own."""
    for role in roles:
        match PERMISSIONS.get((role, action)):
            case Ownership.ANY:
                return True
            case Ownership.OWN if own:
                return True
            case Ownership.OTHERS if not own:
                return True
            case _:
                continue
    return False


CARD_BRAND_NAMES: Mapping[str, str] = MappingProxyType(  # Stripe's name -> the name that people know
    {
        "amex": "American Express",
        "cartes_bancaires": "Cartes Bancaires",
        "diners": "Diners Club",
        "discover": "Discover",
        "eftpos_au": "eftpos",
        "jcb": "JCB",
        "mastercard": "Mastercard",
        "unionpay": "UnionPay",
        "unknown": "Card",
        "visa": "Visa",
    }
)


def card_brand_name(brand: str) -> str:
    """Return the brand of a card as people write it."""
    return CARD_BRAND_NAMES.get(brand, brand.replace("_", " ").title())


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCard:
    """What we keep of a customer's card: no number of it but the last four digits."""

    payment_method: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person on one campus."""

    campus_id: int
    person_id: int
    first_name: str
    username: str | None
    language: str
    runner_status: RunnerStatus
    is_admin: bool
    reachable: bool
    admitted: bool  # used the campus' invitation, or the campus is open to all
    default_place: str | None  # where their food usually goes
    stripe_customer: str | None
    stripe_account: str | None
    payouts_ready: bool
    card: SavedCard | None

    @property
    def telegram_contact(self) -> str:
        """The @name and id by which an admin finds the person on Telegram, or the id alone."""
        return f"@{self.username}, {self.person_id}" if self.username else str(self.person_id)

    @property
    def roles(self) -> frozenset[Role]:
        """All roles of this member on this campus."""
        return roles_of(self.runner_status, is_admin=self.is_admin, admitted=self.admitted)
