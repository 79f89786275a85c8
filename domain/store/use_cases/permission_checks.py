"""The check before every action: may this member do this to that order."""

from domain.errors import DeliveryNotYours, NotAdmitted, NotAllowed, RunnerNotApproved, RunnerSuspended
from domain.order import Order
from domain.people import PERMISSIONS, Action, Member, Role, is_permitted


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


def require_own_delivery(member: Member, action: Action, order: Order) -> None:
    """Check as `require_permission` does, for a delivery that must be this runner's.

    Raise DeliveryNotYours when the runner does not have it, or not any more.
    """
    if order.runner_id != member.person_id and is_permitted(member.roles, action, own=True):
        raise DeliveryNotYours
    require_permission(member, action, own=order.runner_id == member.person_id)
