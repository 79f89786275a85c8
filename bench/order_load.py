"""The load of the latency benchmark: pairs of a customer and a runner, and the order of each pair."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.launch.telegram_accounts import PersonAccount, post_control_request
from sandbox.play.chat_observer import ChatObserver
from sandbox.play.narrator import Narrator
from sandbox.play.observed_messages import ObservedMessage
from sandbox.play.populated_campuses import PopulatedCampus
from sandbox.play.scene_campuses import ScenePeople
from sandbox.play.scenes.scene_steps import GOOD_CARD, fill_basket, start_bot
from sandbox.play.scripted_user import ScriptedUser, SeenButton

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

    def on_event(self, event: Mapping[str, object], message: ObservedMessage | None) -> None:
        """Record the first message with a button to claim each order."""
        if message is None or event["kind"] != "message":
            return
        for button in message.buttons:
            if button.action == "claim":
                self.first_seen.setdefault(int(button.subject), message.updated_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPair:
    """A customer with an order ready to be placed, and the runner who will deliver it."""

    customer: ScriptedUser
    runner: ScriptedUser
    place_button: SeenButton


def ignore_line(_paragraph: str) -> None:
    """Drop a line of the narrator."""


def create_pair_users(
    populated_campus: PopulatedCampus, observer: ChatObserver, telegram_url: str
) -> tuple[ScriptedUser, ScriptedUser]:
    """Create a new customer and a new runner of this campus."""
    customer, runner = populated_campus.next_customer(), populated_campus.next_runner()
    post_control_request(f"{telegram_url}/sim/users", {"id": customer.id, "first_name": customer.first_name})
    narrator = Narrator(
        ignore_line,
        ScenePeople(campus_chats=populated_campus.chats, mei=customer, ana=runner, sam=populated_campus.admin),
    )

    def scripted_user(person: PersonAccount, *groups: int) -> ScriptedUser:
        bot = f"@{populated_campus.chats.bot.username}"
        return ScriptedUser(
            name=person.first_name, user_id=person.id, bot=bot, groups=groups, observer=observer, narrator=narrator
        )

    return scripted_user(customer), scripted_user(runner, populated_campus.chats.runners.id)


async def prepare_pair(customer: ScriptedUser, runner: ScriptedUser) -> OrderPair:
    """Save a card and fill a basket for the customer, and let the runner open the chat with the bot."""
    await start_bot(runner)
    await fill_basket(customer)
    await customer.tap("add_card")
    await customer.save_card(GOOD_CARD)
    await customer.wait_for_message("Your card is saved", timeout=MESSAGE_TIMEOUT_SECONDS)
    return OrderPair(
        customer=customer, runner=runner, place_button=await customer.find_button("place", allow_unchanged=True)
    )


async def prepare_pairs(people: Iterator[tuple[ScriptedUser, ScriptedUser]]) -> list[OrderPair]:
    """Prepare all pairs, at most MAX_CONCURRENT_PREPARATIONS at a time."""
    slots = asyncio.Semaphore(MAX_CONCURRENT_PREPARATIONS)

    async def prepare_with_slot(customer: ScriptedUser, runner: ScriptedUser) -> OrderPair:
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
