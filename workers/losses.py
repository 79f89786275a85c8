"""A message of which nobody knows whether it was sent: not sent again by itself, and its news still gets there."""

from domain.card_news import ON_CARD
from domain.logs import get_logger
from domain.store.messages import bring_anew
from domain.store.push_rows import PushRow, push_abandoned, push_lost
from domain.store.unit_of_work import Database, UnitOfWork
from domain.store.use_cases.relaying import RELAYED, tell_perhaps_not_heard
from workers.mistakes import park_push

GONE = "its worker was gone while sending"

log = get_logger(__name__)


async def lose_abandoned(database: Database, push_id: int) -> None:
    """A message whose worker is gone while sending it; nothing when another worker sees to it."""
    async with database() as work:
        lost = await push_abandoned(work, push_id, GONE)
        if lost is not None:
            await _make_good(work, lost, GONE)


async def lose(work: UnitOfWork, message: PushRow, error: str) -> None:
    """A message whose sending got no answer; nothing when it was taken for abandoned meanwhile."""
    lost = await push_lost(work, message, error)
    if lost is not None:
        await _make_good(work, lost, error)


async def _make_good(work: UnitOfWork, lost: PushRow, error: str) -> None:
    """What follows a loss, in the commit that wrote it down.

    A message that its order's card says as well brings that card anew; whoever wrote the lost words to the other side
    hears that they perhaps did not come; everything else is parked, and an admin sends it again or drops it.
    """
    log.warning("notification_outcome_unknown", notification=lost.id, key=lost.key, error=error)
    if not await _reaches_its_reader(work, lost):
        await park_push(work, lost, error)


async def _reaches_its_reader(work: UnitOfWork, lost: PushRow) -> bool:
    if lost.order_id is None or lost.chat_id < 0:
        return False
    if lost.key in RELAYED:
        return await tell_perhaps_not_heard(work, lost.id)
    return lost.key in ON_CARD and await bring_anew(work, lost.order_id, lost.chat_id)
