"""A bot is in trouble, or well again: recorded once by whoever notices it, and told through what still works."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.people_repository import list_admin_ids
from domain.campuses.repository import find_campus
from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.bot_troubles.notifications import token_accepted, token_refused, webhook_fails, webhook_works
from domain.messaging.bot_troubles.repository import (
    BotTrouble,
    count_waiting_messages,
    list_other_bots,
    try_begin_trouble,
    try_end_trouble,
)
from domain.messaging.lost_group_repository import make_waiting_messages_due
from domain.messaging.notification.model import Notification
from domain.messaging.outbox_repository import notify


async def record_bot_trouble(work: UnitOfWork, campus_id: int, trouble: BotTrouble, why: str) -> bool:
    """Record it, and tell every admin in private, once: of a refused token through the bot of another campus.

    Return False, and tell nobody, when it was known.
    """
    if not await try_begin_trouble(work, campus_id, trouble, why):
        return False
    campus = await find_campus(work, campus_id)
    for message in await _tell_trouble(work, campus, trouble, why):
        await notify(work, message)
    await _log(work, campus_id, f"{trouble}_refused" if trouble is BotTrouble.TOKEN else f"{trouble}_fails", why)
    return True


async def record_bot_well(work: UnitOfWork, campus_id: int, trouble: BotTrouble) -> bool:
    """Record that it is over: what waited is sent at once, and the admins are told.

    Return False when there was none.
    """
    if not await try_end_trouble(work, campus_id, trouble):
        return False
    campus = await find_campus(work, campus_id)
    count = await count_waiting_messages(work, campus_id)
    if trouble is BotTrouble.TOKEN:
        await make_waiting_messages_due(work, campus_id)
    for reader in await list_admin_ids(work, campus_id):
        is_token = trouble is BotTrouble.TOKEN
        told = token_accepted(campus, reader, count, work.now) if is_token else webhook_works(campus, reader, work.now)
        await notify(work, told)
    await _log(work, campus_id, f"{trouble}_works", None)
    return True


async def _tell_trouble(work: UnitOfWork, campus: Campus, trouble: BotTrouble, why: str) -> Sequence[Notification]:
    if trouble is BotTrouble.TOKEN:
        others = await list_other_bots(work, campus.id)
        return [token_refused(campus, reader, through, why, work.now) for reader, through in others]
    return [webhook_fails(campus, reader, why, work.now) for reader in await list_admin_ids(work, campus.id)]


async def _log(work: UnitOfWork, campus_id: int, happened: str, why: str | None) -> None:
    await log_event(
        work,
        SYSTEM,
        campus_id=campus_id,
        order_id=None,
        subject="campus",
        subject_id=campus_id,
        happened=happened,
        reason=why,
    )
