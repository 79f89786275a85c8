"""Faults that tests order: which calls fail, and how many more times."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, ClassVar, Generic, Protocol, TypeVar


class OrderedFault(Protocol):
    """A fault, which is a dataclass; `times` counts down to 0."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    times: int


AnyFault = TypeVar("AnyFault", bound=OrderedFault)


class OrderedFaults(Generic[AnyFault]):
    """The faults that have not happened as often as ordered, oldest first; a call takes at most one."""

    def __init__(self) -> None:
        self._pending: list[AnyFault] = []

    def add(self, fault: AnyFault) -> None:
        """Let the next `times` matching calls fail."""
        self._pending.append(fault)

    def clear(self) -> None:
        """Remove all faults."""
        self._pending.clear()

    def pending(self) -> list[dict[str, Any]]:
        """Return the faults as JSON."""
        return [asdict(fault) for fault in self._pending]

    def take(self, is_match: Callable[[AnyFault], bool]) -> AnyFault | None:
        """Return the first fault that matches a call and count it down, or None."""
        fault = next((one for one in self._pending if is_match(one)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._pending.remove(fault)
        return fault
