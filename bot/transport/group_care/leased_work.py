"""What a bot does for ever about groups: take what is due, leased, and do one after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from aiogram import Bot

from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.settings.logs import get_logger

log = get_logger(__name__)


class OfCampus(Protocol):
    """Work for the bot of a campus."""

    @property
    def campus_id(self) -> int:
        """The campus."""


Item = TypeVar("Item", bound=OfCampus)


async def do_leased(
    open_database: UnitOfWorkFactory,
    bots: Mapping[int, Bot],
    name: str,
    interval_seconds: float,
    lease: Callable[[UnitOfWork, Collection[int]], Awaitable[Sequence[Item]]],
    act: Callable[[UnitOfWorkFactory, Bot, Item], Awaitable[None]],
) -> None:
    """Take what is due for these bots and do it, for ever; what fails is done again when its lease is over."""
    while True:
        await asyncio.sleep(interval_seconds)
        try:
            async with open_database() as work:
                items = await lease(work, list(bots))
        except Exception as error:  # the database is away: the next query tries again
            log.warning("group_work_not_read", work=name, error=error)
            continue
        for item in items:
            try:
                await act(open_database, bots[item.campus_id], item)
            except Exception as error:  # Telegram or the database is away
                log.warning("group_work_failed", work=name, campus=item.campus_id, error=error)
