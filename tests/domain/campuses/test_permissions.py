"""Tests of permissions: the whole matrix of role, action and ownership, written a second time by hand."""

from itertools import chain, combinations, product

import pytest

from domain.campuses.people import RunnerStatus, roles_of
from domain.campuses.permissions import Action, is_permitted
from domain.database.actors import Role

# For each role: what it may do to its own orders, and to those of others.
OWN: dict[Role, str] = {
    Role.CUSTOMER: "place cancel wait increase_price write_to_other_side pay_debt see_photos ask_to_run"
    " rate report_problem",
    Role.RUNNER: "",
    Role.HOLDER: "release check_in buy pick_up arrive deliver set_up_payout",
    Role.ADMIN: "see_any_order see_stuck bind_group see_cases see_board see_console see_runners pause_orders"
    " check_setup see_restrictions act_on_own",
    Role.SYSTEM: "",
}
NOT_OWN: dict[Role, str] = {
    Role.CUSTOMER: "",
    Role.RUNNER: "claim",
    Role.HOLDER: "",
    Role.ADMIN: "approve_runner see_any_order cancel_any release_any finish_any renew_pin close_any see_stuck"
    " retry_stuck refund_any bind_group see_cases answer_case write_as_team see_board see_runners suspend_runner"
    " see_console check_setup correct_receipt"
    " pause_orders see_restrictions restrict_person",
    Role.SYSTEM: "",
}


@pytest.mark.parametrize(("role", "own"), list(product(Role, (True, False))))
def test_each_role_may_do_exactly_this(role: Role, own: bool) -> None:
    allowed = {action for action in Action if is_permitted(frozenset({role}), action, own=own)}
    assert allowed == {Action(word) for word in (OWN if own else NOT_OWN)[role].split()}


def test_two_roles_may_do_what_either_may_and_no_more() -> None:
    every = chain.from_iterable(combinations(Role, size) for size in range(len(Role) + 1))
    for roles, action, own in product(list(every), Action, (True, False)):
        either = any(is_permitted(frozenset({role}), action, own=own) for role in roles)
        assert is_permitted(frozenset(roles), action, own=own) is either


def test_nobody_may_claim_their_own_order_whatever_their_role() -> None:
    assert not is_permitted(frozenset(Role), Action.CLAIM, own=True)


@pytest.mark.parametrize(("status", "is_admin", "admitted"), list(product(RunnerStatus, (True, False), (True, False))))
def test_only_approved_runners_run_admins_administer_and_admitted_people_order(
    status: RunnerStatus, is_admin: bool, admitted: bool
) -> None:
    roles = roles_of(status, is_admin=is_admin, admitted=admitted)
    assert (Role.CUSTOMER in roles) is (admitted or is_admin or Role.HOLDER in roles)
    assert (Role.RUNNER in roles) is (status is RunnerStatus.APPROVED)
    assert (Role.HOLDER in roles) is (status in (RunnerStatus.APPROVED, RunnerStatus.SUSPENDED))
    assert (Role.ADMIN in roles) is is_admin
    assert Role.SYSTEM not in roles


def test_a_suspended_runner_claims_nothing_finishes_open_orders_and_is_paid() -> None:
    suspended = roles_of(RunnerStatus.SUSPENDED, is_admin=False, admitted=False)
    assert not is_permitted(suspended, Action.CLAIM, own=False)
    for action in (Action.RELEASE, Action.BUY, Action.PICK_UP, Action.ARRIVE, Action.DELIVER, Action.SET_UP_PAYOUT):
        assert is_permitted(suspended, action, own=True)
        assert not is_permitted(suspended, action, own=False)


def test_an_admin_decides_nothing_about_their_own_orders() -> None:
    orders = (Action.CANCEL_ANY, Action.RELEASE_ANY, Action.FINISH_ANY, Action.CLOSE_ANY, Action.REFUND_ANY)
    words = (
        *orders,
        Action.RENEW_PIN,
        Action.CORRECT_RECEIPT,
        Action.SUSPEND_RUNNER,
        Action.RESTRICT_PERSON,
        Action.APPROVE_RUNNER,
        Action.RETRY_STUCK,
        Action.WRITE_AS_TEAM,
    )
    assert [action for action in words if is_permitted(frozenset({Role.ADMIN}), action, own=True)] == []
