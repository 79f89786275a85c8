"""The whole run: people come in, the weather breaks, orders go their ways, calm returns, and all is looked at."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from sandbox.launch.people import Person, post
from sandbox.launch.stack import Stack
from sandbox.play.quarters import Quarter
from sandbox.play.sights import Place
from sandbox.play.wire import PlayError
from sandbox.soak.city import City, NotSettled, open_city
from sandbox.soak.customer import CARDS, Customer
from sandbox.soak.plan import Blow, Fate, dice_for, draw_blows, draw_fates
from sandbox.soak.runner import Runner
from sandbox.soak.timeline import timelines
from sandbox.soak.verdict import Verdict, judge, settled
from sandbox.soak.walks import Ward, walk
from sandbox.soak.weather import Weather, storming

Say = Callable[[str], None]
TOLD_EVERY = 100  # orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to do; lengths in seconds. `accounts` is how many runners of a campus have one from the start."""

    orders: int
    seed: int
    deck: Sequence[Blow]
    gap: float  # between two blows
    rounds: int | None = None  # how often the whole deck falls; None: until most orders are begun
    customers: int = 5  # of each campus
    runners: int = 5
    accounts: int = 2
    give_up_after: float = 1_200.0
    settles_within: float = 150.0
    calm_from: float = 0.95  # of the orders are placed: nothing falls any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All there is to tell."""

    order: Order
    city: City
    weather: Weather
    verdict: Verdict
    walked: float  # seconds from the first order to the end of the last
    timelines: Sequence[str]  # of orders that went wrong


@dataclass(slots=True, kw_only=True)
class Agenda:
    """Fates not yet taken up, and when to call the weather off."""

    order: Order
    fates: deque[tuple[int, Fate]]
    tell: Say
    mostly_begun: asyncio.Event = field(default_factory=asyncio.Event)

    def next(self) -> tuple[int, Fate]:
        """The next fate and its place in the plan."""
        found = self.fates.popleft()
        begun = self.order.orders - len(self.fates)
        if begun % TOLD_EVERY == 0:
            self.tell(f"{begun} orders begun")
        if begun >= self.order.calm_from * self.order.orders:
            self.mostly_begun.set()
        return found


async def soak(stack: Stack, quarters: Sequence[Quarter], order: Order, say: Say) -> Outcome:
    """Do it all in a CampusG that runs."""
    fates = deque(enumerate(draw_fates(order.orders, order.seed)))
    async with open_city(stack, give_up_after=order.give_up_after) as city:
        wards = [_settle_in(city, quarter, order, at) for at, quarter in enumerate(quarters)]
        await _come_in(wards, order)
        say(f"{len(city.customers)} customers and {len(city.runners)} runners came in; the weather breaks")
        weather = Weather(
            stack=stack, telegram=city.telegram, stripe=city.stripe, dice=Random(f"{order.seed}: weather")
        )
        agenda, began = Agenda(order=order, fates=fates, tell=say), time.monotonic()
        verdict = Verdict()
        async with storming(weather, draw_blows(order.deck, order.seed, order.rounds), order.gap) as calm:
            walking = [asyncio.create_task(_order_all(ward, who, agenda)) for ward in wards for who in ward.customers]
            watching = asyncio.create_task(_call_off(agenda, calm))
            failures = [fault for fault in await asyncio.gather(*walking) if fault is not None]
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        walked = time.monotonic() - began
        say(f"{order.orders} orders went their ways in {walked:.0f} s; waiting for calm")
        failures += await _late_accounts(wards, order)
        verdict = await settled(city, within=order.settles_within)
        for fault in failures:
            verdict.blame(fault.order, str(fault))
        await judge(city, verdict)
        told = await timelines(city, verdict)
    return Outcome(order=order, city=city, weather=weather, verdict=verdict, walked=walked, timelines=told)


def _settle_in(city: City, quarter: Quarter, order: Order, at: int) -> Ward:
    group = Place(str(quarter.campus.runners.id))
    bot = f"@{quarter.campus.bot.username}"

    def dice(person: Person) -> Random:
        return Random(f"{order.seed}: person {person.id}")

    people = [quarter.next_customer() for _ in range(order.customers)]
    customers = tuple(
        Customer(
            city=city,
            number=one.id,
            bot=bot,
            group=group,
            dice=dice(one),
            card=CARDS[(at * order.customers + place) % len(CARDS)],
        )
        for place, one in enumerate(people)
    )
    runners = tuple(
        Runner(city=city, number=one.id, bot=bot, group=group, dice=dice(one))
        for one in (quarter.next_runner() for _ in range(order.runners))
    )
    for one in people:
        post(f"{city.stack.telegram_url}/sim/users", {"id": one.id, "first_name": one.first_name})
    city.customers.extend(one.number for one in customers)
    city.runners.extend(one.number for one in runners)
    free = asyncio.Queue[Runner]()
    for runner in runners:
        free.put_nowait(runner)
    return Ward(city=city, quarter=quarter, customers=customers, runners=runners, free=free)


async def _come_in(wards: Sequence[Ward], order: Order) -> None:
    """The first word of everybody, and the accounts of some."""
    customers = [one.comes_in() for ward in wards for one in ward.customers]
    await asyncio.gather(*customers, *(one.comes_in() for ward in wards for one in ward.runners))
    await asyncio.gather(*(one.sets_up_payout() for ward in wards for one in ward.runners[: order.accounts]))


async def _late_accounts(wards: Sequence[Ward], order: Order) -> list[NotSettled]:
    """One more runner of each campus gets an account: all she earned so far is sent now."""
    late = slice(order.accounts, order.accounts + 1)
    accounts = (one.sets_up_payout() for ward in wards for one in ward.runners[late])
    done = await asyncio.gather(*accounts, return_exceptions=True)
    return [fault for fault in done if isinstance(fault, NotSettled)]


async def _order_all(ward: Ward, customer: Customer, agenda: Agenda) -> NotSettled | None:
    """One order after the other, as long as there are any; the failure that ended it, if one did."""
    while agenda.fates:
        place, fate = agenda.next()
        try:
            await walk(ward, customer, fate, dice_for(agenda.order.seed, place))
        except NotSettled as failure:
            return failure
        except PlayError as failure:
            return NotSettled(str(failure), customer.last)
    return None


async def _call_off(agenda: Agenda, calm: Callable[[], Awaitable[None]]) -> None:
    """End the bad weather when most orders were begun, so that the last ones end in calm."""
    await agenda.mostly_begun.wait()
    await calm()
