"""The acts of admins on their own orders, or about themselves: the audit lists them, and breaks on none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedOwnAct:
    """One act of the only admin of a campus on their own matter."""

    campus_id: int
    person_id: int
    subject: str  # such as order:12
    act: str
    reason: str | None
    at: datetime


def describe_own_acts(acts: Sequence[AuditedOwnAct]) -> str:
    """Return a line that counts the acts, and below it a line for each."""
    lines = [f"Own acts of admins: {len(acts)}."]
    lines += [
        f"      - {act.at:%Y-%m-%d %H:%M} UTC, campus {act.campus_id}, person {act.person_id}:"
        f" {act.act} of {act.subject} ({act.reason or 'no reason'})"
        for act in acts
    ]
    return "\n".join(lines)
