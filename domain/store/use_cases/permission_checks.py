"""The one question before every tap: may this member do this to that order."""

from domain.errors import DeliveryNotYours, NotAdmitted, NotAllowed, RunnerNotApproved, RunnerSuspended
from domain.order import Order
from domain.people import PERMISSIONS, Action, Member, Role, is_permitted


def require_permission(member: Member, action: Action, *, own: bool = True) -> None:
    """Nothing, when the permission table says yes.

    NotAllowed otherwise: NotAdmitted for what every customer may, RunnerNotApproved for a runner to be,
    RunnerSuspended for one who may take no new jobs.
    """
    if is_permitted(member.roles, action, own=own):
        return
    if action is Action.CLAIM and Role.RUNNER not in member.roles:
        raise RunnerSuspended if Role.HOLDER in member.roles else RunnerNotApproved
    if Role.CUSTOMER not in member.roles and (Role.CUSTOMER, action) in PERMISSIONS:
        raise NotAdmitted
    raise NotAllowed


def require_own_delivery(member: Member, action: Action, order: Order) -> None:
    """As require, for a job that must be this runner's; DeliveryNotYours when she has it not, or not any more."""
    if order.runner_id != member.person_id and is_permitted(member.roles, action, own=True):
        raise DeliveryNotYours
    require_permission(member, action, own=order.runner_id == member.person_id)
