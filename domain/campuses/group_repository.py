"""Changes to the groups of a campus after they were bound: a new invite link, or a new chat id at Telegram."""

from sqlalchemy import update

from domain.campuses.tables import campus
from domain.database.unit_of_work import UnitOfWork


async def save_group_invite(work: UnitOfWork, campus_id: int, *, chat_id: int, invite: str) -> bool:
    """Save the invite link of the runner group. Return False when another group was bound meanwhile."""
    statement = update(campus).where(campus.c.id == campus_id, campus.c.runner_group == chat_id)
    return (await work.connection.execute(statement.values(runner_invite=invite))).rowcount == 1


async def update_group_chat_id(work: UnitOfWork, campus_id: int, *, before: int, after: int) -> None:
    """Point the campus at the new chat id of a group that became a supergroup."""
    for column in (campus.c.runner_group, campus.c.admin_chat):
        statement = update(campus).where(campus.c.id == campus_id, column == before)
        await work.connection.execute(statement.values({column: after}))
