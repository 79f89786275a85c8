"""Placing again: the same basket is never placed twice, and an old order only while its store is open."""

import pytest
from sqlalchemy import func, insert, select, update

from domain.campuses.campus import WEEKDAYS
from domain.campuses.tables import store
from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.errors import OrdersPaused, Stale
from domain.orders.drafts.repository import find_draft
from domain.orders.tables import orders
from domain.orders.use_cases import ordering
from domain.saga.definition import SagaStatus
from domain.saga.tables import saga
from tests.cases import case
from tests.stack.store_setup import CUSTOMER, add_customer, found_campus, place_order


async def place_as_it_stands(work: UnitOfWork) -> None:
    """Place the basket's present version, as from a review that was opened by an old menu."""
    campus = await found_campus(work)
    customer = await add_customer(work, campus)
    draft = await find_draft(work, campus.id, CUSTOMER)
    assert draft is not None
    ceiling = draft.price(campus.fees).ceiling
    await ordering.submit_order(work, campus, customer, version=draft.version, ceiling=ceiling)


async def test_a_review_opened_from_an_old_menu_places_nothing_twice(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        order = await place_order(work, await found_campus(work))
    with pytest.raises(Stale):
        async with database() as work:
            await place_as_it_stands(work)
    async with database() as work:
        assert (await work.connection.execute(select(orders.c.id))).scalars().all() == [order.id]


@case(31)
async def test_after_a_decline_the_kept_basket_can_be_placed_again(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        await place_order(work, await found_campus(work))
        await work.connection.execute(update(saga).values(status=SagaStatus.COMPENSATING, compensating=True))
        await place_as_it_stands(work)
        assert (await work.connection.execute(select(func.count()).select_from(orders))).scalar_one() == 2


async def test_ordering_again_checks_the_hours_of_its_store(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        campus = await found_campus(work)
        order = await place_order(work, campus)
        yesterday = WEEKDAYS[(work.now.astimezone(campus.zone).weekday() - 1) % 7]
        closed = {"campus_id": campus.id, "name": order.store_name, "hours": {yesterday: ["12:00", "12:01"]}}
        await work.connection.execute(insert(store).values(closed))
        customer = await add_customer(work, campus)
        draft = (await ordering.reorder(work, campus, customer, order.id)).draft
    with pytest.raises(OrdersPaused):
        async with database() as work:
            ceiling = draft.price(campus.fees).ceiling
            await ordering.submit_order(work, campus, customer, version=draft.version, ceiling=ceiling)
