"""The reader of a chat: the language, and whether the bot can reach them."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, and_, bindparam, case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.campuses.tables import campus, membership, person
from domain.database.rows import RowValues
from domain.messaging.notification.repository import DUE_NOTIFICATION, NotificationRow, notification_from_row
from domain.messaging.tables import notification
from domain.words import FALLBACK_LANGUAGE

_READER = (
    select(person.c.language, membership.c.reachable)
    .join(membership, membership.c.person_id == person.c.id)
    .where(person.c.id == bindparam("chat"), membership.c.campus_id == bindparam("campus"))
)

_TO_ADMINS, _TO_RUNNERS = campus.c.admin_chat == notification.c.chat_id, campus.c.runner_group == notification.c.chat_id
_DUE_WITH_READER = (
    DUE_NOTIFICATION.add_columns(
        person.c.language,
        membership.c.reachable,
        case((_TO_RUNNERS, campus.c.runner_topic), (_TO_ADMINS, campus.c.admin_topic)).label("topic"),
        case((_TO_ADMINS, campus.c.bot_username)).label("admins_bot"),
    )
    .join(campus, campus.c.id == notification.c.campus_id)
    .outerjoin(
        membership,
        and_(membership.c.campus_id == notification.c.campus_id, membership.c.person_id == notification.c.chat_id),
    )
    .outerjoin(person, person.c.id == membership.c.person_id)
)
_IS_ADMIN_CHAT = campus.c.admin_chat == bindparam("chat", type_=BigInteger())
_GROUP = select(
    case(
        (campus.c.runner_group == bindparam("chat", type_=BigInteger()), campus.c.runner_topic),
        (_IS_ADMIN_CHAT, campus.c.admin_topic),
    ).label("topic"),
    case((_IS_ADMIN_CHAT, campus.c.bot_username)).label("admins_bot"),
).where(campus.c.id == bindparam("campus"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReader:
    """The person or the group that reads a chat."""

    locale: str
    reachable: bool
    topic: int | None = None  # of a group that is a forum: where to write
    admins_bot: str | None = None  # of the admin chat: the user name of the campus' bot


async def find_due_notification(
    connection: AsyncConnection, notification_id: int
) -> tuple[NotificationRow, ChatReader] | None:
    """Return the notification and its reader if it is due and no earlier one of its lane to its chat waits."""
    row = (await connection.execute(_DUE_WITH_READER, {"number": notification_id})).mappings().one_or_none()
    if row is None:
        return None
    found = notification_from_row(row)
    if found.chat_id > 0:
        return found, chat_reader_from_row(row)
    group = ChatReader(locale=FALLBACK_LANGUAGE, reachable=True, topic=row["topic"], admins_bot=row["admins_bot"])
    return found, group


async def find_chat_reader(connection: AsyncConnection, campus_id: int, chat_id: int) -> ChatReader:
    """Return the reader of a chat with this campus's bot. Groups and unknown people read FALLBACK_LANGUAGE."""
    if chat_id < 0:
        group = (await connection.execute(_GROUP, {"chat": chat_id, "campus": campus_id})).one()
        return ChatReader(locale=FALLBACK_LANGUAGE, reachable=True, topic=group.topic, admins_bot=group.admins_bot)
    row = (await connection.execute(_READER, {"chat": chat_id, "campus": campus_id})).mappings().one_or_none()
    return chat_reader_from_row({"language": None} if row is None else row)


def chat_reader_from_row(row: RowValues) -> ChatReader:
    """Build the reader from `language` (None for an unknown one) and `reachable`."""
    if row["language"] is None:
        return ChatReader(locale=FALLBACK_LANGUAGE, reachable=True)
    return ChatReader(locale=row["language"], reachable=row["reachable"])
