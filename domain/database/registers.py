"""What the rooms bind to each other at start: one value for each type, carried by the factory of the unit of work.

A lower room may need something of a higher one, such as the steps of all sagas. It declares a frozen dataclass of
functions and data; `domain/registers.py` fills it in. So no module holds a global register, and no import goes up.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

T = TypeVar("T")


class Registers:
    """Values by their type."""

    __slots__ = ("_values",)

    def __init__(self, *values: object) -> None:
        self._values: Mapping[type, object] = MappingProxyType({type(value): value for value in values})

    def get(self, kind: type[T]) -> T:
        """Return the value of this type. Raise LookupError when none was bound at start."""
        found = self._values.get(kind)
        if isinstance(found, kind):
            return found
        raise LookupError(f"no {kind.__name__} was bound at start; see domain/registers.py")

    def extended(self, *values: object) -> "Registers":
        """Return these values together with others; of two of one type the later one counts."""
        return Registers(*self._values.values(), *values)
