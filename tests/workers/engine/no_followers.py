"""The engine alone has no questions that an event of the log could settle."""

from domain.database.actors import Actor
from domain.database.event_log_repository import EventFollowers
from domain.database.unit_of_work import UnitOfWork


async def _follow(
    work: UnitOfWork, actor: Actor, *, order_id: int | None, subject: str, subject_id: object, happened: str
) -> None: ...


NO_FOLLOWERS = EventFollowers(follow=_follow)
