"""Holds that lapse and customers who owe, in a town."""

from typing import Any

from domain.order import Order
from domain.people import Member
from domain.store.runs import Run
from domain.store.use_cases import owing
from tests.town import Town

DECLINING = "pm_card_chargeCustomerFail"  # can be saved, and says no to every payment
ASKING = "pm_card_authenticationRequired"  # its bank wants a word every time, and says no where nobody is there


async def at_the_door(town: Town, runner: Member, customer: Member | None = None) -> Order:
    """An order that its runner has brought, and whose hold is gone: 11.30 of which 10.30 are the runner's."""
    order = await town.held_job(runner, customer)
    await town.carry(runner, order)
    await let_lapse(town, order)
    return order


async def let_lapse(town: Town, order: Order) -> None:
    """The bank lets go of what it held, as it does after days."""
    (held,) = [one for one in await town.intents(order.id) if one["status"] == "requires_capture"]
    await town.workshop.stripe.v1.payment_intents.cancel_async(held["id"])


async def owed_order(town: Town, customer: Member, *, runner: Member | None = None) -> Order:
    """An order of hers that was delivered, and that she owes: her card said no when it was charged anew."""
    runner = runner or await town.member(runner=True, card=None)
    order = await at_the_door(town, runner, customer)
    await town.give_card(customer.person_id, DECLINING)
    await town.hand_over(runner, order)
    await town.drive()
    return await town.order(order.id)


async def pay(town: Town, customer: Member, order: Order) -> Run | None:
    """[Pay S$11.30], with the card she has now."""
    ((number,),) = await town.rows("SELECT id FROM customer_debt WHERE order_id = :id", id=order.id)
    async with town.database() as work:
        return await owing.pay(work, town.campus, await town.known(customer.person_id), number)


async def debt(town: Town, order: Order) -> tuple[str, int]:
    """(status, amount) of what is owed for the order."""
    ((status, amount),) = await town.rows("SELECT status, amount FROM customer_debt WHERE order_id = :id", id=order.id)
    return status, amount


async def holds(town: Town, order: Order) -> list[tuple[str, int]]:
    """(status, captured) of every try to get the order's money, oldest first."""
    rows = await town.rows("SELECT status, captured FROM hold WHERE order_id = :id ORDER BY id", id=order.id)
    return [(row.status, row.captured) for row in rows]


async def money(town: Town, order: Order) -> list[tuple[str, int]]:
    """(status, received) of every intent Stripe has of the order, oldest first."""
    return [(one["status"], one["amount_received"]) for one in await town.intents(order.id)]


async def charges_asked(town: Town, order: Order) -> list[dict[str, Any]]:
    """The calls that made intents of the order, oldest first."""
    calls = [call for call in await town.look("requests") if call["path"] == "/v1/payment_intents"]
    return [call for call in calls if call["params"].get("metadata", {}).get("order") == str(order.id)]
