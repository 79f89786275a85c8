"""The writer of campus files: it inserts or updates what a file names, and deactivates what it no longer names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Table, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from domain.campuses.people import RunnerStatus
from domain.campuses.repository import find_campus
from domain.campuses.tables import campus, drop_point, membership, menu_item, person, store
from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from workers.commands.campus_fees import FEE_NAMES
from workers.commands.campus_file import CampusFile, CampusFileError, ListedStore, NamedPerson

_TOPICS = {"runner_group": "runner_topic", "admin_chat": "admin_topic"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedCampus:
    """The campus id, whether it is new, and the invitation link (None until the name of its bot is known).

    `ignored` names the groups of the file that were not set, because others are bound.
    """

    id: int
    is_new: bool
    invitation: str | None
    ignored: tuple[str, ...] = ()


async def provision_campus(work: UnitOfWork, file: CampusFile) -> ProvisionedCampus:
    """Write the campus as the file says; a second time changes nothing. Orders in flight keep their terms.

    Raise CampusFileError when the file changes the currency: prices, orders and ledger are in the former one.
    """
    provisioned = await _write_campus(work, file)
    for listed in file.stores:
        await _write_store(work, provisioned.id, listed)
    await _deactivate_missing(
        work, store, store.c.campus_id == provisioned.id, "name", [each.name for each in file.stores]
    )
    for place in file.drop_points:
        row = {"campus_id": provisioned.id, "building": place.building, "spot": place.spot}
        await _upsert(work, drop_point, ("campus_id", "building", "spot"), row, {"active": True})
    places = [(place.building, place.spot) for place in file.drop_points]
    gone = tuple_(drop_point.c.building, drop_point.c.spot).not_in(places)
    await work.connection.execute(
        update(drop_point)
        .where(drop_point.c.campus_id == provisioned.id, drop_point.c.active, gone)
        .values(active=False)
    )
    await _write_people(work, provisioned.id, file)
    if not file.open_to_all:
        provisioned = replace(provisioned, invitation=(await find_campus(work, provisioned.id)).invitation_link())
    return provisioned


async def _write_campus(work: UnitOfWork, file: CampusFile) -> ProvisionedCampus:
    query = select(campus).where(campus.c.name == file.name).with_for_update()
    before = (await work.connection.execute(query)).mappings().one_or_none()
    if before is not None and before["currency"] != file.currency:
        founded = before["currency"]
        raise CampusFileError([f'currency: {file.name} was founded with "{founded}"; found another campus instead'])
    changed: dict[str, object] = {
        "title": file.title,
        "time_zone": file.time_zone,
        "fees": {name: getattr(file.fees, name) for name in FEE_NAMES},
        "fee_suggestions": list(file.fee_suggestions),
        "windows": dict(file.windows),
        "risk": dict(file.risk),
        "hours": dict(file.hours),
        "open_jobs": file.open_jobs,
        "open_to_all": file.open_to_all,
        "receipts": file.receipts,
    }
    if not file.open_to_all:
        await _admit_existing_members(work, file)
    # When the file leaves these out, they keep the value that /bind or the database set.
    kept = ("runner_invite", "invite_code")
    changed |= {name: getattr(file, name) for name in kept if getattr(file, name) is not None}
    groups = _choose_groups(file, before)
    for name, number in groups.items():
        if number is not None:
            changed |= {name: number, f"{name}_lost": None, f"{name}_lost_at": None, _TOPICS[name]: None}
    number = await _upsert(work, campus, ("name",), {"name": file.name, "currency": file.currency}, changed)
    ignored = tuple(name for name, chosen in groups.items() if chosen is None and getattr(file, name) is not None)
    return ProvisionedCampus(id=number, is_new=before is None, invitation=None, ignored=ignored)


def _choose_groups(file: CampusFile, before: RowValues | None) -> dict[str, int | None]:
    """Return what the file changes of the groups. One that is bound stays, unless the bot may not write there."""
    named = {"runner_group": file.runner_group, "admin_chat": file.admin_chat}
    if before is None:
        return dict(named)
    return {
        name: number if before[name] is None or before[f"{name}_lost"] is not None else None
        for name, number in named.items()
        if number != before[name]
    }


async def _admit_existing_members(work: UnitOfWork, file: CampusFile) -> None:
    """Admit everybody who came while the campus was open to all: they may have orders in flight when it closes."""
    open_before = select(campus.c.id).where(campus.c.name == file.name, campus.c.open_to_all).scalar_subquery()
    came = update(membership).where(membership.c.campus_id == open_before, ~membership.c.admitted)
    await work.connection.execute(came.values(admitted=True))


async def _write_store(work: UnitOfWork, campus_id: int, listed: ListedStore) -> None:
    row = {"campus_id": campus_id, "name": listed.name}
    changed = {"location": listed.location, "hours": dict(listed.hours), "active": True}
    store_id = await _upsert(work, store, ("campus_id", "name"), row, changed)
    for dish in listed.menu:
        row = {"store_id": store_id, "name": dish.name}
        await _upsert(work, menu_item, ("store_id", "name"), row, {"price": dish.price, "active": True})
    await _deactivate_missing(
        work, menu_item, menu_item.c.store_id == store_id, "name", [dish.name for dish in listed.menu]
    )


async def _upsert(
    work: UnitOfWork, table: Table, keys: Sequence[str], row: dict[str, object], changed: dict[str, object]
) -> int:
    """Insert or update the row with these keys and return its id."""
    statement = insert(table).values({**row, **changed})
    statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    number: int = (await work.connection.execute(statement.returning(table.c.id))).scalar_one()
    return number


async def _deactivate_missing(
    work: UnitOfWork, table: Table, scope: ColumnElement[bool], key: str, kept: Sequence[str]
) -> None:
    """Deactivate rows that are not kept. Never delete them: drafts refer to them, and a later file may list them."""
    gone = update(table).where(scope, table.c.active, table.c[key].not_in(kept))
    await work.connection.execute(gone.values(active=False))


async def _write_people(work: UnitOfWork, campus_id: int, file: CampusFile) -> None:
    """Make the people of the file admins, and nobody else; approve its runners, and leave other runners as they are.

    People in the file need no invitation.
    """
    for listed in {each.id: each for each in (*file.runners, *file.admins)}.values():
        await _ensure_member(work, campus_id, listed)
    query = select(membership).where(membership.c.campus_id == campus_id).with_for_update()
    admins, runners = {each.id for each in file.admins}, {each.id for each in file.runners}
    for row in (await work.connection.execute(query)).mappings().all():
        number, status = row["person_id"], RunnerStatus(row["runner_status"])
        if row["is_admin"] is not (number in admins):
            roles = ("admin", "none") if row["is_admin"] else ("none", "admin")
            await _change_membership(work, campus_id, number, "admin", roles, {"is_admin": number in admins})
        if number in runners and status is not RunnerStatus.APPROVED:
            approved = {"runner_status": RunnerStatus.APPROVED}
            await _change_membership(
                work, campus_id, number, "runner_status", (status, RunnerStatus.APPROVED), approved
            )


async def _ensure_member(work: UnitOfWork, campus_id: int, listed: NamedPerson) -> None:
    """Insert a person and their membership; a person we know keeps the name that Telegram told.

    A new person is unreachable: Telegram lets a bot write only after the person has opened the chat.
    """
    newcomer = insert(person).values(id=listed.id, first_name=listed.name)
    await work.connection.execute(newcomer.on_conflict_do_nothing())
    joined = insert(membership).values(campus_id=campus_id, person_id=listed.id, reachable=False, admitted=True)
    keys = ["campus_id", "person_id"]
    stranger = ~membership.c.admitted
    await work.connection.execute(
        joined.on_conflict_do_update(index_elements=keys, set_={"admitted": True}, where=stranger)
    )


async def _change_membership(
    work: UnitOfWork, campus_id: int, person_id: int, what: str, roles: tuple[str, str], values: Mapping[str, object]
) -> None:
    mine = update(membership).where(membership.c.campus_id == campus_id, membership.c.person_id == person_id)
    await work.connection.execute(mine.values(dict(values)))
    before, after = roles
    await log_event(
        work,
        SYSTEM,
        campus_id=campus_id,
        order_id=None,
        subject="membership",
        subject_id=person_id,
        happened=what,
        before=before,
        after=after,
        reason="campus file",
    )
