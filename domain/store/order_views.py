"""All that a card of an order may say, read in one place."""

from domain.campus import Campus
from domain.card_view import OrderView
from domain.order import Order
from domain.store.campuses import drop_points_of
from domain.store.money import current_hold, payable_of
from domain.store.people import find_member
from domain.store.timers import due_at
from domain.store.unit_of_work import UnitOfWork
from domain.timers import TimerKind


async def view_order(work: UnitOfWork, campus: Campus, order: Order, *, viewer: int) -> OrderView:
    """The order as this viewer (a person's or a group's number) may see it drawn."""
    customer = await find_member(work, campus.id, order.customer_id)
    runner = None if order.runner_id is None else await find_member(work, campus.id, order.runner_id)
    points = await drop_points_of(work, campus.id)
    return OrderView(
        order=order,
        campus=campus,
        hold=await current_hold(work, order.id),
        payable=await payable_of(work, order.id),
        customer_name=customer.first_name,
        runner_name=None if runner is None else runner.first_name,
        building=next((point.building for point in points if point.name == order.drop_point), None),
        viewer=viewer,
        expires_at=await due_at(work, order.id, TimerKind.EXPIRE),
    )
