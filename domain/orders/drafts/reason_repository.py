"""The questions for the reason of an admin's act that were answered: each one completes its act once."""

from sqlalchemy.dialects.postgresql import insert

from domain.database.unit_of_work import UnitOfWork
from domain.orders.drafts.tables import reason_taken


async def take_reason(work: UnitOfWork, campus_id: int, chat_id: int, message_id: int) -> bool:
    """Record that this message of the bot was answered. Return False when it was before.

    Of two transactions that answer it, the second one waits for the end of the first.
    """
    values = {"campus_id": campus_id, "chat_id": chat_id, "message_id": message_id}
    taken = await work.connection.execute(insert(reason_taken).values(values).on_conflict_do_nothing())
    return taken.rowcount == 1
