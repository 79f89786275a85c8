"""The load of the latency benchmark: pairs of a customer and a runner, and the order of each pair."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from sandbox.launch.campuses import Campus
from sandbox.people.chat_observer import ChatObserver
from sandbox.people.control_clients import Json
from sandbox.people.customer import GOOD_CARD, Customer
from sandbox.people.observed_messages import ObservedMessage, SeenButton
from sandbox.people.populated_stack import PopulatedStack
from sandbox.people.runner import Runner

MESSAGE_TIMEOUT_SECONDS = 60.0
MAX_CONCURRENT_PREPARATIONS = 4
# Two cores also run the stand-ins and the simulated users, which takes about a second an order.
ORDER_INTERVAL_SECONDS = 1.0


@dataclass(slots=True)
class LatencyFigures:
    """The measured latencies in seconds."""

    tap_seconds: list[float] = field(default_factory=list)
    order_message_seconds: list[float] = field(default_factory=list)


@dataclass(slots=True)
class OrderMessageTimes:
    """Order id -> when its order message first appeared in the group of runners."""

    first_seen: dict[int, float] = field(default_factory=dict)

    def on_event(self, event: Json, message: ObservedMessage | None) -> None:
        """Record the first message with a button to claim each order."""
        if message is None or event["kind"] != "message":
            return
        for button in message.buttons:
            if button.action == "claim" and button.subject is not None:
                self.first_seen.setdefault(button.subject, message.updated_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPair:
    """A customer with an order ready to be placed, and the runner who will deliver it."""

    customer: Customer
    runner: Runner
    place_button: SeenButton


async def create_pair_users(stack: PopulatedStack, campus: Campus, observer: ChatObserver) -> tuple[Customer, Runner]:
    """Create a new customer and a new runner of this campus."""
    customer = Customer(account=await stack.new_customer(campus), campus=campus, observer=observer)
    return customer, Runner(account=campus.next_runner(), campus=campus, observer=observer)


async def prepare_pair(customer: Customer, runner: Runner) -> OrderPair:
    """Save a card and fill a basket for the customer, and let the runner open the chat with the bot."""
    await runner.start_bot()
    await customer.fill_basket()
    await customer.tap("add_card")
    await customer.save_card(GOOD_CARD)
    await customer.wait_for_message("Your card is saved", timeout=MESSAGE_TIMEOUT_SECONDS)
    return OrderPair(
        customer=customer, runner=runner, place_button=await customer.find_button("place", allow_unchanged=True)
    )


async def prepare_pairs(people: Iterable[tuple[Customer, Runner]]) -> list[OrderPair]:
    """Prepare all pairs, at most MAX_CONCURRENT_PREPARATIONS at a time."""
    slots = asyncio.Semaphore(MAX_CONCURRENT_PREPARATIONS)

    async def prepare_with_slot(customer: Customer, runner: Runner) -> OrderPair:
        async with slots:
            return await prepare_pair(customer, runner)

    return list(await asyncio.gather(*(prepare_with_slot(customer, runner) for customer, runner in people)))


async def place_orders(pairs: list[OrderPair], times: OrderMessageTimes) -> LatencyFigures:
    """Place an order every ORDER_INTERVAL_SECONDS, without waiting for the orders before it."""
    figures, tasks = LatencyFigures(), list[asyncio.Task[None]]()
    for pair in pairs:
        tasks.append(asyncio.create_task(run_order(pair, times, figures)))
        await asyncio.sleep(ORDER_INTERVAL_SECONDS)
    await asyncio.gather(*tasks)
    return figures


async def run_order(pair: OrderPair, times: OrderMessageTimes, figures: LatencyFigures) -> None:
    """Run one order from [Place order] to the PIN, and measure every tap."""
    customer, runner = pair.customer, pair.runner
    placed = await customer.tap_button(pair.place_button)
    figures.tap_seconds.append(placed.seconds)
    order = await customer.wait_for_order_number("#", timeout=MESSAGE_TIMEOUT_SECONDS)
    claim_button = await runner.find_button("claim", subject_id=order, timeout=MESSAGE_TIMEOUT_SECONDS)
    figures.order_message_seconds.append(times.first_seen[order] - placed.tapped_at)
    figures.tap_seconds.append((await runner.tap_button(claim_button)).seconds)
    for action in ("bought", "bought_estimate", "picked_up", "here"):
        figures.tap_seconds.append(
            (await runner.tap(action, subject_id=order, timeout=MESSAGE_TIMEOUT_SECONDS)).seconds
        )
    await runner.type_text(await customer.wait_for_pin(order))
    await customer.wait_for_message(f"#{order}", "delivered and paid", timeout=MESSAGE_TIMEOUT_SECONDS)
