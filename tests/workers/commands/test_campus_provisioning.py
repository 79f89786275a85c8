"""Provisioning a campus: repeating it changes nothing, removed things are deactivated, and errors write nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import select

from domain.campuses.campus import Campus, CampusGroup
from domain.campuses.lost_group_repository import try_lose_group
from domain.campuses.people import RunnerStatus
from domain.campuses.people_repository import ensure_member, find_member
from domain.campuses.repository import (
    find_store,
    list_campuses,
    list_drop_points,
    list_stores,
    save_bot_username,
    save_bound_chat,
)
from domain.campuses.tables import campus as campuses
from domain.campuses.tables import store
from domain.database.tables import event_log
from domain.database.unit_of_work import UnitOfWorkFactory
from tests.stack.command_line import EndedCommand, run_command
from tests.stack.store_setup import ADMIN, FIRST_RUNNER, database_without_queue, make_campus_file
from workers.commands.campus import main
from workers.commands.campus_file import CampusFile, CampusFileError, Dish, ListedDropPoint, ListedStore, NamedPerson
from workers.commands.campus_repository import provision_campus

NOT_ASKED = "Stripe was not asked whether the platform receives SGD: python -m workers.check does\n"
PROJECT = Path(__file__).parents[3]
EXAMPLE = PROJECT / "sandbox" / "launch" / "campus.toml"
KOUFU_STORE = ListedStore(
    name="Koufu", location="Level 1", hours={}, menu=(Dish(name="Laksa", price=550), Dish(name="Kopi", price=140))
)
OWL_STORE = ListedStore(name="Night Owl", location="", hours={"fri": ("18:00", "02:00")}, menu=())
CAMPUS_FILE = replace(
    make_campus_file("north"),
    stores=(KOUFU_STORE, OWL_STORE),
    drop_points=(ListedDropPoint(building="Library", spot="lobby"),),
    runner_group=-100,
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[UnitOfWorkFactory]:
    async with database_without_queue(database_url) as database:
        yield database


async def add_campus(database: UnitOfWorkFactory, file: CampusFile) -> Campus:
    """Found or change a campus, and return it as stored."""
    async with database() as work:
        founded = await provision_campus(work, file)
    async with database() as work:
        return next(each for each in await list_campuses(work) if each.id == founded.id)


async def campus_rows(database_url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row that a campus file writes."""
    tables = ("campus", "store", "menu_item", "drop_point", "person", "membership", "event_log")
    connection = await asyncpg.connect(database_url)
    try:
        return {table: [tuple(row) for row in await connection.fetch(f"SELECT * FROM {table}")] for table in tables}
    finally:
        await connection.close()


async def test_a_campus_is_founded_as_its_file_says(database: UnitOfWorkFactory) -> None:
    campus = await add_campus(database, CAMPUS_FILE)
    assert (campus.name, campus.title, campus.runner_group, campus.fees) == (
        "north",
        "North Campus",
        -100,
        CAMPUS_FILE.fees,
    )
    async with database() as work:
        koufu, owl = await list_stores(work, campus.id)
        menu = (await find_store(work, campus.id, koufu.id)).menu
        assert [(item.name, item.price) for item in menu] == [("Laksa", 550), ("Kopi", 140)]
        assert owl.hours == {"fri": ("18:00", "02:00")}
        assert [point.name for point in await list_drop_points(work, campus.id)] == ["Library, lobby"]
        sam, runner = [await find_member(work, campus.id, number) for number in (ADMIN, FIRST_RUNNER)]
    assert (sam.first_name, sam.is_admin, sam.runner_status) == ("Sam", True, RunnerStatus.NONE)
    assert (runner.is_admin, runner.runner_status) == (False, RunnerStatus.APPROVED)


async def test_adding_it_again_changes_nothing(database: UnitOfWorkFactory, database_url: str) -> None:
    await add_campus(database, CAMPUS_FILE)
    before = await campus_rows(database_url)
    await add_campus(database, CAMPUS_FILE)
    after = await campus_rows(database_url)
    assert {table: sorted(map(repr, found)) for table, found in after.items()} == {
        table: sorted(map(repr, found)) for table, found in before.items()
    }


async def test_what_the_file_no_longer_names_is_deactivated_and_comes_back_as_the_same_row(
    database: UnitOfWorkFactory,
) -> None:
    campus = await add_campus(database, CAMPUS_FILE)
    async with database() as work:
        before = {each.name: each.id for each in await list_stores(work, campus.id)}
    menu = (Dish(name="Kopi", price=150),)
    await add_campus(database, replace(CAMPUS_FILE, stores=(replace(KOUFU_STORE, menu=menu),), drop_points=()))
    async with database() as work:
        (koufu,) = await list_stores(work, campus.id)
        assert [(item.name, item.price) for item in (await find_store(work, campus.id, koufu.id)).menu] == [
            ("Kopi", 150)
        ]
        assert await list_drop_points(work, campus.id) == []
        assert len((await work.connection.execute(select(store))).all()) == 2, "deactivated, not deleted"
    await add_campus(database, CAMPUS_FILE)
    async with database() as work:
        assert {each.name: each.id for each in await list_stores(work, campus.id)} == before
        assert len((await find_store(work, campus.id, koufu.id)).menu) == 2
        assert len(await list_drop_points(work, campus.id)) == 1


async def test_a_group_that_was_bound_stays_when_the_file_names_none(database: UnitOfWorkFactory) -> None:
    campus = await add_campus(database, replace(CAMPUS_FILE, runner_group=None))
    async with database() as work:
        await save_bound_chat(work, campus.id, chat_id=-7, topic=55, invite="https://t.me/+x", admins=False)
    again = await add_campus(database, replace(CAMPUS_FILE, runner_group=None))
    assert (again.runner_group, again.runner_topic, again.runner_invite) == (-7, 55, "https://t.me/+x")


async def test_what_bind_bound_is_not_overwritten_by_the_file(database: UnitOfWorkFactory) -> None:
    campus = await add_campus(database, CAMPUS_FILE)
    async with database() as work:
        await save_bound_chat(work, campus.id, chat_id=-7, topic=None, invite=None, admins=False)
    assert (await add_campus(database, CAMPUS_FILE)).runner_group == -7
    async with database() as work:
        assert (await provision_campus(work, CAMPUS_FILE)).ignored == ("runner_group",)


async def test_a_group_in_which_the_bot_may_not_write_is_replaced_by_the_file(database: UnitOfWorkFactory) -> None:
    campus = await add_campus(database, replace(CAMPUS_FILE, runner_group=-1001000000001))
    async with database() as work:
        await try_lose_group(work, campus.id, CampusGroup.RUNNERS, "chat not found")
    again = await add_campus(database, CAMPUS_FILE)
    assert (again.runner_group, again.runner_group_lost) == (-100, None)


async def test_the_admins_are_those_of_the_file_and_the_event_log_keeps_former_ones(
    database: UnitOfWorkFactory,
) -> None:
    campus = await add_campus(database, CAMPUS_FILE)
    await add_campus(database, replace(CAMPUS_FILE, admins=(NamedPerson(id=3002, name="Zoe"),)))
    async with database() as work:
        assert not (await find_member(work, campus.id, ADMIN)).is_admin
        assert (await find_member(work, campus.id, 3002)).is_admin
        told = await work.connection.execute(
            select(event_log.c.subject_id, event_log.c.before, event_log.c.after)
            .where(event_log.c.event == "admin")
            .order_by(event_log.c.id)
        )
        assert [tuple(row) for row in told] == [
            ("3001", "none", "admin"),
            ("3001", "admin", "none"),
            ("3002", "none", "admin"),
        ]


async def test_a_known_person_keeps_their_name_and_a_runner_the_file_leaves_out_stays_one(
    database: UnitOfWorkFactory,
) -> None:
    campus = await add_campus(database, CAMPUS_FILE)
    async with database() as work:
        await ensure_member(work, campus.id, ADMIN, first_name="Samuel", username="sam", language="en")
    await add_campus(database, replace(CAMPUS_FILE, runners=()))
    async with database() as work:
        assert (await find_member(work, campus.id, ADMIN)).first_name == "Samuel"
        assert (await find_member(work, campus.id, FIRST_RUNNER)).runner_status is RunnerStatus.APPROVED


async def test_the_currency_is_for_good_and_a_refused_file_writes_nothing(
    database: UnitOfWorkFactory, database_url: str
) -> None:
    await add_campus(database, CAMPUS_FILE)
    before = await campus_rows(database_url)
    euros = replace(CAMPUS_FILE, title="Changed", currency="eur", fees=replace(CAMPUS_FILE.fees, currency="eur"))
    with pytest.raises(CampusFileError, match='currency: north was founded with "sgd"'):
        await add_campus(database, euros)
    assert await campus_rows(database_url) == before


async def test_two_campuses_live_on_one_database_with_stores_of_the_same_name(database: UnitOfWorkFactory) -> None:
    north = await add_campus(database, CAMPUS_FILE)
    south = await add_campus(database, replace(CAMPUS_FILE, name="south", title="South Campus", stores=(KOUFU_STORE,)))
    async with database() as work:
        assert len(await list_stores(work, north.id)) == 2
        assert len(await list_stores(work, south.id)) == 1
        assert (await work.connection.execute(select(campuses.c.name).order_by(campuses.c.id))).scalars().all() == [
            "north",
            "south",
        ]


async def test_people_in_the_file_need_no_invitation_and_its_code_stays_when_left_out(
    database: UnitOfWorkFactory,
) -> None:
    campus = await add_campus(database, replace(CAMPUS_FILE, open_to_all=False, invite_code="hall-3"))
    async with database() as work:
        named = [await find_member(work, campus.id, number) for number in (ADMIN, FIRST_RUNNER)]
        mei = await ensure_member(work, campus.id, 77, first_name="Mei", username=None, language="en")
    assert [member.admitted for member in (*named, mei)] == [True, True, False]
    assert (await add_campus(database, replace(CAMPUS_FILE, open_to_all=False))).invite_code == "hall-3"
    own = await add_campus(database, replace(CAMPUS_FILE, name="south", open_to_all=False))
    assert own.invite_code != "hall-3"
    assert len(own.invite_code) == 12


async def test_people_who_came_while_the_campus_was_open_to_all_stay_members(database: UnitOfWorkFactory) -> None:
    campus = await add_campus(database, CAMPUS_FILE)
    async with database() as work:
        await ensure_member(work, campus.id, 77, first_name="Mei", username=None, language="en")
        assert (await find_member(work, campus.id, 77)).admitted
    closed = await add_campus(database, replace(CAMPUS_FILE, open_to_all=False))
    async with database() as work:
        late = await ensure_member(work, campus.id, 78, first_name="Kai", username=None, language="en")
        assert (await find_member(work, campus.id, 77)).admitted
    assert (closed.open_to_all, late.admitted) == (False, False)


async def run_campus_command(database_url: str, *paths: Path) -> EndedCommand:
    """Run `python -m workers.campus add FILE...`."""
    return await run_command(main, ["add", *map(str, paths)], {"DATABASE_URL": database_url})


async def test_the_command_founds_the_example_and_says_so(database: UnitOfWorkFactory, database_url: str) -> None:
    first = await run_campus_command(database_url, EXAMPLE)
    second = await run_campus_command(database_url, EXAMPLE)
    assert (first.status, first.stderr) == (0, "")
    assert first.stdout == "North Campus (north) is founded; stores: 3, drop points: 5, admins: 1\n" + NOT_ASKED
    assert second.stdout == "North Campus (north) is up to date; stores: 3, drop points: 5, admins: 1\n"
    async with database() as work:
        (north,) = await list_campuses(work)
        assert (north.name, north.invite_code, north.open_to_all) == ("north", "north-2026", False)
        await save_bot_username(work, north.id, "north_bot")
    known = (await run_campus_command(database_url, EXAMPLE)).stdout.splitlines()
    assert known[1:] == ["Who follows this link may order: https://t.me/north_bot?start=north-2026"]


async def test_the_command_tells_every_error_with_the_file_and_exits_2(database_url: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(EXAMPLE.read_text().replace('"4.20"', '"4.5x"').replace("open_jobs", "open_job"))
    ended = await run_campus_command(database_url, wrong)
    assert (ended.status, ended.stdout) == (2, "")
    assert ended.stderr.splitlines() == [
        f"{wrong}: open_job: is unknown; did you mean open_jobs?",
        f'{wrong}: stores[0].menu[0].price: "4.5x" is no amount; write it like 4.50',
    ]
    assert all(not found for found in (await campus_rows(database_url)).values())


async def test_of_several_files_each_is_added_or_refused_alone(
    database: UnitOfWorkFactory, database_url: str, tmp_path: Path
) -> None:
    wrong, south = tmp_path / "wrong.toml", tmp_path / "south.toml"
    wrong.write_text(EXAMPLE.read_text().replace("open_jobs", "open_job"))
    renamed = EXAMPLE.read_text().replace('name = "north"', 'name = "south"')
    south.write_text(renamed.replace("north-2026", "south-2026"))
    ended = await run_campus_command(database_url, EXAMPLE, wrong, south)
    assert (ended.status, ended.stderr) == (2, f"{wrong}: open_job: is unknown; did you mean open_jobs?\n")
    async with database() as work:
        assert {campus.name for campus in await list_campuses(work)} == {"north", "south"}


async def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b"title = '\xff'")
    for path, sentence in ((tmp_path / "none.toml", "No such file or directory"), (broken, "this is no text in UTF-8")):
        ended = await run_campus_command("postgresql://nobody@127.0.0.1:1/none", path)
        assert (ended.status, ended.stderr) == (2, f"{path}: {sentence}\n")


async def test_a_database_that_cannot_be_used_is_one_sentence(postgres_url: str) -> None:
    for url, code, sentence in (
        ("postgresql://nobody@127.0.0.1:1/none", 1, "The database of DATABASE_URL can't be used: "),
        (f"{postgres_url.rsplit('/', 1)[0]}/no_such_database", 1, "The database of DATABASE_URL can't be used: "),
        (f"{postgres_url.rsplit('/', 1)[0]}/template1", 1, "The database is not ready, run python -m alembic upgrade"),
    ):
        ended = await run_campus_command(url, EXAMPLE)
        assert ended.status == code
        assert ended.stderr.startswith(sentence)
        assert len(ended.stderr.splitlines()) == 1
