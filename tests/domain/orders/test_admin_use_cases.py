"""Use cases of admins: binding the runner group late."""

from sqlalchemy import select

from domain.campuses.people_repository import find_member
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.messaging.tables import order_message
from domain.orders.use_cases import group_binding
from tests.stack.store_setup import ADMIN, found_campus, open_order


async def test_a_group_bound_late_or_again_is_shown_the_open_orders(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        campus = await found_campus(work)
        order = await open_order(work, campus)
        sam = await find_member(work, campus.id, ADMIN)
        for chat in (-7, -8, -8):
            await group_binding.bind_chat(
                work, campus, sam, chat_id=chat, topic=None, title="Runners", invite=None, admins=False
            )
        shown = select(order_message.c.chat_id).where(
            order_message.c.order_id == order.id, order_message.c.kind == "group"
        )
        assert sorted((await work.connection.execute(shown)).scalars()) == [-8, -7]
