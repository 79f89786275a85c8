"""What a restriction is: a bar, a limit or a suspension, its reason, where it holds, and who leaves a group for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.campuses.campus import Campus


class RestrictionKind(StrEnum):
    BAR = "bar"  # no new orders, and no new deliveries
    LIMIT = "limit"  # only so many new orders
    SUSPENSION = "suspension"  # no new deliveries: a runner who is suspended because of money


class RestrictionReason(StrEnum):
    MONEY = "money"  # holds on every campus of the deployment
    CONDUCT = "conduct"  # holds on the campus that decided it


class RestrictionStatus(StrEnum):
    PROPOSED = "proposed"  # an admin is asked whether they are sure
    ACTIVE = "active"  # until its end, if it has one
    LIFTED = "lifted"


class RemovalStatus(StrEnum):
    """What became of removing a person from a runner group."""

    DUE = "due"
    DONE = "done"  # they are not in the group
    REFUSED = "refused"  # Telegram never lets the bot remove them
    VOID = "void"  # they may be there again, or there is no group


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRemoval:
    """A person who is to be removed from the runner group of a campus."""

    id: int
    campus_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionTerms:
    """What an admin decides. `until` None is without an end; `note` is for admins alone.

    `daily_sum` is in minor units of `currency`; it and `open_orders` belong to a limit, which has at least one.
    """

    kind: RestrictionKind
    reason: RestrictionReason
    note: str
    until: datetime | None
    daily_sum: int | None = None
    currency: str | None = None
    open_orders: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A restriction of a person, decided on a campus."""

    id: int
    campus_id: int
    campus_title: str
    person_id: int
    first_name: str
    status: RestrictionStatus
    terms: RestrictionTerms
    decided_by: int
    made_at: datetime
    exempted: tuple[str, ...] = ()  # the campuses whose admins lifted it there alone


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionState:
    """What holds for a person on a campus now: of bars and of suspensions the one that ends last, and all limits."""

    bar: Restriction | None = None
    suspension: Restriction | None = None
    limits: tuple[Restriction, ...] = ()

    @property
    def keeps_from_running(self) -> Restriction | None:
        """What keeps the person from taking jobs; None when nothing does."""
        return self.bar or self.suspension

    @property
    def may_run(self) -> bool:
        """Whether nothing keeps the person from taking jobs."""
        return self.keeps_from_running is None


def state_of(active: Sequence[Restriction]) -> RestrictionState:
    """Return the state that these active restrictions make: of several bars the one that ends last."""
    by_kind = {kind: [each for each in active if each.terms.kind is kind] for kind in RestrictionKind}
    return RestrictionState(
        bar=max(by_kind[RestrictionKind.BAR], key=_end_of, default=None),
        suspension=max(by_kind[RestrictionKind.SUSPENSION], key=_end_of, default=None),
        limits=tuple(by_kind[RestrictionKind.LIMIT]),
    )


def _end_of(restriction: Restriction) -> tuple[bool, datetime]:
    until = restriction.terms.until
    return until is None, until or restriction.made_at


def describe_to_person(campus: Campus, restriction: Restriction) -> dict[str, str | int]:
    """Return what the person may read of a restriction, with times of the campus where they read it."""
    until = restriction.terms.until
    return {
        "team": restriction.campus_title,
        "why": restriction.terms.reason.value,
        "ends": "no" if until is None else "yes",
        "until": "-" if until is None else f"{until.astimezone(campus.zone):%d %b %Y, %H:%M}",
    }
