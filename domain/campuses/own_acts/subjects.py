"""What an admin's act is about: an order, a person, or nobody; and whose own matter that is."""

from dataclasses import dataclass
from enum import StrEnum

NOBODY: frozenset[int] = frozenset()


class ActSubjectKind(StrEnum):
    """The kind of subject, in the order of the confirmation button's choice: add new ones at the end."""

    ORDER = "order"
    PERSON = "person"
    NOTHING = "nothing"  # such as a stuck process without an order


@dataclass(frozen=True, slots=True, kw_only=True)
class ActSubject:
    """What an act is about. It is the own matter of the people in `concerned`; `sides` are told of an own act."""

    kind: ActSubjectKind
    number: int
    label: str  # as admins read it
    concerned: frozenset[int]
    sides: frozenset[int] = NOBODY

    @property
    def name(self) -> str:
        """The subject as the event log stores it."""
        return f"{self.kind}:{self.number}"

    @property
    def order_id(self) -> int | None:
        """The order it is about, if it is about one."""
        return self.number if self.kind is ActSubjectKind.ORDER else None

    def is_own(self, person_id: int) -> bool:
        """Return whether it is this person's own matter."""
        return person_id in self.concerned


def order_subject(order_id: int, customer_id: int, runner_id: int | None) -> ActSubject:
    """Return an order as a subject: the own matter of its customer and of its runner."""
    sides = frozenset(person for person in (customer_id, runner_id) if person is not None)
    return ActSubject(kind=ActSubjectKind.ORDER, number=order_id, label=f"#{order_id}", concerned=sides, sides=sides)


def person_subject(person_id: int, name: str) -> ActSubject:
    """Return a person as a subject: their own matter."""
    return ActSubject(
        kind=ActSubjectKind.PERSON, number=person_id, label=f"{name} ({person_id})", concerned=frozenset({person_id})
    )


def impersonal_subject(number: int, label: str) -> ActSubject:
    """Return a subject that is nobody's own matter."""
    return ActSubject(kind=ActSubjectKind.NOTHING, number=number, label=label, concerned=NOBODY)
