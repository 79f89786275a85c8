"""Campuses, stores and drop points in Postgres, each read in the scope of its campus."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, RowMapping, bindparam, exists, func, or_, select, update

from domain.campuses.campus import Campus, DropPoint, MenuItem, OpeningHours, Store, StoreAssortment
from domain.campuses.fees import Fees
from domain.campuses.group_repository import forget_unbound_group, notice_unbound_group
from domain.campuses.opening import hours_from_json
from domain.campuses.people import RunnerStatus
from domain.campuses.tables import campus, drop_point, membership, menu_item, store
from domain.campuses.windows import Windows
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.risk.limits import build_limits

_STORE_HOURS = select(store.c.hours).where(
    store.c.id == bindparam("store"), store.c.campus_id == bindparam("campus"), store.c.active
)
_CAMPUS = select(campus).where(campus.c.id == bindparam("number"))
_RUNNER_GROUP = select(campus.c.runner_group).where(campus.c.id == bindparam("number"))
_STORES = select(store).where(store.c.campus_id == bindparam("campus"), store.c.active)
_STORES_BY_NAME, _STORE = _STORES.order_by(store.c.name), _STORES.where(store.c.id == bindparam("store"))
_MENU = select(menu_item).where(menu_item.c.store_id == bindparam("store"), menu_item.c.active).order_by(menu_item.c.id)
_DROP_POINTS = (
    select(drop_point)
    .where(drop_point.c.campus_id == bindparam("campus"), drop_point.c.active)
    .order_by(drop_point.c.building, drop_point.c.spot)
)


async def list_campuses(work: UnitOfWork) -> Sequence[Campus]:
    """Return every campus, the oldest first."""
    rows = (await work.connection.execute(select(campus).order_by(campus.c.id))).mappings()
    return [campus_from_row(row) for row in rows]


async def find_campus(work: UnitOfWork, campus_id: int) -> Campus:
    """Return the campus; the caller knows that it exists."""
    return campus_from_row((await work.connection.execute(_CAMPUS, {"number": campus_id})).mappings().one())


async def find_campus_once(work: UnitOfWork, campus_id: int) -> Campus:
    """Return the campus as this transaction read it first: for what does not change the campus."""
    kept: Campus | None = work.memo.get((Campus, campus_id))
    return keep_campus(work, await find_campus(work, campus_id)) if kept is None else kept


def keep_campus(work: UnitOfWork, read: Campus) -> Campus:
    """Let `find_campus_once` return this campus in the present transaction."""
    work.memo[Campus, read.id] = read
    return read


async def find_campuses(work: UnitOfWork, campus_ids: Collection[int]) -> Mapping[int, Campus]:
    """Return these campuses by their ids."""
    rows = (await work.connection.execute(select(campus).where(campus.c.id.in_(campus_ids)))).mappings()
    return {row["id"]: campus_from_row(row) for row in rows}


async def find_only_campus_id(work: UnitOfWork) -> int | None:
    """Return the campus of a deployment that has one; None where there are several, or none."""
    query = select(func.min(campus.c.id)).having(func.count() == 1)
    found: int | None = (await work.connection.execute(query)).scalar_one_or_none()
    return found


async def find_first_campus_id(work: UnitOfWork, currency: str | None = None) -> int | None:
    """Return the first campus with this currency, else the first of all: its admins are told what belongs to none.

    Every campus is paid through one Stripe account, so somebody has to look; who uses the currency can explain it best.
    """
    query = select(campus.c.id).order_by((campus.c.currency == currency).desc(), campus.c.id).limit(1)
    found: int | None = (await work.connection.execute(query)).scalar_one_or_none()
    return found


async def find_runner_group(work: UnitOfWork, campus_id: int) -> int | None:
    """Return the chat that is bound as the runner group now, if there is one."""
    found: int | None = (await work.connection.execute(_RUNNER_GROUP, {"number": campus_id})).scalar_one()
    return found


async def list_stores(work: UnitOfWork, campus_id: int) -> Sequence[Store]:
    """Return the active stores by name, without their menus."""
    rows = await work.connection.execute(_STORES_BY_NAME, {"campus": campus_id})
    return [store_from_rows(row, ()) for row in rows.mappings()]


async def find_store_hours(work: UnitOfWork, campus_id: int, store_id: int) -> OpeningHours:
    """Return when an active store of this campus is open. Raise Stale when there is none any more."""
    row = (await work.connection.execute(_STORE_HOURS, {"store": store_id, "campus": campus_id})).one_or_none()
    if row is None:
        raise Stale
    return hours_from_json(row.hours)


async def find_store(work: UnitOfWork, campus_id: int, store_id: int) -> Store:
    """Return an active store of this campus with its menu. Raise Stale when there is none any more."""
    found = await work.connection.execute(_STORE, {"store": store_id, "campus": campus_id})
    row = found.mappings().one_or_none()
    if row is None:
        raise Stale
    return store_from_rows(row, (await work.connection.execute(_MENU, {"store": store_id})).mappings().all())


async def list_drop_points(work: UnitOfWork, campus_id: int) -> Sequence[DropPoint]:
    """Return the active drop points by building."""
    rows = (await work.connection.execute(_DROP_POINTS, {"campus": campus_id})).mappings()
    return [DropPoint(id=row["id"], building=row["building"], spot=row["spot"]) for row in rows]


async def save_bound_chat(
    work: UnitOfWork, campus_id: int, *, chat_id: int, topic: int | None, invite: str | None, admins: bool
) -> None:
    """Make the chat the admin chat of the campus when `admins` is set, otherwise its runner group.

    In a forum `topic` is the one to write in. The bot leaves the group that was bound before, unless it is bound again.
    """
    changed: dict[str, int | str | None]
    if admins:
        changed = {"admin_chat": chat_id, "admin_topic": topic, "admin_chat_lost": None, "admin_chat_lost_at": None}
    else:
        changed = {"runner_group": chat_id, "runner_topic": topic, "runner_invite": invite}
        changed |= {"runner_group_lost": None, "runner_group_lost_at": None}
    former = campus.c.admin_chat if admins else campus.c.runner_group
    former_chat = (await work.connection.execute(select(former).where(campus.c.id == campus_id))).scalar_one()
    await work.connection.execute(update(campus).where(campus.c.id == campus_id).values(changed))
    await forget_unbound_group(work, campus_id, chat_id)
    if former_chat not in (None, chat_id):
        await notice_unbound_group(work, campus_id, former_chat)


def store_from_rows(row: RowMapping, dishes: Sequence[RowMapping]) -> Store:
    """Build a store from its row and the rows of its menu."""
    hours = hours_from_json(row["hours"])
    menu = tuple(MenuItem(id=dish["id"], name=dish["name"], price=dish["price"]) for dish in dishes)
    return Store(id=row["id"], name=row["name"], location=row["location"], hours=hours, menu=menu)


async def set_paused(work: UnitOfWork, campus_id: int, *, paused: bool, reason: str | None) -> bool:
    """Pause or resume new orders; `reason` is shown to customers meanwhile.

    Return False, and change nothing, when both were so before.
    """
    changed = or_(campus.c.paused != paused, campus.c.pause_reason.is_distinct_from(reason))
    statement = update(campus).where(campus.c.id == campus_id, changed).values(paused=paused, pause_reason=reason)
    return (await work.connection.execute(statement)).rowcount == 1


async def pause_open_campus(work: UnitOfWork, campus_id: int, reason: str) -> bool:
    """Pause new orders. Return False, and keep the reason that is shown, when they are paused already."""
    statement = update(campus).where(campus.c.id == campus_id, ~campus.c.paused)
    return (await work.connection.execute(statement.values(paused=True, pause_reason=reason))).rowcount == 1


async def save_bot_username(work: UnitOfWork, campus_id: int, username: str) -> None:
    """Save the bot's username at Telegram; links back into the chat need it."""
    await work.connection.execute(update(campus).where(campus.c.id == campus_id).values(bot_username=username))


async def find_store_assortment(work: UnitOfWork, campus_id: int, name: str) -> StoreAssortment | None:
    """Return the store of this name that the campus lists or used to list; None for one that was typed."""
    query = select(store).where(store.c.campus_id == campus_id, store.c.name == name)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    dishes = select(menu_item).where(menu_item.c.store_id == row["id"]).order_by(menu_item.c.id)
    found = (await work.connection.execute(dishes)).mappings().all()
    return StoreAssortment(
        store=store_from_rows(row, [dish for dish in found if dish["active"]]),
        active=row["active"],
        discontinued=frozenset(dish["name"] for dish in found if not dish["active"]),
    )


def campus_from_row(row: RowValues) -> Campus:
    made = ("fees", "windows", "risk", "hours", "fee_suggestions")
    plain = {name: row[name] for name in Campus.__slots__ if name not in made}
    return Campus(
        fees=Fees(currency=row["currency"], **row["fees"]),
        windows=Windows(**row["windows"]),
        risk=build_limits(row["fees"]["order_most"], row["risk"]),
        hours=hours_from_json(row["hours"]),
        fee_suggestions=tuple(row["fee_suggestions"]),
        **plain,
    )


_RUNS = membership.c.runner_status.in_((RunnerStatus.APPROVED, RunnerStatus.SUSPENDED))
_IS_OPEN = exists().where(campus.c.id == membership.c.campus_id, campus.c.open_to_all)
_HAS_ROLE = or_(membership.c.admitted, membership.c.is_admin, _RUNS, _IS_OPEN)


def has_place(campus_id: int, person_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Build the condition that the person has a role on this campus; a stranger to it has none."""
    return exists().where(membership.c.campus_id == campus_id, membership.c.person_id == person_id, _HAS_ROLE)


async def list_other_places(work: UnitOfWork, person_id: int, *, but: int) -> Sequence[int]:
    """Return the campuses where the person has a role, without the campus `but`."""
    others = (membership.c.person_id == person_id, _HAS_ROLE, membership.c.campus_id != but)
    query = select(membership.c.campus_id).where(*others).order_by(membership.c.campus_id)
    return (await work.connection.execute(query)).scalars().all()
