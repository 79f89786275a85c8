"""The reading of raw objects: references that may be expanded, times, statuses, metadata."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

RawObject = Mapping[str, Any]  # as it is in the JSON of Stripe; it does not leave workers/stripe

Status = TypeVar("Status", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectMetadata:
    """What we wrote on an object when we made it. Anybody with access to the dashboard can write it too."""

    values: Mapping[str, str]

    @property
    def order(self) -> str | None:
        """Return the id of the order that the object is named for."""
        return self.values.get("order")

    @property
    def saga(self) -> str | None:
        """Return the id of the saga run that made the object."""
        return self.values.get("saga")

    @property
    def call(self) -> str | None:
        """Return the first idempotency key of the call that made the object."""
        return self.values.get("call")


def parse_metadata(raw: RawObject) -> ObjectMetadata:
    """Return the metadata of an object, which may have none."""
    values = raw.get("metadata") or {}
    return ObjectMetadata(values=MappingProxyType({str(name): str(value) for name, value in values.items()}))


def reference_id(value: object) -> str | None:
    """Return the id of a referenced object, which Stripe sends as its id or, when asked to expand it, as a whole."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return None if value is None else str(value)


def expanded(value: object) -> RawObject | None:
    """Return a referenced object that Stripe was asked to expand; None when there is none, or only its id."""
    return value if isinstance(value, Mapping) else None


def nested(raw: RawObject, *names: str) -> RawObject:
    """Return the object inside the objects of these names, empty when one of them is missing or null."""
    found = raw
    for name in names:
        found = expanded(found.get(name)) or {}
    return found


def optional_text(value: object) -> str | None:
    """Return a text that may be missing or null."""
    return None if value is None else str(value)


def to_time(seconds: float | None) -> datetime | None:
    """Return a time that Stripe gave in seconds of the epoch, or not at all."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def parse_status(kind: type[Status], value: object, unknown: Status) -> Status:
    """Return the status of this word; `unknown` for a word that this version does not know."""
    return next((status for status in kind if status == value), unknown)
