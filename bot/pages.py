"""Long lists a page at a time: which part of them a screen shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.home import MENU
from bot.replies import Rows
from bot.turn import Turn
from domain.buttons import Button, Tap

PAGE = 8  # things a screen, each with its button; more would push the words out of sight

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Page(Generic[Thing]):
    """A part of a longer list."""

    things: Sequence[Thing]
    number: int  # from 0
    count: int  # of pages, at least 1

    @property
    def more(self) -> bool:
        """Whether another page follows."""
        return self.number + 1 < self.count


def page_of(things: Sequence[Thing], number: int) -> Page[Thing]:
    """This page, or the nearest there is."""
    count = max(1, -(-len(things) // PAGE))
    number = min(max(0, number), count - 1)
    return Page(things[number * PAGE : (number + 1) * PAGE], number, count)


def turning(turn: Turn, tap: Tap, page: Page[Any], version: int) -> Rows:
    """[Previous] and [More] of a list whose pages are 0, -1, -2...: no number of a thing is one of those."""
    before = turn.button("bot-button-list-before", tap, 1 - page.number, version)
    after = turn.button("bot-button-list-after", tap, -1 - page.number, version)
    row = (*([before] if page.number else []), *([after] if page.more else []))
    return (row,) if row else ()


def steps(turn: Turn, tap: Tap, page: Page[Any]) -> tuple[Button, ...]:
    """[◀], [Refresh] and [▶] of a list that one tap shows, its subject the page."""
    before = turn.button("bot-button-page-before", tap, page.number - 1, MENU)
    refresh = turn.button("bot-button-refresh", tap, page.number, MENU)
    after = turn.button("bot-button-page-after", tap, page.number + 1, MENU)
    return (*((before,) if page.number else ()), refresh, *((after,) if page.more else ()))
