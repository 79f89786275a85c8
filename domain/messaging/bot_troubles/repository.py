"""The troubles of a campus' bot as columns of the campus: why, in Telegram's words, and since when."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, func, select, update

from domain.campuses.tables import campus, membership
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.tables import notification, order_message


class BotTrouble(StrEnum):
    TOKEN = "token"  # Telegram refuses it: nothing is heard, and nothing is sent
    WEBHOOK = "webhook"  # Telegram does not reach us: nothing is heard


_WHY: Mapping[BotTrouble, Column[Any]] = MappingProxyType(
    {BotTrouble.TOKEN: campus.c.token_refused, BotTrouble.WEBHOOK: campus.c.webhook_fails}
)
_SINCE: Mapping[BotTrouble, Column[Any]] = MappingProxyType(
    {BotTrouble.TOKEN: campus.c.token_refused_at, BotTrouble.WEBHOOK: campus.c.webhook_fails_at}
)


async def try_begin_trouble(work: UnitOfWork, campus_id: int, trouble: BotTrouble, why: str) -> bool:
    """Record the trouble of a bot. Return False, and change nothing, when it was known."""
    statement = update(campus).where(campus.c.id == campus_id, _WHY[trouble].is_(None))
    changed = {_WHY[trouble]: why, _SINCE[trouble]: work.now}
    return (await work.connection.execute(statement.values(changed))).rowcount == 1


async def try_end_trouble(work: UnitOfWork, campus_id: int, trouble: BotTrouble) -> bool:
    """Record that the trouble is over. Return False, and change nothing, when there was none."""
    statement = update(campus).where(campus.c.id == campus_id, _WHY[trouble].is_not(None))
    changed = {_WHY[trouble]: None, _SINCE[trouble]: None}
    return (await work.connection.execute(statement.values(changed))).rowcount == 1


async def list_other_bots(work: UnitOfWork, campus_id: int) -> Sequence[tuple[int, int]]:
    """Return admin and campus: of each admin of this campus, another one whose bot may write to them."""
    here, there = membership.alias("here"), membership.alias("there")
    query = (
        select(here.c.person_id, func.min(there.c.campus_id))
        .join(there, there.c.person_id == here.c.person_id)
        .join(campus, campus.c.id == there.c.campus_id)
        .where(here.c.campus_id == campus_id, here.c.is_admin, there.c.campus_id != campus_id)
        .where(there.c.reachable, campus.c.token_refused.is_(None))
        .group_by(here.c.person_id)
        .order_by(here.c.person_id)
    )
    return [(row[0], row[1]) for row in await work.connection.execute(query)]


async def count_waiting_messages(work: UnitOfWork, campus_id: int) -> int:
    """Return how many order messages and notifications of a campus wait to be sent."""
    messages = select(func.count()).where(order_message.c.campus_id == campus_id, order_message.c.due_at.is_not(None))
    is_due = (notification.c.due_at.is_not(None), notification.c.status == NotificationStatus.DUE)
    unsent = select(func.count()).where(notification.c.campus_id == campus_id, *is_due)
    counted = select(messages.scalar_subquery() + unsent.scalar_subquery())
    return int((await work.connection.execute(counted)).scalar_one())
