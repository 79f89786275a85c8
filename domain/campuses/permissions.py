"""The permission table of action, role and ownership, and the check before every action."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.campuses.people import Member
from domain.database.actors import Role
from domain.errors import NotAdmitted, NotAllowed, RunnerNotApproved, RunnerSuspended


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
    RENEW_PIN = "renew_pin"
    CORRECT_RECEIPT = "correct_receipt"  # that another runner typed
    CLOSE_ANY = "close_any"
    REFUND_ANY = "refund_any"
    SEE_BOARD = "see_board"
    SEE_CONSOLE = "see_console"  # the pages of the console, which only read
    SEE_RUNNERS = "see_runners"
    SUSPEND_RUNNER = "suspend_runner"
    PAUSE_ORDERS = "pause_orders"
    SEE_STUCK = "see_stuck"
    RETRY_STUCK = "retry_stuck"
    CHECK_SETUP = "check_setup"  # have a worker look whether all that the campus needs works
    BIND_GROUP = "bind_group"
    PAY_DEBT = "pay_debt"
    RATE = "rate"
    REPORT_PROBLEM = "report_problem"
    SEE_CASES = "see_cases"
    ANSWER_CASE = "answer_case"
    WRITE_AS_TEAM = "write_as_team"  # to one side of an order
    SEE_RESTRICTIONS = "see_restrictions"
    RESTRICT_PERSON = "restrict_person"  # bar, limit, and lift what was decided
    ACT_ON_OWN = "act_on_own"  # agree to an act on one's own order, as the only admin of a campus


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
        (Role.ADMIN, Action.APPROVE_RUNNER): Ownership.OTHERS,
        (Role.ADMIN, Action.SEE_ANY_ORDER): Ownership.ANY,
        (Role.ADMIN, Action.CANCEL_ANY): Ownership.OTHERS,
        (Role.ADMIN, Action.RELEASE_ANY): Ownership.OTHERS,
        (Role.ADMIN, Action.FINISH_ANY): Ownership.OTHERS,
        (Role.ADMIN, Action.RENEW_PIN): Ownership.OTHERS,
        (Role.ADMIN, Action.CORRECT_RECEIPT): Ownership.OTHERS,
        (Role.ADMIN, Action.CLOSE_ANY): Ownership.OTHERS,
        (Role.ADMIN, Action.REFUND_ANY): Ownership.OTHERS,
        (Role.ADMIN, Action.SEE_BOARD): Ownership.ANY,
        (Role.ADMIN, Action.SEE_CONSOLE): Ownership.ANY,
        (Role.ADMIN, Action.SEE_RUNNERS): Ownership.ANY,
        (Role.ADMIN, Action.SUSPEND_RUNNER): Ownership.OTHERS,
        (Role.ADMIN, Action.PAUSE_ORDERS): Ownership.ANY,
        (Role.ADMIN, Action.SEE_STUCK): Ownership.ANY,
        (Role.ADMIN, Action.RETRY_STUCK): Ownership.OTHERS,
        (Role.ADMIN, Action.CHECK_SETUP): Ownership.ANY,
        (Role.ADMIN, Action.BIND_GROUP): Ownership.ANY,
        (Role.CUSTOMER, Action.RATE): Ownership.OWN,
        (Role.CUSTOMER, Action.REPORT_PROBLEM): Ownership.OWN,
        (Role.ADMIN, Action.SEE_CASES): Ownership.ANY,
        (Role.ADMIN, Action.ANSWER_CASE): Ownership.OTHERS,
        (Role.ADMIN, Action.WRITE_AS_TEAM): Ownership.OTHERS,
        (Role.ADMIN, Action.SEE_RESTRICTIONS): Ownership.ANY,
        (Role.ADMIN, Action.RESTRICT_PERSON): Ownership.OTHERS,
        (Role.ADMIN, Action.ACT_ON_OWN): Ownership.OWN,
    }
)


def require_permission(member: Member, action: Action, *, own: bool = True) -> None:
    """Raise unless the permission table allows the action.

    Raise NotAdmitted when every customer may do it, RunnerNotApproved when a person who is no runner claims,
    RunnerSuspended when a suspended runner claims, and NotAllowed otherwise.
    """
    if is_permitted(member.roles, action, own=own):
        return
    if action is Action.CLAIM and Role.RUNNER not in member.roles:
        raise RunnerSuspended if Role.HOLDER in member.roles else RunnerNotApproved
    if Role.CUSTOMER not in member.roles and (Role.CUSTOMER, action) in PERMISSIONS:
        raise NotAdmitted
    raise NotAllowed


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
