"""Use cases of admins: finishing an order without its PIN, and binding the runner group late."""

import pytest
from sqlalchemy import select, update

from domain.campuses.people_repository import find_member
from domain.campuses.tables import membership
from domain.database.actors import SYSTEM
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.errors import NotAllowed
from domain.messaging.tables import order_message
from domain.orders.repository import move_order
from domain.orders.states import Order, OrderEvent, OrderStatus
from domain.orders.use_cases import admin_orders, group_binding
from tests.stack.concurrent_taps import claim, set_up_open_order
from tests.stack.store_setup import ADMIN, FIRST_RUNNER, found_campus, open_order


async def arrived_order(database: UnitOfWorkFactory, runner: int) -> Order:
    """Insert an order whose runner is at the drop point."""
    campus, order = await set_up_open_order(database)
    await claim(database, campus, order, runner)
    async with database() as work:
        total, share = 500 + order.price.fees_and_tip, 500 + order.price.runner_earnings
        await move_order(
            work, SYSTEM, campus.id, order.id, OrderEvent.BOUGHT, receipt=500, total=total, runner_share=share
        )
        await move_order(work, SYSTEM, campus.id, order.id, OrderEvent.PICKED_UP)
        return await move_order(work, SYSTEM, campus.id, order.id, OrderEvent.ARRIVED)


async def test_an_admin_does_not_finish_their_own_order_without_the_pin(database: UnitOfWorkFactory) -> None:
    order = await arrived_order(database, FIRST_RUNNER)
    async with database() as work:
        campus = await found_campus(work)
        await work.connection.execute(update(membership).values(is_admin=True))
        runner, other = await find_member(work, campus.id, FIRST_RUNNER), await find_member(work, campus.id, ADMIN)
    with pytest.raises(NotAllowed):
        async with database() as work:
            await admin_orders.finish_order_as_admin(work, campus, runner, order.id, "the customer has it")
    async with database() as work:
        finished = await admin_orders.finish_order_as_admin(work, campus, other, order.id, "the customer called")
    assert finished.status is OrderStatus.DELIVERED


async def test_a_group_bound_late_or_again_is_shown_the_open_orders(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        campus = await found_campus(work)
        order = await open_order(work, campus)
        sam = await find_member(work, campus.id, ADMIN)
        for chat in (-7, -8, -8):
            await group_binding.bind_chat(work, campus, sam, chat_id=chat, invite=None, admins=False)
        shown = select(order_message.c.chat_id).where(
            order_message.c.order_id == order.id, order_message.c.kind == "group"
        )
        assert sorted((await work.connection.execute(shown)).scalars()) == [-8, -7]
