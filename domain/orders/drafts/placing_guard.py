"""The guard of placing: what must hold at the moment a draft becomes an order, or waits only for a card."""

from domain.campuses.campus import Campus
from domain.campuses.opening import is_within_opening_hours, require_campus_open
from domain.campuses.repository import find_store_hours
from domain.database.unit_of_work import UnitOfWork
from domain.errors import DraftChanged, OrdersPaused, Stale
from domain.orders.drafts.customer_limits import require_may_order, require_within_limits
from domain.orders.drafts.draft import Draft
from domain.orders.drafts.repository import is_draft_being_placed, lock_draft
from domain.orders.risk_checks import RiskChecks


async def lock_placeable_draft(
    work: UnitOfWork, campus: Campus, person_id: int, *, version: int, ceiling: int
) -> Draft:
    """Return the person's draft, locked, if it may be placed now as it was shown: this version, this ceiling.

    The ceiling is in minor units. Raise Stale when the draft was changed or is being placed already, or its store is
    gone. Raise DraftChanged when its price is another one by now, and what `Draft.price` raises. Raise OrdersPaused
    when campus or store take no orders now, RiskRefused above a limit of the campus, and what `require_may_order` and
    `require_within_limits` raise.

    Every way to an order passes here once: the step of the saga that places it calls this. A use case calls it only
    where it does not start that saga yet, because a card is missing. Nothing is kept of that call: the campus may
    close while the card is entered.
    """
    draft = await lock_draft(work, campus.id, person_id)
    if draft is None or draft.version != version or await is_draft_being_placed(work, draft):
        raise Stale
    if draft.price(campus.fees).ceiling != ceiling:
        raise DraftChanged
    await _require_open(work, campus, draft)
    limits = await require_may_order(work, campus, person_id)
    await require_within_limits(work, campus, person_id, ceiling, limits)
    await work.registers.get(RiskChecks).require_order_allowed(work, campus, person_id, ceiling)
    return draft


async def _require_open(work: UnitOfWork, campus: Campus, draft: Draft) -> None:
    require_campus_open(campus, work.now)
    if draft.store_id is None:
        return
    hours = await find_store_hours(work, campus.id, draft.store_id)
    if not is_within_opening_hours(hours, work.now.astimezone(campus.zone)):
        raise OrdersPaused
