"""One kill: brings several sagas to their points, kills their process, restarts it and waits until all is settled."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from sandbox.crash.crash_stack import CrashStack, KilledProcess
from sandbox.crash.kill_points import KillPoint
from sandbox.crash.point_watch import PointWatch
from sandbox.crash.scenarios.case_checks import (
    count_effects_by_saga,
    count_step_effects,
    describe_misplacement,
    find_unsettled,
)
from sandbox.crash.scenarios.crash_cases import CrashCase
from sandbox.crash.scenarios.crash_scenario import CrashScenario, newest_saga_of
from sandbox.people.control_clients import PlayError
from sandbox.people.populated_stack import POLL_INTERVAL_SECONDS, PopulatedStack, SceneContext, wait_until_found

MAX_SETTLE_SECONDS = 10.0  # from the restart; the promise
SETTLE_TIMEOUT_SECONDS = 40.0  # after this a case counts as not settled
POINT_TIMEOUT_SECONDS = 15.0  # from the trigger to the point
QUIET_TIMEOUT_SECONDS = 30.0  # for what the preparation left in flight
COMMIT_ACK_DELAY_SECONDS = 0.005  # for a process to learn of a commit before the kill
LATE_EXECUTION_DELAY_SECONDS = 5.0  # from the kill: a restart and the rest of a lease
STRIPE_HANG_SECONDS = 60.0  # how long the stand-in holds a call; longer than any case lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashCaseOutcome:
    """The result of a case.

    `downtime_seconds` lie between the kill and the moment the new process was ready. `settle_seconds` count from that
    moment. With `is_point_missed` the point was never reached, so nothing is known of the case.
    """

    case: CrashCase
    downtime_seconds: float = 0.0
    settle_seconds: float | None = None
    effect_count: int | None = None
    is_point_missed: bool = False
    failure: str | None = None


@dataclass(slots=True, kw_only=True)
class CaseRun:
    """A case whose scenario is prepared."""

    case: CrashCase
    scenario: CrashScenario
    watch: PointWatch
    person_ids: tuple[int, ...]  # the people whose messages must have been sent
    settle_seconds: float | None = None
    last_unsettled: str = ""  # what was unsettled last
    is_point_missed: bool = False
    failure: str | None = None


async def kill_process_once(
    crash_stack: CrashStack, cases: Sequence[CrashCase], last_call: int
) -> tuple[list[CrashCaseOutcome], int]:
    """Kill the process that all these cases are about.

    `last_call` and the returned number are the last known call at Stripe, before and after.
    """
    stack, killed_process = crash_stack.populated_stack, cases[0].killed_step.victim
    process = stack.launched.processes[killed_process]
    async with AsyncExitStack() as exit_stack:
        scenes = [
            await exit_stack.enter_async_context(stack.open_scene(next(crash_stack.next_campuses))) for _ in cases
        ]
        prepared = await asyncio.gather(
            *(_prepare(crash_stack, case, scene) for case, scene in zip(cases, scenes, strict=True))
        )
        case_runs = [one for one in prepared if isinstance(one, CaseRun)]
        watch_list = crash_stack.watch_lists[killed_process]
        watch_list.watches = [case_run.watch for case_run in case_runs]
        await asyncio.gather(*(_reach_point(stack, case_run) for case_run in case_runs))
        _deliver_commit_answers(case_runs)
        await asyncio.sleep(COMMIT_ACK_DELAY_SECONDS)
        process.kill()
        killed = time.monotonic()
        _drop_held_messages(watch_list.watches)
        watch_list.watches = []
        process.restart()
        back_task = asyncio.create_task(_wait_until_back(stack, killed_process))
        await asyncio.gather(*(_check_saga_position(stack, case_run) for case_run in case_runs))
        resume_task = asyncio.create_task(_resume_stripe_calls(stack, case_runs))
        await asyncio.gather(*(_wait_until_settled(stack, case_run, killed) for case_run in case_runs))
        downtime = await back_task - killed
        await resume_task
    effect_counts, last = await count_effects_by_saga(stack, last_call)
    unprepared = [one for one in prepared if isinstance(one, CrashCaseOutcome)]
    return [*unprepared, *[await _build_outcome(stack, one, effect_counts, downtime) for one in case_runs]], last


async def _wait_until_back(stack: PopulatedStack, killed_process: KilledProcess) -> float:
    """Wait until the new process is ready, and return the monotonic time."""
    await asyncio.to_thread(stack.launched.wait_ready, killed_process)
    return time.monotonic()


async def _resume_stripe_calls(stack: PopulatedStack, case_runs: Sequence[CaseRun]) -> None:
    """Remove Stripe's faults: at once, or after the new process has had time to ask again."""
    if any(case_run.case.point is KillPoint.EXECUTED_LATE for case_run in case_runs):
        await asyncio.sleep(LATE_EXECUTION_DELAY_SECONDS)
    await stack.stripe.clear_faults()


async def _prepare(crash_stack: CrashStack, case: CrashCase, scene: SceneContext) -> CaseRun | CrashCaseOutcome:
    stack, person_ids = crash_stack.populated_stack, tuple(one.user_id for one in (scene.mei, scene.ana, scene.ben))

    async def is_quiet() -> bool | None:
        return await find_unsettled(stack, None, person_ids) is None or None

    try:
        scenario = await case.killed_step.prepare_scenario(scene)
        await wait_until_found(is_quiet, "nothing in flight", timeout=QUIET_TIMEOUT_SECONDS)
    except PlayError as failure:
        return CrashCaseOutcome(case=case, is_point_missed=True, failure=f"it could not be prepared: {failure}")
    watch = PointWatch(
        subject=scenario.subject,
        target=case.target,
        is_saga_of=crash_stack.is_saga_of,
        order_stripe_faults=partial(_order_stripe_faults, stack, case, scenario),
    )
    return CaseRun(case=case, scenario=scenario, watch=watch, person_ids=person_ids)


async def _order_stripe_faults(stack: PopulatedStack, case: CrashCase, scenario: CrashScenario, key: str) -> None:
    """Tell Stripe's stand-in what to do with the call of this key, before it can be sent."""
    if scenario.is_refused_by_stripe:
        await stack.stripe.order_fault(kind="status", status=400, key=key)
    if case.target.is_held_at_stripe:
        await _hang_at_stripe(stack, case, scenario, key)


async def _hang_at_stripe(stack: PopulatedStack, case: CrashCase, scenario: CrashScenario, key: str) -> None:
    """Let Stripe's stand-in hang on the call of this key, or on the next read of this object."""
    target_call = {"path": scenario.poll_call} if case.target.is_read else {"key": key}
    is_late, before = case.point is KillPoint.EXECUTED_LATE, case.point is not KillPoint.EXECUTED
    await stack.stripe.order_fault(
        kind="hang", before=before, anyway=is_late, seconds=STRIPE_HANG_SECONDS, **target_call
    )


async def _reach_point(stack: PopulatedStack, case_run: CaseRun) -> None:
    case, scenario, watch = case_run.case, case_run.scenario, case_run.watch
    if case.point is KillPoint.SAGA_WAITING:
        return
    try:
        async with asyncio.timeout(POINT_TIMEOUT_SECONDS):
            if watch.target.is_held_at_stripe and watch.target.prepared_call is None:
                await _hang_at_stripe(stack, case, scenario, "")
            await scenario.trigger()
            if not watch.target.is_held_at_stripe:
                await watch.held_message.reached.wait()
                return
            await watch.call_prepared.wait()
            await wait_until_found(
                partial(_has_fault_struck, stack, case_run),
                f"Stripe keeps {watch.target.prepared_call} back",
                timeout=POINT_TIMEOUT_SECONDS,
            )
    except (TimeoutError, PlayError) as failure:
        case_run.is_point_missed, case_run.failure = True, f"it never came to the point: {failure!r}"


async def _has_fault_struck(stack: PopulatedStack, case_run: CaseRun) -> bool | None:
    """Return True when the call that Stripe shall hold has come, otherwise None."""
    name, value = "key", case_run.watch.idempotency_key
    if case_run.case.target.is_read and case_run.scenario.poll_call:
        name, value = "path", case_run.scenario.poll_call
    return None if any(one[name] == value for one in await stack.stripe.pending_faults()) else True


def _deliver_commit_answers(case_runs: Sequence[CaseRun]) -> None:
    for case_run in case_runs:
        if case_run.case.point is KillPoint.COMMITTED:
            case_run.watch.held_message.release()


def _drop_held_messages(watches: Sequence[PointWatch]) -> None:
    for watch in watches:
        watch.is_over = True
        watch.held_message.drop()


async def _check_saga_position(stack: PopulatedStack, case_run: CaseRun) -> None:
    if case_run.failure is None:
        watch = case_run.watch
        watch.saga_id = watch.saga_id or await newest_saga_of(stack, watch.subject)
        problem = await describe_misplacement(stack, case_run.case, watch.saga_id)
        case_run.failure = None if problem is None else f"killed elsewhere: {problem}"


async def _wait_until_settled(stack: PopulatedStack, case_run: CaseRun, killed: float) -> None:
    if case_run.case.point is KillPoint.SAGA_WAITING:
        try:
            await case_run.scenario.trigger()
        except PlayError as failure:
            case_run.failure = f"it could not be set off while its process was dead: {failure}"
            return
    while (unsettled := await find_unsettled(stack, case_run.scenario, case_run.person_ids)) is not None:
        if time.monotonic() - killed > SETTLE_TIMEOUT_SECONDS:
            case_run.failure = case_run.failure or f"not settled: {unsettled}"
            return
        case_run.last_unsettled = unsettled
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
    case_run.settle_seconds = time.monotonic() - killed


async def _build_outcome(
    stack: PopulatedStack, case_run: CaseRun, effect_counts: dict[str, Counter[str]], downtime: float
) -> CrashCaseOutcome:
    saga_id, problem = case_run.watch.saga_id, case_run.failure
    saga_effects = effect_counts[str(saga_id)]
    effect_count = await count_step_effects(
        stack, case_run.case, saga_id, case_run.scenario.subject.person_id, saga_effects
    )
    repeated_steps = sorted(step for step, times in saga_effects.items() if times > 1)
    if problem is None and (repeated_steps or effect_count not in (None, 1)):
        problem = f"Stripe did it {effect_count} times; more than once: {', '.join(repeated_steps) or 'nothing'}"
    seconds = None if case_run.settle_seconds is None else max(0.0, case_run.settle_seconds - downtime)
    if problem is None and seconds is not None and seconds > MAX_SETTLE_SECONDS:
        problem = f"settled only after {seconds:.1f} s, the last was: {case_run.last_unsettled}"
    return CrashCaseOutcome(
        case=case_run.case,
        downtime_seconds=downtime,
        settle_seconds=seconds,
        effect_count=effect_count,
        is_point_missed=case_run.is_point_missed,
        failure=problem,
    )
