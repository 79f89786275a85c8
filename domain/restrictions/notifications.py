"""What a person is told about a restriction: that it holds, and that it ended."""

from domain.campuses.campus import Campus
from domain.messaging.notification.model import ADMIN_CHAT, Notification
from domain.money import format_money
from domain.restrictions.model import Restriction, RestrictionKind, describe_to_person

NO_LIMIT = "-"


def person_restricted(campus: Campus, restriction: Restriction) -> Notification:
    """Tell a person what they may not do, why in general words, until when, and whom to ask."""
    key = "notification-barred" if restriction.terms.kind is RestrictionKind.BAR else "notification-limited"
    return _to_person(campus, restriction, "made", key)


def restriction_ended(campus: Campus, restriction: Restriction) -> Notification:
    """Tell a person that a restriction ended by itself, or was lifted."""
    return _to_person(campus, restriction, "ended", "notification-restriction-ended")


def suspended_elsewhere(campus: Campus, restriction: Restriction) -> Notification:
    """Tell the admins of a campus that another one suspended a runner of theirs because of money."""
    return Notification(
        campus_id=campus.id,
        chat_id=ADMIN_CHAT,
        name=f"restriction:{restriction.id}:elsewhere:{campus.id}",
        key="notification-suspended-elsewhere",
        args={
            "person": restriction.first_name,
            "account": restriction.person_id,
            "team": restriction.campus_title,
            "reason": restriction.terms.note,
        },
    )


def _to_person(campus: Campus, restriction: Restriction, what: str, key: str) -> Notification:
    terms = restriction.terms
    daily = NO_LIMIT if terms.daily_sum is None else format_money(terms.daily_sum, terms.currency or campus.currency)
    return Notification(
        campus_id=campus.id,
        chat_id=restriction.person_id,
        name=f"restriction:{restriction.id}:{what}",
        key=key,
        args={
            **describe_to_person(campus, restriction),
            "daily": daily,
            "limited": "no" if terms.daily_sum is None else "yes",
            "counted": "no" if terms.open_orders is None else "yes",
            "most": terms.open_orders or 0,
        },
    )
