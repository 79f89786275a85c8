"""The check that a delivery is the runner's own."""

from domain.campuses.people import Member
from domain.campuses.permissions import Action, is_permitted, require_permission
from domain.errors import DeliveryNotYours
from domain.orders.states import Order


def require_own_delivery(member: Member, action: Action, order: Order) -> None:
    """Check as `require_permission` does, for a delivery that must be this runner's.

    Raise DeliveryNotYours when the runner does not have it, or not any more.
    """
    if order.runner_id != member.person_id and is_permitted(member.roles, action, own=True):
        raise DeliveryNotYours
    require_permission(member, action, own=order.runner_id == member.person_id)
