"""The whole run: people come in, faults begin, orders go their ways, calm returns, and all is looked at."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from sandbox.launch.stack import Stack
from sandbox.launch.telegram_accounts import PersonAccount, post_control_request
from sandbox.play.observed_messages import ChatRef
from sandbox.play.populated_campuses import PopulatedCampus
from sandbox.play.sandbox_client import PlayError
from sandbox.soak.fault_injection import FaultInjector, injecting_faults
from sandbox.soak.order_timeline import build_order_timelines
from sandbox.soak.scenario_runs import CampusPool, run_order_scenario
from sandbox.soak.simulated_customer import CARD_NUMBERS, SimulatedCustomer
from sandbox.soak.simulated_runner import SimulatedRunner
from sandbox.soak.soak_checks import SoakFindings, check_final_state, wait_until_settled
from sandbox.soak.soak_context import NotSettledError, SoakContext, open_soak_context
from sandbox.soak.soak_plan import OrderScenario, SoakFault, choose_scenarios, random_for_order, shuffle_faults

PrintProgress = Callable[[str], None]
PROGRESS_INTERVAL_ORDERS = 100  # orders


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakOptions:
    """What to do; lengths in seconds. `accounts` is how many runners of a campus have one from the start."""

    orders: int
    seed: int
    soak_faults: Sequence[SoakFault]
    fault_interval: float  # between two blows
    fault_repeats: int | None = None  # how often the whole deck falls; None: until most orders are begun
    customers_per_campus: int = 5  # of each campus
    runners_per_campus: int = 5
    runners_with_account: int = 2
    order_timeout: float = 1_200.0
    settle_timeout: float = 150.0
    calm_after_share: float = 0.95  # of the orders are placed: nothing falls any more


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakOutcome:
    """All there is to tell."""

    options: SoakOptions
    context: SoakContext
    injector: FaultInjector
    findings: SoakFindings
    order_seconds: float  # seconds from the first order to the end of the last
    timelines: Sequence[str]  # of orders that went wrong


@dataclass(slots=True, kw_only=True)
class ScenarioQueue:
    """Fates not yet taken up, and when to call the weather off."""

    options: SoakOptions
    scenarios: deque[tuple[int, OrderScenario]]
    print_line: PrintProgress
    mostly_begun: asyncio.Event = field(default_factory=asyncio.Event)

    def next(self) -> tuple[int, OrderScenario]:
        """The next fate and its place in the plan."""
        found = self.scenarios.popleft()
        begun = self.options.orders - len(self.scenarios)
        if begun % PROGRESS_INTERVAL_ORDERS == 0:
            self.print_line(f"{begun} orders begun")
        if begun >= self.options.calm_after_share * self.options.orders:
            self.mostly_begun.set()
        return found


async def run_soak_test(
    stack: Stack, populated_campuses: Sequence[PopulatedCampus], options: SoakOptions, print_line: PrintProgress
) -> SoakOutcome:
    """Do it all in a CampusG that runs."""
    scenarios = deque(enumerate(choose_scenarios(options.orders, options.seed)))
    async with open_soak_context(stack, duration=options.order_timeout) as context:
        campus_pools = [
            _create_users(context, populated_campus, options, at)
            for at, populated_campus in enumerate(populated_campuses)
        ]
        await _start_users(campus_pools, options)
        print_line(f"{len(context.customer_ids)} customers and {len(context.runner_ids)} runners came in; faults begin")
        injector = FaultInjector(
            stack=stack, telegram=context.telegram, stripe=context.stripe, rng=Random(f"{options.seed}: weather")
        )
        scenario_queue, began = (
            ScenarioQueue(options=options, scenarios=scenarios, print_line=print_line),
            time.monotonic(),
        )
        findings = SoakFindings()
        async with injecting_faults(
            injector, shuffle_faults(options.soak_faults, options.seed, options.fault_repeats), options.fault_interval
        ) as stop_faults:
            order_tasks = [
                asyncio.create_task(_place_orders(campus_pool, who, scenario_queue))
                for campus_pool in campus_pools
                for who in campus_pool.customers
            ]
            stop_task = asyncio.create_task(_stop_faults_when_mostly_begun(scenario_queue, stop_faults))
            failures = [failure for failure in await asyncio.gather(*order_tasks) if failure is not None]
            stop_task.cancel()
            await asyncio.gather(stop_task, return_exceptions=True)
        order_seconds = time.monotonic() - began
        print_line(f"{options.orders} orders went their ways in {order_seconds:.0f} s; waiting for calm")
        failures += await _set_up_late_accounts(campus_pools, options)
        findings = await wait_until_settled(context, timeout=options.settle_timeout)
        for failure in failures:
            findings.add_failure(failure.order_id, str(failure))
        await check_final_state(context, findings)
        timeline_lines = await build_order_timelines(context, findings)
    return SoakOutcome(
        options=options,
        context=context,
        injector=injector,
        findings=findings,
        order_seconds=order_seconds,
        timelines=timeline_lines,
    )


def _create_users(context: SoakContext, populated_campus: PopulatedCampus, options: SoakOptions, at: int) -> CampusPool:
    group = ChatRef(str(populated_campus.chats.runners.id))
    bot = f"@{populated_campus.chats.bot.username}"

    def rng(person: PersonAccount) -> Random:
        return Random(f"{options.seed}: person {person.id}")

    people = [populated_campus.next_customer() for _ in range(options.customers_per_campus)]
    customers = tuple(
        SimulatedCustomer(
            context=context,
            user_id=one.id,
            bot=bot,
            group=group,
            rng=rng(one),
            card_number=CARD_NUMBERS[(at * options.customers_per_campus + index) % len(CARD_NUMBERS)],
        )
        for index, one in enumerate(people)
    )
    runners = tuple(
        SimulatedRunner(context=context, user_id=one.id, bot=bot, group=group, rng=rng(one))
        for one in (populated_campus.next_runner() for _ in range(options.runners_per_campus))
    )
    for one in people:
        post_control_request(f"{context.stack.telegram_url}/sim/users", {"id": one.id, "first_name": one.first_name})
    context.customer_ids.extend(one.user_id for one in customers)
    context.runner_ids.extend(one.user_id for one in runners)
    free = asyncio.Queue[SimulatedRunner]()
    for runner in runners:
        free.put_nowait(runner)
    return CampusPool(
        context=context, populated_campus=populated_campus, customers=customers, runners=runners, free_runners=free
    )


async def _start_users(campus_pools: Sequence[CampusPool], options: SoakOptions) -> None:
    """The first word of everybody, and the accounts of some."""
    customers = [one.start_bot() for campus_pool in campus_pools for one in campus_pool.customers]
    await asyncio.gather(*customers, *(one.start_bot() for campus_pool in campus_pools for one in campus_pool.runners))
    await asyncio.gather(
        *(
            one.set_up_payout_account()
            for campus_pool in campus_pools
            for one in campus_pool.runners[: options.runners_with_account]
        )
    )


async def _set_up_late_accounts(campus_pools: Sequence[CampusPool], options: SoakOptions) -> list[NotSettledError]:
    """One more runner of each campus gets an account: all she earned so far is sent now."""
    late_runners = slice(options.runners_with_account, options.runners_with_account + 1)
    accounts = (
        one.set_up_payout_account() for campus_pool in campus_pools for one in campus_pool.runners[late_runners]
    )
    done = await asyncio.gather(*accounts, return_exceptions=True)
    return [failure for failure in done if isinstance(failure, NotSettledError)]


async def _place_orders(
    campus_pool: CampusPool, customer: SimulatedCustomer, scenario_queue: ScenarioQueue
) -> NotSettledError | None:
    """One order after the other, as long as there are any; the failure that ended it, if one did."""
    while scenario_queue.scenarios:
        plan_index, scenario = scenario_queue.next()
        try:
            await run_order_scenario(
                campus_pool, customer, scenario, random_for_order(scenario_queue.options.seed, plan_index)
            )
        except NotSettledError as failure:
            return failure
        except PlayError as failure:
            return NotSettledError(str(failure), customer.last_order)
    return None


async def _stop_faults_when_mostly_begun(
    scenario_queue: ScenarioQueue, stop_faults: Callable[[], Awaitable[None]]
) -> None:
    """End the bad weather when most orders were begun, so that the last ones end in calm."""
    await scenario_queue.mostly_begun.wait()
    await stop_faults()
