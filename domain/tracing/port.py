"""What tracing offers to the bot and the workers; `spans` fills it in, and without it nothing is called."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

Attributes = Mapping[str, str | int]


class Tracing(Protocol):
    """The spans of one process. A trace is passed on as a W3C traceparent: `00-<trace>-<span>-<flags>`."""

    def trace(self, name: str, attributes: Attributes) -> AbstractContextManager[None]:
        """Open the first span of a trace, also inside of another one."""

    def span(self, name: str, attributes: Attributes, *, parent: str | None = None) -> AbstractContextManager[None]:
        """Open a span under this traceparent, else under the present span, else as the first one of a trace."""

    def record_ended(self, name: str, seconds: float, attributes: Attributes) -> None:
        """Add a call that took `seconds` and has just ended to the present span; without one, add nothing."""

    def traceparent(self) -> str | None:
        """Return the traceparent of the present span; None without one."""

    async def close(self) -> None:
        """Send what was not sent yet, for at most TRACE_EXPORT."""
