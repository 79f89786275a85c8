"""An admin's words against the store: whose job she may count as handed over, and what a late group is shown."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from domain.errors import NotAllowed
from domain.order import Order, OrderEvent, OrderStatus
from domain.store.events import SYSTEM
from domain.store.orders import move
from domain.store.people import find_member
from domain.store.schema import live_card, membership
from domain.store.unit_of_work import Database
from domain.store.use_cases import steering
from tests.store.crowd import claim, prepare
from tests.store.scenes import ADMIN, FIRST_RUNNER, found_campus, open_job, opened


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


async def arrived(database: Database, runner: int) -> Order:
    """An order whose runner stands at the drop point."""
    campus, order = await prepare(database)
    await claim(database, campus, order, runner)
    async with database() as work:
        total, share = 500 + order.price.added, 500 + order.price.runner_earns
        await move(work, SYSTEM, campus.id, order.id, OrderEvent.BOUGHT, receipt=500, total=total, runner_share=share)
        await move(work, SYSTEM, campus.id, order.id, OrderEvent.PICKED_UP)
        return await move(work, SYSTEM, campus.id, order.id, OrderEvent.ARRIVED)


async def test_an_admin_does_not_finish_a_job_of_her_own_without_the_pin(database: Database) -> None:
    order = await arrived(database, FIRST_RUNNER)
    async with database() as work:
        campus = await found_campus(work)
        await work.connection.execute(update(membership).values(is_admin=True))
        runner, other = await find_member(work, campus.id, FIRST_RUNNER), await find_member(work, campus.id, ADMIN)
    with pytest.raises(NotAllowed):
        async with database() as work:
            await steering.finish(work, campus, runner, order.id, "she has it, believe me")
    async with database() as work:
        finished = await steering.finish(work, campus, other, order.id, "the customer called")
    assert finished.status is OrderStatus.DELIVERED


async def test_a_group_bound_late_or_anew_is_shown_the_jobs_that_are_open(database: Database) -> None:
    async with database() as work:
        campus = await found_campus(work)
        order = await open_job(work, campus)
        sam = await find_member(work, campus.id, ADMIN)
        for chat in (-7, -8, -8):
            await steering.bind(work, campus, sam, chat_id=chat, invite=None, admins=False)
        shown = select(live_card.c.chat_id).where(live_card.c.order_id == order.id, live_card.c.kind == "group")
        assert sorted((await work.connection.execute(shown)).scalars()) == [-8, -7]
