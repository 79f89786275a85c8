"""Long lists a page at a time: which part of them a screen shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.home import MENU_VERSION
from bot.replies import Rows
from bot.request_context import RequestContext
from domain.buttons import Button, Tap

PAGE_SIZE = 8  # things a screen, each with its button; more would push the words out of sight

ListItem = TypeVar("ListItem")


@dataclass(frozen=True, slots=True)
class Page(Generic[ListItem]):
    """A part of a longer list."""

    items: Sequence[ListItem]
    number: int  # from 0
    count: int  # of pages, at least 1

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return self.number + 1 < self.count


def get_page(items: Sequence[ListItem], number: int) -> Page[ListItem]:
    """This page, or the nearest there is."""
    count = max(1, -(-len(items) // PAGE_SIZE))
    number = min(max(0, number), count - 1)
    return Page(items[number * PAGE_SIZE : (number + 1) * PAGE_SIZE], number, count)


def paging_row(context: RequestContext, tap: Tap, page: Page[Any], version: int) -> Rows:
    """[Previous] and [More] of a list whose pages are 0, -1, -2...: no number of a thing is one of those."""
    before = context.button("bot-button-list-before", tap, 1 - page.number, version)
    after = context.button("bot-button-list-after", tap, -1 - page.number, version)
    row = (*([before] if page.number else []), *([after] if page.has_more else []))
    return (row,) if row else ()


def paging_row_with_refresh(context: RequestContext, tap: Tap, page: Page[Any]) -> tuple[Button, ...]:
    """[◀], [Refresh] and [▶] of a list that one tap shows, its subject the page."""
    before = context.button("bot-button-page-before", tap, page.number - 1, MENU_VERSION)
    refresh = context.button("bot-button-refresh", tap, page.number, MENU_VERSION)
    after = context.button("bot-button-page-after", tap, page.number + 1, MENU_VERSION)
    return (*((before,) if page.number else ()), refresh, *((after,) if page.has_more else ()))
