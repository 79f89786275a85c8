"""Customers who agree to pay more, in a town."""

from domain.order import Order
from domain.people import Member
from domain.store.runs import Run
from domain.store.use_cases import raising
from tests.town import Town


async def raise_fee(town: Town, customer: Member, order: Order) -> Run | None:
    """[Raise fee], then [Hold S$...] under the amount shown."""
    async with town.database() as work:
        _, price = await raising.see_raise(work, town.campus, customer, order.id)
    return await hold_more(town, customer, order, price.ceiling)


async def hold_more(town: Town, customer: Member, order: Order, ceiling: int) -> Run | None:
    """[Hold S$...]."""
    async with town.database() as work:
        return await raising.raise_fee(work, town.campus, await town.known(customer.person_id), order.id, ceiling)


async def ask_customer(town: Town, runner: Member, order: Order, wanted: int) -> None:
    """[Ask Mei]."""
    async with town.database() as work:
        await raising.ask_customer(work, town.campus, runner, order.id, wanted)


async def agree(town: Town, customer: Member, order: Order, ceiling: int) -> Run | None:
    """[Yes, max S$...]."""
    async with town.database() as work:
        return await raising.agree(work, town.campus, await town.known(customer.person_id), order.id, ceiling)


async def parts(town: Town, order: Order) -> list[tuple[str, str, int]]:
    """(part, status, amount) of the order's holds, oldest first."""
    query = "SELECT part, status, amount FROM hold WHERE order_id = :id ORDER BY id"
    return [tuple(row) for row in await town.rows(query, id=order.id)]


async def at_stripe(town: Town, order: Order) -> list[tuple[str, int]]:
    """(status, amount) of the order's intents, by amount."""
    return sorted((one["status"], one["amount"]) for one in await town.intents(order.id))


async def held_at_stripe(town: Town, order: Order) -> list[int]:
    """What Stripe still holds for the order."""
    return [amount for status, amount in await at_stripe(town, order) if status != "canceled"]
