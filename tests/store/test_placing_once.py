"""A basket is kept while its order waits for the bank, for another card; it is not placed a second time meanwhile."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select, update

from domain.errors import Stale
from domain.saga import SagaStatus
from domain.store.drafts import find_draft
from domain.store.schema import orders, saga
from domain.store.unit_of_work import Database, UnitOfWork
from domain.store.use_cases import ordering
from tests.store.scenes import CUSTOMER, customer_of, found_campus, opened, placed_order


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


async def place_as_it_stands(work: UnitOfWork) -> None:
    """[Place order] with the basket's present version, as a review shows it that was opened from an old menu."""
    campus = await found_campus(work)
    customer = await customer_of(work, campus)
    draft = await find_draft(work, campus.id, CUSTOMER)
    assert draft is not None
    ceiling = draft.price(campus.fees).ceiling
    await ordering.place(work, campus, customer, version=draft.version, ceiling=ceiling)


async def test_a_review_opened_from_an_old_menu_places_nothing_twice(database: Database) -> None:
    async with database() as work:
        order = await placed_order(work, await found_campus(work))
    with pytest.raises(Stale):
        async with database() as work:
            await place_as_it_stands(work)
    async with database() as work:
        assert (await work.connection.execute(select(orders.c.id))).scalars().all() == [order.id]


async def test_after_a_decline_the_kept_basket_can_be_placed_again(database: Database) -> None:
    async with database() as work:
        await placed_order(work, await found_campus(work))
        await work.connection.execute(update(saga).values(status=SagaStatus.TURNING, turning=True))
        await place_as_it_stands(work)
        assert (await work.connection.execute(select(func.count()).select_from(orders))).scalar_one() == 2
