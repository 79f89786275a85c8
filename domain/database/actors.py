"""Who does something, as the event log stores it."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    CUSTOMER = "customer"  # admitted to this campus: used its invitation, or needs none
    RUNNER = "runner"  # approved by an admin of this campus
    HOLDER = "holder"  # a runner, suspended or not: may finish their deliveries and be paid
    ADMIN = "admin"
    SYSTEM = "system"  # timers and sagas


ACTOR_ROLES = (Role.CUSTOMER, Role.RUNNER, Role.ADMIN, Role.SYSTEM)  # the actors of the event log


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did something; the system has no `person_id`."""

    role: Role
    person_id: int | None = None


SYSTEM = Actor(role=Role.SYSTEM)
