"""Price increases that customers agree to."""

from domain.campuses.people import Member
from domain.orders.states import Order
from domain.payments.use_cases import price_increases
from domain.saga.run import SagaRun
from tests.stack.worker_stack import WorkerStack


async def increase_fee(stack: WorkerStack, customer: Member, order: Order) -> SagaRun | None:
    """Tap [Raise fee], then [Hold S$...] under the amount shown."""
    (_, price) = await stack.act(price_increases.preview_fee_increase, customer, order.id)
    return await confirm_increase(stack, customer, order, price.ceiling)


async def increased_order(stack: WorkerStack, customer: Member, card: str | None = None) -> Order:
    """Open an order, save another test card if one is named, raise the fee, and let the workers run.

    Return the order as it was before.
    """
    order = await stack.open_order(customer)
    if card is not None:
        await stack.save_test_card(customer.person_id, card)
    await increase_fee(stack, customer, order)
    await stack.run_due()
    return order


async def confirm_increase(stack: WorkerStack, customer: Member, order: Order, ceiling: int) -> SagaRun | None:
    """Tap [Hold S$...]."""
    return await stack.act(
        price_increases.increase_delivery_fee, await stack.committed_member(customer.person_id), order.id, ceiling
    )


async def request_increase(stack: WorkerStack, runner: Member, order: Order, wanted: int) -> None:
    """Tap [Ask Mei], as the runner."""
    await stack.act(price_increases.ask_customer_for_higher_limit, runner, order.id, wanted)


async def accept_increase(stack: WorkerStack, customer: Member, order: Order, ceiling: int) -> SagaRun | None:
    """Tap [Yes, max S$...], as the customer."""
    return await stack.act(
        price_increases.accept_higher_limit, await stack.committed_member(customer.person_id), order.id, ceiling
    )


async def hold_parts(stack: WorkerStack, order: Order) -> list[tuple[str, str, int]]:
    """(part, status, amount) of the order's holds, oldest first."""
    query = "SELECT part, status, amount FROM hold WHERE order_id = :id ORDER BY id"
    return [tuple(row) for row in await stack.rows(query, id=order.id)]


async def intents_at_stripe(stack: WorkerStack, order: Order) -> list[tuple[str, int]]:
    """(status, amount) of the order's intents, by amount."""
    return sorted((one["status"], one["amount"]) for one in await stack.intents(order.id))


async def held_at_stripe(stack: WorkerStack, order: Order) -> list[int]:
    """The amount, in minor units, that Stripe still holds for the order."""
    return [amount for status, amount in await intents_at_stripe(stack, order) if status != "canceled"]
