"""Pages of long lists, and the buttons that turn them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.conversation.replies import Answer, Rows
from bot.conversation.request_context import RequestContext
from domain.messaging.buttons import Button, Tap

PAGE_SIZE = 8  # items with a button each; more would push the text off the screen

ListItem = TypeVar("ListItem")


@dataclass(frozen=True, slots=True)
class Page(Generic[ListItem]):
    """One page of a list."""

    items: Sequence[ListItem]
    number: int  # from 0
    count: int  # of pages, at least 1

    @property
    def has_more(self) -> bool:
        """Return whether another page follows."""
        return self.number + 1 < self.count


def get_page(items: Sequence[ListItem], number: int) -> Page[ListItem]:
    """Return the page of this number, or the nearest one."""
    count = max(1, -(-len(items) // PAGE_SIZE))
    number = min(max(0, number), count - 1)
    return Page(items[number * PAGE_SIZE : (number + 1) * PAGE_SIZE], number, count)


def paging_row(context: RequestContext, tap: Tap, page: Page[Any], argument: int | None = None) -> Rows:
    """Return [Previous] and [More] of a list whose pages are 0, -1, -2...: no id has one of those values."""
    before = context.button("bot-button-list-before", tap, 1 - page.number, argument)
    after = context.button("bot-button-list-after", tap, -1 - page.number, argument)
    row = (*([before] if page.number else []), *([after] if page.has_more else []))
    return (row,) if row else ()


def answer_refresh(context: RequestContext) -> Answer:
    """Return the words for a tap on [Refresh]: nobody sees that it did something where nothing has changed."""
    return Answer(context.say_plain("bot-board-fresh"))


def paging_row_with_refresh(context: RequestContext, tap: Tap, page: Page[Any]) -> tuple[Button, ...]:
    """Return [◀], [Refresh] and [▶] of a list; the subject of its tap is the page."""
    before = context.button("bot-button-page-before", tap, page.number - 1)
    refresh = context.button("bot-button-refresh", tap, page.number)
    after = context.button("bot-button-page-after", tap, page.number + 1)
    return (*((before,) if page.number else ()), refresh, *((after,) if page.has_more else ()))
