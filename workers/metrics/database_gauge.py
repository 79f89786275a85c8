"""A gauge whose values the database knows: its name, its labels and the statement that reads it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from domain.database.unit_of_work import UnitOfWork

Reading = tuple[tuple[str, ...], float]  # the values of the labels, and the value
ReadGauge = Callable[[UnitOfWork], Awaitable[Sequence[Reading]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseGauge:
    """One family of gauges. A family without a label has one reading, also when it is zero."""

    name: str  # with its unit, without the prefix
    description: str
    labels: tuple[str, ...] = ()
    read: ReadGauge
