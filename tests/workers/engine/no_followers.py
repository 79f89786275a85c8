"""The engine alone has no questions that an event of the log could settle."""

from collections.abc import Sequence

from domain.database.actors import Actor
from domain.database.event_log_repository import EventFollowers, NewEvent
from domain.database.unit_of_work import UnitOfWork


async def _follow(work: UnitOfWork, actor: Actor, events: Sequence[NewEvent]) -> None: ...


NO_FOLLOWERS = EventFollowers(follow=_follow)
