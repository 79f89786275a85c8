"""What may be said about a delivered order: praise, and problems that become cases."""

from enum import StrEnum


class Praise(StrEnum):
    """The one reason behind a thumb, up or down."""

    FAST = "fast"
    FRIENDLY = "friendly"
    CAREFUL = "careful"
    LATE = "late"
    COLD = "cold"
    UNFRIENDLY = "unfriendly"


class ProblemKind(StrEnum):
    MISSING = "missing"
    WRONG = "wrong"
    COLD = "cold"
    NOT_HERE = "not_here"


class CaseStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
