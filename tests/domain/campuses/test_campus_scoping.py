"""Two campuses on one database: rows of one are never read, changed or counted by the other."""

from dataclasses import replace

import pytest

from domain.campuses.campus import Campus
from domain.campuses.people import RunnerStatus
from domain.campuses.people_repository import ensure_member, find_member, list_members_by_runner_status
from domain.campuses.repository import find_campus, find_store, list_drop_points, list_stores
from domain.database.actors import SYSTEM
from domain.database.event_log_repository import read_order_history
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.errors import NotAllowed, OrderNotFound, RunnerNotApproved, Stale
from domain.orders.drafts.repository import change_draft, find_draft
from domain.orders.repository import find_order, list_customer_orders, list_orders_in_status, lock_order, try_move_order
from domain.orders.states import Order, OrderEvent, OrderStatus
from domain.orders.use_cases import admin_orders, running
from tests.stack.store_setup import (
    ADMIN,
    CUSTOMER,
    FIRST_RUNNER,
    found_campus,
    make_campus_file,
    open_order,
)
from workers.commands.campus_file import Dish, ListedDropPoint, ListedStore, NamedPerson
from workers.commands.campus_repository import provision_campus

SOUTH_RUNNER, SOUTH_ADMIN = 7001, 7002


async def found_two_campuses(database: UnitOfWorkFactory) -> tuple[Campus, Campus, Order]:
    """Found the campus north with an open order, and south with people, a store and a drop point of its own."""
    menu = (Dish(name="Laksa", price=550),)
    south = replace(
        make_campus_file("south"),
        admins=(NamedPerson(id=SOUTH_ADMIN, name="Zoe"),),
        runners=(NamedPerson(id=SOUTH_RUNNER, name="Lee"),),
        stores=(ListedStore(name="Koufu", location="", hours={}, menu=menu),),
        drop_points=(ListedDropPoint(building="Dome", spot=""),),
    )
    async with database() as work:
        north = await found_campus(work)
        second = await find_campus(work, (await provision_campus(work, south)).id)
        return north, second, await open_order(work, north)


async def test_an_order_of_another_campus_is_not_there(database: UnitOfWorkFactory) -> None:
    north, south, order = await found_two_campuses(database)
    async with database() as work:
        for look in (find_order, lock_order):
            assert (await look(work, north.id, order.id)).id == order.id
            with pytest.raises(OrderNotFound):
                await look(work, south.id, order.id)
        assert await list_orders_in_status(work, south.id, OrderStatus.CREATED) == []
        assert await list_customer_orders(work, south.id, CUSTOMER, 0) == ([], False)
        assert await read_order_history(work, south.id, order.id) == []


async def test_an_order_is_not_moved_from_another_campus(database: UnitOfWorkFactory) -> None:
    north, south, order = await found_two_campuses(database)
    async with database() as work:
        assert await try_move_order(work, SYSTEM, south.id, order.id, OrderEvent.EXPIRED) is None
        assert (await find_order(work, north.id, order.id)).status is OrderStatus.CREATED


async def test_a_runner_of_another_campus_claims_no_order_here(database: UnitOfWorkFactory) -> None:
    north, south, order = await found_two_campuses(database)
    async with database() as work:
        runner = await find_member(work, south.id, SOUTH_RUNNER)
        with pytest.raises(OrderNotFound):
            await running.start_claim(work, south, runner, order.id)
        visitor = await ensure_member(work, north.id, SOUTH_RUNNER, first_name="Lee", username=None, language="en")
        assert visitor.runner_status is RunnerStatus.NONE
        with pytest.raises(RunnerNotApproved):
            await running.start_claim(work, north, visitor, order.id)


async def test_an_admin_of_another_campus_sees_and_cancels_nothing_here(database: UnitOfWorkFactory) -> None:
    north, south, order = await found_two_campuses(database)
    async with database() as work:
        admin = await find_member(work, south.id, SOUTH_ADMIN)
        with pytest.raises(OrderNotFound):
            await admin_orders.view_order(work, south, admin, order.id)
        with pytest.raises(OrderNotFound):
            await admin_orders.cancel_order_as_admin(work, south, admin, order.id, "because")
        visitor = await ensure_member(work, north.id, SOUTH_ADMIN, first_name="Zoe", username=None, language="en")
        with pytest.raises(NotAllowed):
            await admin_orders.view_order(work, north, visitor, order.id)


async def test_stores_and_drop_points_belong_to_their_campus(database: UnitOfWorkFactory) -> None:
    north, south, _ = await found_two_campuses(database)
    async with database() as work:
        assert [await list_stores(work, north.id), await list_drop_points(work, north.id)] == [[], []]
        (store,) = await list_stores(work, south.id)
        assert [point.name for point in await list_drop_points(work, south.id)] == ["Dome"]
        with pytest.raises(Stale):
            await find_store(work, north.id, store.id)


async def test_people_are_one_and_memberships_two(database: UnitOfWorkFactory) -> None:
    north, south, _ = await found_two_campuses(database)
    async with database() as work:
        with pytest.raises(LookupError):
            await find_member(work, south.id, ADMIN)
        member = await ensure_member(work, south.id, ADMIN, first_name="Samuel", username=None, language="en")
        assert (member.is_admin, member.first_name) == (False, "Samuel")
        assert (await find_member(work, north.id, ADMIN)).first_name == "Samuel"
        approved = await list_members_by_runner_status(work, south.id, RunnerStatus.APPROVED)
        others = await list_members_by_runner_status(work, south.id, RunnerStatus.NONE)
        assert [each.person_id for each in approved] == [SOUTH_RUNNER]
        assert FIRST_RUNNER not in {each.person_id for each in others}


async def test_a_basket_on_one_campus_is_not_the_basket_on_the_other(database: UnitOfWorkFactory) -> None:
    north, south, _ = await found_two_campuses(database)
    async with database() as work:
        await ensure_member(work, south.id, CUSTOMER, first_name="Mei", username=None, language="en")
        await change_draft(work, north.id, CUSTOMER, store_name="Koufu")
        assert await find_draft(work, south.id, CUSTOMER) is None
