"""What is told about a restriction: to the person that it holds or ended, to the admins of other campuses the same."""

from domain.campuses.campus import Campus
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
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


def restriction_lifted_here(campus: Campus, restriction: Restriction) -> Notification:
    """Tell a person that what another campus decided does not hold on this one any more."""
    return Notification(
        campus_id=campus.id,
        chat_id=restriction.person_id,
        name=f"restriction:{restriction.id}:exempt:{campus.id}:person",
        key="notification-exempted",
        args={"campus": campus.title, "team": restriction.campus_title},
    )


def still_restricted(campus: Campus, held: Restriction, cause: str) -> Notification:
    """Tell a runner whose suspension on this campus is over what still keeps them from taking jobs."""
    return Notification(
        campus_id=campus.id,
        chat_id=held.person_id,
        name=f"still_restricted:{campus.id}:{held.person_id}:{cause}",
        key="notification-still-restricted",
        args={**describe_to_person(campus, held), "campus": campus.title},
    )


def elsewhere_name(campus_id: int, restriction_id: int) -> str:
    """Return the name of what the admins of a campus are told, once, of a restriction of another campus."""
    return f"restriction:{restriction_id}:elsewhere:{campus_id}"


def restricted_elsewhere(campus: Campus, restriction: Restriction) -> Notification:
    """Tell the admins of a campus what another one decided because of money, and how to lift it on theirs."""
    lift = NotificationButton(label="button-lift-here", data=pack(Tap.UNBAR, restriction.person_id))
    return Notification(
        campus_id=campus.id,
        chat_id=ADMIN_CHAT,
        name=elsewhere_name(campus.id, restriction.id),
        key="notification-restricted-elsewhere",
        about=(restriction.person_id,),
        buttons=[lift],
        args={
            **describe_to_person(campus, restriction),
            **_amounts(campus, restriction),
            **_to_admins(restriction),
            "reason": restriction.terms.note,
        },
    )


def exempted_elsewhere(restriction: Restriction, there: Campus, admin_name: str, why: str) -> Notification:
    """Tell the admins who decided a restriction that it does not hold at `there` any more, by whom and why."""
    return Notification(
        campus_id=restriction.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"restriction:{restriction.id}:exempt:{there.id}",
        key="notification-exempted-admins",
        about=(restriction.person_id,),
        args={**_to_admins(restriction), "team": there.title, "admin": admin_name, "reason": why},
    )


def ended_elsewhere(campus_id: int, restriction: Restriction, why: str) -> Notification:
    """Tell the admins of a campus, who read of the restriction, that the campus that decided it ended it."""
    return Notification(
        campus_id=campus_id,
        chat_id=ADMIN_CHAT,
        name=f"restriction:{restriction.id}:elsewhere_ended:{campus_id}",
        key="notification-restriction-ended-admins",
        about=(restriction.person_id,),
        silent=True,
        args={**_to_admins(restriction), "team": restriction.campus_title, "reason": why},
    )


def _to_admins(restriction: Restriction) -> dict[str, str | int]:
    return {
        "person": restriction.first_name,
        "account": str(restriction.person_id),
        "kind": restriction.terms.kind,
    }


def _to_person(campus: Campus, restriction: Restriction, what: str, key: str) -> Notification:
    return Notification(
        campus_id=campus.id,
        chat_id=restriction.person_id,
        name=f"restriction:{restriction.id}:{what}",
        key=key,
        args=describe_to_person(campus, restriction) | _amounts(campus, restriction),
    )


def _amounts(campus: Campus, restriction: Restriction) -> dict[str, str | int]:
    terms = restriction.terms
    daily = NO_LIMIT if terms.daily_sum is None else format_money(terms.daily_sum, terms.currency or campus.currency)
    return {
        "daily": daily,
        "limited": "no" if terms.daily_sum is None else "yes",
        "counted": "no" if terms.open_orders is None else "yes",
        "most": terms.open_orders or 0,
    }
