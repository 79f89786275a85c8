"""Two campuses on one database: what belongs to one is never seen, moved or counted by the other."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from domain.campus import Campus
from domain.errors import NotAllowed, OrderNotFound, RunnerNotApproved, Stale
from domain.order import Order, OrderEvent, OrderStatus
from domain.people import RunnerStatus
from domain.store.campuses import drop_points_of, find_campus, find_store, stores_of
from domain.store.drafts import change_draft, find_draft
from domain.store.events import SYSTEM, history
from domain.store.orders import customers_orders, find_order, lock_order, orders_in, try_move
from domain.store.people import find_member, runners_in, welcome
from domain.store.unit_of_work import Database
from domain.store.use_cases import running, steering
from tests.store.scenes import ADMIN, CUSTOMER, FIRST_RUNNER, campus_file, found_campus, open_job, opened
from workers.campus_file import Dish, ListedStore, NamedPerson, Place
from workers.campus_founding import found

SOUTH_RUNNER, SOUTH_ADMIN = 7001, 7002


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


async def found_both(database: Database) -> tuple[Campus, Campus, Order]:
    """North with an open job, and South with people, a store and a drop point of its own."""
    menu = (Dish(name="Laksa", price=550),)
    south = replace(
        campus_file("south"),
        admins=(NamedPerson(id=SOUTH_ADMIN, name="Zoe"),),
        runners=(NamedPerson(id=SOUTH_RUNNER, name="Lee"),),
        stores=(ListedStore(name="Koufu", location="", hours={}, menu=menu),),
        drop_points=(Place(building="Dome", spot=""),),
    )
    async with database() as work:
        north = await found_campus(work)
        second = await find_campus(work, (await found(work, south)).id)
        return north, second, await open_job(work, north)


async def test_an_order_of_another_campus_is_not_there(database: Database) -> None:
    north, south, order = await found_both(database)
    async with database() as work:
        for look in (find_order, lock_order):
            assert (await look(work, north.id, order.id)).id == order.id
            with pytest.raises(OrderNotFound):
                await look(work, south.id, order.id)
        assert await orders_in(work, south.id, OrderStatus.CREATED) == []
        assert await customers_orders(work, south.id, CUSTOMER, 0) == ([], False)
        assert await history(work, south.id, order.id) == []


async def test_an_order_is_not_moved_from_another_campus(database: Database) -> None:
    north, south, order = await found_both(database)
    async with database() as work:
        assert await try_move(work, SYSTEM, south.id, order.id, OrderEvent.EXPIRED) is None
        assert (await find_order(work, north.id, order.id)).status is OrderStatus.CREATED


async def test_a_runner_of_another_campus_takes_no_job_here(database: Database) -> None:
    north, south, order = await found_both(database)
    async with database() as work:
        runner = await find_member(work, south.id, SOUTH_RUNNER)
        with pytest.raises(OrderNotFound):
            await running.claim(work, south, runner, order.id)
        visitor = await welcome(
            work, north.id, SOUTH_RUNNER, first_name="Lee", username=None, language="en", private=True
        )
        assert visitor.runner_status is RunnerStatus.NONE
        with pytest.raises(RunnerNotApproved):
            await running.claim(work, north, visitor, order.id)


async def test_an_admin_of_another_campus_sees_and_cancels_nothing_here(database: Database) -> None:
    north, south, order = await found_both(database)
    async with database() as work:
        admin = await find_member(work, south.id, SOUTH_ADMIN)
        with pytest.raises(OrderNotFound):
            await steering.look_at(work, south, admin, order.id)
        with pytest.raises(OrderNotFound):
            await steering.cancel(work, south, admin, order.id, "because")
        visitor = await welcome(
            work, north.id, SOUTH_ADMIN, first_name="Zoe", username=None, language="en", private=True
        )
        with pytest.raises(NotAllowed):
            await steering.look_at(work, north, visitor, order.id)


async def test_stores_and_drop_points_belong_to_their_campus(database: Database) -> None:
    north, south, _ = await found_both(database)
    async with database() as work:
        assert [await stores_of(work, north.id), await drop_points_of(work, north.id)] == [[], []]
        (store,) = await stores_of(work, south.id)
        assert [point.name for point in await drop_points_of(work, south.id)] == ["Dome"]
        with pytest.raises(Stale):
            await find_store(work, north.id, store.id)


async def test_people_are_one_and_memberships_two(database: Database) -> None:
    north, south, _ = await found_both(database)
    async with database() as work:
        with pytest.raises(LookupError):
            await find_member(work, south.id, ADMIN)
        member = await welcome(work, south.id, ADMIN, first_name="Samuel", username=None, language="en", private=True)
        assert (member.is_admin, member.first_name) == (False, "Samuel")
        assert (await find_member(work, north.id, ADMIN)).first_name == "Samuel"
        assert [each.person_id for each in await runners_in(work, south.id, RunnerStatus.APPROVED)] == [SOUTH_RUNNER]
        assert FIRST_RUNNER not in {each.person_id for each in await runners_in(work, south.id, RunnerStatus.NONE)}


async def test_a_basket_on_one_campus_is_not_the_basket_on_the_other(database: Database) -> None:
    north, south, _ = await found_both(database)
    async with database() as work:
        await welcome(work, south.id, CUSTOMER, first_name="Mei", username=None, language="en", private=True)
        await change_draft(work, north.id, CUSTOMER, store_name="Koufu")
        assert await find_draft(work, south.id, CUSTOMER) is None
