"""Who reads a chat: in which language, and whether she can be reached at all."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.store.row_mappers import RowValues
from domain.store.schema import membership, person
from domain.words import FALLBACK_LANGUAGE

_READER = (
    select(person.c.language, membership.c.reachable)
    .join(membership, membership.c.person_id == person.c.id)
    .where(person.c.id == bindparam("chat"), membership.c.campus_id == bindparam("campus"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReader:
    """The person, or the group, at the other end of a chat."""

    locale: str
    reachable: bool


async def find_chat_reader(connection: AsyncConnection, campus_id: int, chat_id: int) -> ChatReader:
    """The reader of a chat with this campus' bot; groups, and people we do not know, read English."""
    row = (await connection.execute(_READER, {"chat": chat_id, "campus": campus_id})).mappings().one_or_none()
    return chat_reader_from_row({"language": None} if row is None else row)


def chat_reader_from_row(row: RowValues) -> ChatReader:
    """The reader by her `language`, NULL for whom we do not know, and whether she is `reachable`."""
    if row["language"] is None:
        return ChatReader(locale=FALLBACK_LANGUAGE, reachable=True)
    return ChatReader(locale=row["language"], reachable=row["reachable"])
