"""One page of a list of Stripe, newest first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from workers.stripe.objects.raw_object import RawObject

Listed = TypeVar("Listed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage(Generic[Listed]):
    """A page; the next one starts after `last_id`."""

    items: tuple[Listed, ...]
    has_more: bool
    newest: int | None  # when the first object was created, in seconds of the epoch; None: the page is empty
    last_id: str | None  # None: the page is empty


def parse_page(
    raw: RawObject, parse: Callable[[RawObject], Listed], keep: Callable[[Listed], bool] = lambda _: True
) -> ListPage[Listed]:
    """Return a page of the objects to keep, each read by `parse`. Raise KeyError when a field is missing."""
    found = raw["data"]
    return ListPage(
        items=tuple(filter(keep, map(parse, found))),
        has_more=bool(raw["has_more"]),
        newest=found[0]["created"] if found else None,
        last_id=str(found[-1]["id"]) if found else None,
    )
