"""Reading one of Stripe's lists on from where the last worker stopped, newest first, page by page.

The watermark is Stripe's clock, never ours. It moves only when the list was read to its end; until then the place in it
is kept, so that a long list needs several turns and a killed worker costs nothing but a page looked at twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from domain.store.readings import Reading, end_reading, note_page
from workers.reconciling.turn import SpentError, Turn
from workers.stripe_gateway import LARGEST_PAGE, Answer, Params, Stripe

FIRST_LOOK = timedelta(days=1)  # how far back a list is read that nobody has read before

Objects = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of Stripe's. `look` has each page; it returns when the oldest object was made that it wants to see again.

    `overlap` (seconds) is read a second time: what Stripe lists late is not lost.
    """

    page: Callable[[Stripe, Params, str | None], Awaitable[Answer]]
    look: Callable[[Turn, Reading, Objects], Awaitable[int | None]]
    every: timedelta
    overlap: int


async def read_on(turn: Turn, taken: Reading, listing: Listing) -> None:
    """Read the list to its end, or raise SpentError or CallFailed with the place kept."""
    since = await _since(turn, taken)
    cursor, newest, held = taken.cursor, taken.newest, taken.held_back
    while True:
        params: dict[str, Any] = {"created": {"gte": since - listing.overlap}, "limit": LARGEST_PAGE}
        if cursor is not None:
            params["starting_after"] = cursor
        found = await turn.ask(partial(_page, listing, params, taken.account))
        objects = found["data"]
        if cursor is None and objects:
            newest = objects[0]["created"]
        held = earliest(held, await listing.look(turn, taken, objects))
        if not found["has_more"]:
            break
        cursor = objects[-1]["id"]
        async with turn.database() as work:
            if not await note_page(work, taken, newest=newest, held=held, cursor=cursor):
                raise SpentError
    async with turn.database() as work:
        until = earliest(max(since, newest or since), held)
        await end_reading(work, taken, seen_until=until, again=listing.every)


async def _page(listing: Listing, params: Params, account: str | None, client: Stripe) -> Answer:
    return await listing.page(client, params, account)


def earliest(one: int | None, other: int | None) -> int | None:
    """The earlier of two moments, where there are two."""
    return min((moment for moment in (one, other) if moment is not None), default=None)


async def _since(turn: Turn, taken: Reading) -> int:
    if taken.seen_until is not None:
        return taken.seen_until
    async with turn.database() as work:
        return int((work.now - FIRST_LOOK).timestamp())
