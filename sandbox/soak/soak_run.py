"""The whole soak: starts the users, runs the orders under faults, waits until all is settled, and checks the result."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sandbox.launch.campuses import Campus, PersonAccount
from sandbox.launch.stack import Stack
from sandbox.people.control_clients import PlayError
from sandbox.soak.fault_injection import FaultInjector, injecting_faults
from sandbox.soak.order_timeline import build_order_timelines
from sandbox.soak.scenario_runs import CampusPool, run_order_scenario
from sandbox.soak.simulated_customer import CARD_NUMBERS, SimulatedCustomer
from sandbox.soak.simulated_runner import SimulatedRunner
from sandbox.soak.soak_checks import SoakFindings, check_final_state, wait_until_settled
from sandbox.soak.soak_context import NotSettledError, SoakContext, open_soak_context
from sandbox.soak.soak_plan import OrderScenario, SoakFault, choose_scenarios, random_for_order, shuffle_faults

PrintProgress = Callable[[str], None]
PROGRESS_INTERVAL_ORDERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakOptions:
    """The options of a soak. Durations are seconds.

    `runners_with_account` is how many runners of a campus have an account from the start.
    """

    orders: int
    seed: int
    soak_faults: Sequence[SoakFault]
    fault_interval: float  # between two faults
    fault_repeats: int | None = None  # how often all faults strike; None: until most orders are begun
    customers_per_campus: int = 5
    runners_per_campus: int = 5
    runners_with_account: int = 2
    order_timeout: float = 1_200.0
    settle_timeout: float = 150.0
    calm_after_share: float = 0.95  # of the orders are begun: no more faults


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakOutcome:
    """The result of a soak."""

    options: SoakOptions
    context: SoakContext
    injector: FaultInjector
    findings: SoakFindings
    order_seconds: float  # seconds from the first order to the end of the last
    timelines: Sequence[str]  # of orders that went wrong


@dataclass(slots=True, kw_only=True)
class ScenarioQueue:
    """The scenarios that are not begun yet, and the event that ends the faults."""

    options: SoakOptions
    scenarios: deque[tuple[int, OrderScenario]]
    print_line: PrintProgress
    mostly_begun: asyncio.Event = field(default_factory=asyncio.Event)

    def next(self) -> tuple[int, OrderScenario]:
        """Return the next scenario and its index in the plan."""
        found = self.scenarios.popleft()
        begun = self.options.orders - len(self.scenarios)
        if begun % PROGRESS_INTERVAL_ORDERS == 0:
            self.print_line(f"{begun} orders begun")
        if begun >= self.options.calm_after_share * self.options.orders:
            self.mostly_begun.set()
        return found


async def run_soak_test(
    stack: Stack, campuses: Sequence[Campus], options: SoakOptions, print_line: PrintProgress
) -> SoakOutcome:
    """Run the soak at these campuses of a CampusG that runs."""
    async with open_soak_context(stack, duration=options.order_timeout) as context:
        campus_pools = [await _create_users(context, campus, options, at) for at, campus in enumerate(campuses)]
        await _start_users(campus_pools, options)
        print_line(
            f"{len(context.customer_ids)} customers and {len(context.runner_ids)} runners have started; faults begin"
        )
        populated_stack = context.populated_stack
        injector = FaultInjector(
            stack=stack,
            telegram=populated_stack.telegram,
            stripe=populated_stack.stripe,
            rng=Random(f"{options.seed}: weather"),
        )
        began = time.monotonic()
        failures = await _run_orders_under_faults(campus_pools, injector, options, print_line)
        order_seconds = time.monotonic() - began
        print_line(f"{options.orders} orders ended in {order_seconds:.0f} s; waiting until all is settled")
        failures += await _set_up_late_accounts(campus_pools, options)
        findings = await wait_until_settled(context, timeout=options.settle_timeout)
        for failure in failures:
            findings.add_failure(failure.order_id, str(failure))
        await check_final_state(context, findings)
        return SoakOutcome(
            options=options,
            context=context,
            injector=injector,
            findings=findings,
            order_seconds=order_seconds,
            timelines=await build_order_timelines(context, findings),
        )


async def _create_users(context: SoakContext, campus: Campus, options: SoakOptions, at: int) -> CampusPool:
    def shared(account: PersonAccount) -> dict[str, Any]:
        rng = Random(f"{options.seed}: person {account.id}")
        phone = {"account": account, "campus": campus, "observer": context.observer, "actions": context.action_counts}
        return {**phone, "context": context, "rng": rng}

    first = at * options.customers_per_campus
    customers = [
        SimulatedCustomer(
            **shared(await context.populated_stack.new_customer(campus)),
            card_number=CARD_NUMBERS[(first + index) % len(CARD_NUMBERS)],
        )
        for index in range(options.customers_per_campus)
    ]
    runners = [SimulatedRunner(**shared(campus.next_runner())) for _ in range(options.runners_per_campus)]
    context.customer_ids.extend(one.user_id for one in customers)
    context.runner_ids.extend(one.user_id for one in runners)
    free = asyncio.Queue[SimulatedRunner]()
    for runner in runners:
        free.put_nowait(runner)
    return CampusPool(
        context=context, campus=campus, customers=tuple(customers), runners=tuple(runners), free_runners=free
    )


async def _start_users(campus_pools: Sequence[CampusPool], options: SoakOptions) -> None:
    """Start all users, and set up the accounts of some runners."""
    everybody = [one for pool in campus_pools for one in (*pool.customers, *pool.runners)]
    await asyncio.gather(*(one.start_bot() for one in everybody))
    with_account = [one for pool in campus_pools for one in pool.runners[: options.runners_with_account]]
    await asyncio.gather(*(one.set_up_payout_account() for one in with_account))


async def _set_up_late_accounts(campus_pools: Sequence[CampusPool], options: SoakOptions) -> list[NotSettledError]:
    """Set up the account of one more runner of each campus, which sends all that they earned so far."""
    late_runners = slice(options.runners_with_account, options.runners_with_account + 1)
    accounts = (one.set_up_payout_account() for pool in campus_pools for one in pool.runners[late_runners])
    done = await asyncio.gather(*accounts, return_exceptions=True)
    return [failure for failure in done if isinstance(failure, NotSettledError)]


async def _run_orders_under_faults(
    campus_pools: Sequence[CampusPool], injector: FaultInjector, options: SoakOptions, print_line: PrintProgress
) -> list[NotSettledError]:
    """Run the scenarios of all orders while faults are injected, and return the failures."""
    scenarios = deque(enumerate(choose_scenarios(options.orders, options.seed)))
    scenario_queue = ScenarioQueue(options=options, scenarios=scenarios, print_line=print_line)
    soak_faults = shuffle_faults(options.soak_faults, options.seed, options.fault_repeats)
    async with injecting_faults(injector, soak_faults, options.fault_interval) as stop_faults:
        order_tasks = [
            asyncio.create_task(_place_orders(campus_pool, customer, scenario_queue))
            for campus_pool in campus_pools
            for customer in campus_pool.customers
        ]
        stop_task = asyncio.create_task(_stop_faults_when_mostly_begun(scenario_queue, stop_faults))
        failures = [failure for failure in await asyncio.gather(*order_tasks) if failure is not None]
        stop_task.cancel()
        await asyncio.gather(stop_task, return_exceptions=True)
    return failures


async def _place_orders(
    campus_pool: CampusPool, customer: SimulatedCustomer, scenario_queue: ScenarioQueue
) -> NotSettledError | None:
    """Place one order after the other until none is left. Return the failure that ended it, if there was one."""
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
    """End the faults when most orders are begun, so that the last ones end without faults."""
    await scenario_queue.mostly_begun.wait()
    await stop_faults()
