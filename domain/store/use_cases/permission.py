"""The one question before every tap: may this member do this to that order."""

from domain.errors import NotAllowed, RunnerNotApproved
from domain.order import Order
from domain.people import Action, Member, Role, may


def require(member: Member, action: Action, *, own: bool = True) -> None:
    """NotAllowed (or, for a runner to be, RunnerNotApproved) unless the permission table says yes."""
    if may(member.roles, action, own=own):
        return
    if action is Action.CLAIM and Role.RUNNER not in member.roles:
        raise RunnerNotApproved
    raise NotAllowed


def require_job(member: Member, action: Action, order: Order) -> None:
    """As require, for a job that must be this runner's."""
    require(member, action, own=order.runner_id == member.person_id)
