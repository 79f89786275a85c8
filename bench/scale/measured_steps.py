"""The cost of each step of an order on the real bot, worker and servers, one order at a time; medians of the orders."""

import asyncio
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg

from bench.commit_count import wait_until_quiet
from bench.engine.counters import cpu_seconds
from bench.order_load import OrderPair, create_pair_users, prepare_pairs
from bench.scale.steps import Step
from sandbox.launch.campuses import create_campus
from sandbox.launch.stack import MEASURED_WORKER, Stack, StackConfig, running_stack
from sandbox.people.chat_observer import observe_chats
from sandbox.people.control_clients import Json
from sandbox.people.observed_messages import ObservedMessage
from sandbox.people.populated_stack import open_populated_stack

PROCESSES = {"bot": "bot", "worker": MEASURED_WORKER, "postgres": "postgres"}
STRIPE_SAMPLE = "campusg_stripe_call_seconds_count"

Act = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class SentMessages:
    """What the bot and the workers sent since the last reading, by (to a group, kind of event)."""

    counted: Counter[tuple[bool, str]] = field(default_factory=Counter)

    def note(self, event: Json, message: ObservedMessage | None) -> None:
        """Count a message or an edit of the bot."""
        if message is not None and message.by_bot and event["kind"] in ("message", "edit"):
            self.counted[message.chat_ref.user_id is None, event["kind"]] += 1


@dataclass(slots=True, kw_only=True)
class StepMeter:
    """Measures acts on a stack that is otherwise idle."""

    stack: Stack
    database: asyncpg.Connection
    http: aiohttp.ClientSession
    sent: SentMessages
    found: dict[str, list[Step]] = field(default_factory=lambda: defaultdict(list))

    async def measure(self, name: str, act: Act) -> None:
        """Do this, wait until nothing is due any more, and note what both cost."""
        await wait_until_quiet(self.database)
        before, calls = self._cpu(), await self._stripe_calls()
        self.sent.counted.clear()
        began = time.monotonic()
        await act()
        alone = time.monotonic() - began
        await wait_until_quiet(self.database)
        after, counted = self._cpu(), self.sent.counted
        self.found[name].append(
            Step(
                name=name,
                **{part: after[part] - before[part] for part in PROCESSES},
                alone=alone,
                stripe_calls=await self._stripe_calls() - calls,
                group_sends=counted[True, "message"],
                group_edits=counted[True, "edit"],
                private_sends=counted[False, "message"] + counted[False, "edit"],
            )
        )

    def _cpu(self) -> dict[str, float]:
        return {part: cpu_seconds([self.stack.processes[name].pid]) for part, name in PROCESSES.items()}

    async def _stripe_calls(self) -> float:
        async with self.http.get(f"{self.stack.url_of('metrics')}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(STRIPE_SAMPLE))


def measure_steps(folder: Path, orders: int) -> tuple[Step, ...]:
    """Play orders one at a time with all data in `folder`, and return the steps in their order."""
    config = StackConfig(folder=folder, campuses=(create_campus(folder, "measured", 10, runners=orders),))
    with running_stack(config) as stack:
        return asyncio.run(_play(stack, orders))


async def _play(stack: Stack, orders: int) -> tuple[Step, ...]:
    sent, campus = SentMessages(), stack.config.campuses[0]
    database = await asyncpg.connect(stack.database_url)
    try:
        async with (
            open_populated_stack(stack) as populated,
            observe_chats(populated.telegram, sent.note) as observer,
            aiohttp.ClientSession() as http,
        ):
            people = [await create_pair_users(populated, campus, observer) for _ in range(orders)]
            meter = StepMeter(stack=stack, database=database, http=http, sent=sent)
            for pair in await prepare_pairs(people):
                await pair.runner.set_up_payout_account()
                await _measure_order(meter, pair)
    finally:
        await database.close()
    return tuple(_middle(name, steps) for name, steps in meter.found.items())


async def _measure_order(meter: StepMeter, pair: OrderPair) -> None:
    customer, runner = pair.customer, pair.runner

    async def place() -> None:
        await customer.tap_button(pair.place_button)
        order = await customer.wait_for_order_number("#")
        await runner.find_button("claim", subject_id=order)

    await meter.measure("place", place)
    order = await customer.wait_for_order_number("#")
    for action, next_action in (
        ("claim", "bought"),
        ("bought", "bought_estimate"),
        ("bought_estimate", "picked_up"),
        ("picked_up", "here"),
    ):

        async def tap(action: str = action, next_action: str = next_action) -> None:
            await runner.tap(action, subject_id=order)
            await runner.find_button(next_action, subject_id=order)

        await meter.measure(action, tap)

    async def arrive() -> None:
        await runner.tap("here", subject_id=order)
        await customer.wait_for_pin(order)

    await meter.measure("here", arrive)
    pin = await customer.wait_for_pin(order)

    async def hand_over() -> None:
        await runner.type_text(pin)
        await runner.wait_until_paid(order)

    await meter.measure("pin", hand_over)


def _middle(name: str, steps: list[Step]) -> Step:
    """Return the means of what is counted in ticks of the processor, and the median of the time that passed."""

    def mean(part: str) -> float:
        return statistics.fmean(getattr(each, part) for each in steps)

    counted = ("stripe_calls", "group_sends", "group_edits", "private_sends")
    return Step(
        name=name,
        **{part: mean(part) for part in (*PROCESSES, *counted)},
        alone=statistics.median(each.alone for each in steps),
    )
