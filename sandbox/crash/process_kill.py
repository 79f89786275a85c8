"""One kill: brings several sagas to their points, kills their process, restarts it and waits until all is settled."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from sandbox.crash.case_checks import count_effects_by_saga, count_step_effects, describe_misplacement, find_unsettled
from sandbox.crash.crash_cases import SCENARIOS, CrashCase
from sandbox.crash.crash_scenario import CrashScenario
from sandbox.crash.crash_stack import POLL_INTERVAL_SECONDS, CrashStack, KilledProcess, wait_until_found
from sandbox.crash.kill_points import KillPoint
from sandbox.crash.point_watch import PointWatch
from sandbox.play.sandbox_client import PlayError, json_objects
from sandbox.play.scene_context import SceneContext

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
    """A case in flight."""

    case: CrashCase
    scene: SceneContext
    scenario: CrashScenario | None = None
    watch: PointWatch | None = None
    settle_seconds: float | None = None
    last_unsettled: str = ""  # what was unsettled last
    is_point_missed: bool = False
    failure: str | None = None

    @property
    def person_ids(self) -> tuple[int, ...]:
        """The people whose messages must have been sent."""
        return (self.scene.mei.user_id, self.scene.ana.user_id, self.scene.ben.user_id)


async def kill_process_once(
    crash_stack: CrashStack, cases: Sequence[CrashCase], last_call: int
) -> tuple[list[CrashCaseOutcome], int]:
    """Kill the process that all these cases are about.

    `last_call` and the returned number are the last known call at Stripe, before and after.
    """
    killed_process = cases[0].killed_step.victim
    process = crash_stack.process(killed_process)
    async with AsyncExitStack() as exit_stack:
        case_runs = [
            CaseRun(case=case, scene=await exit_stack.enter_async_context(crash_stack.new_scene())) for case in cases
        ]
        await asyncio.gather(*(_prepare_scenario(crash_stack, case_run) for case_run in case_runs))
        ready = [case_run for case_run in case_runs if case_run.failure is None]
        watch_list = crash_stack.watch_lists[killed_process]
        watch_list.watches = [_start_watch(crash_stack, case_run) for case_run in ready]
        await asyncio.gather(*(_reach_point(crash_stack, case_run) for case_run in ready))
        _deliver_commit_answers(ready)
        await asyncio.sleep(COMMIT_ACK_DELAY_SECONDS)
        process.kill()
        killed = time.monotonic()
        _drop_held_messages(watch_list.watches)
        watch_list.watches = []
        process.restart()
        back_task = asyncio.create_task(_wait_until_back(crash_stack, killed_process))
        await asyncio.gather(*(_check_saga_position(crash_stack, case_run) for case_run in ready))
        resume_task = asyncio.create_task(_resume_stripe_calls(crash_stack, case_runs))
        await asyncio.gather(*(_wait_until_settled(crash_stack, case_run, killed) for case_run in ready))
        downtime = await back_task - killed
        await resume_task
    effect_counts, last = await count_effects_by_saga(crash_stack, last_call)
    return [await _build_outcome(crash_stack, case_run, effect_counts, downtime) for case_run in case_runs], last


async def _wait_until_back(crash_stack: CrashStack, killed_process: KilledProcess) -> float:
    """Wait until the new process is ready, and return the monotonic time."""
    await asyncio.to_thread(crash_stack.stack.wait_ready, killed_process)
    return time.monotonic()


async def _resume_stripe_calls(crash_stack: CrashStack, case_runs: Sequence[CaseRun]) -> None:
    """Remove Stripe's faults: at once, or after the new process has had time to ask again."""
    if any(case_run.case.point is KillPoint.EXECUTED_LATE for case_run in case_runs):
        await asyncio.sleep(LATE_EXECUTION_DELAY_SECONDS)
    await crash_stack.stripe.delete("/sim/faults")


async def _prepare_scenario(crash_stack: CrashStack, case_run: CaseRun) -> None:
    try:
        case_run.scenario = await SCENARIOS[case_run.case.killed_step.scenario_name](crash_stack, case_run.scene)
        await wait_until_found(
            partial(_is_quiet, crash_stack, case_run), "nothing in flight", timeout=QUIET_TIMEOUT_SECONDS
        )
    except PlayError as failure:
        case_run.is_point_missed, case_run.failure = True, f"it could not be prepared: {failure}"


async def _is_quiet(crash_stack: CrashStack, case_run: CaseRun) -> bool | None:
    return await find_unsettled(crash_stack, None, case_run.person_ids) is None or None


def _start_watch(crash_stack: CrashStack, case_run: CaseRun) -> PointWatch:
    scenario = case_run.scenario
    if scenario is None:
        raise ValueError(f"{case_run.case} was not prepared")
    case_run.watch = PointWatch(
        subject=scenario.subject,
        target=case_run.case.target,
        is_saga_of=crash_stack.is_saga_of,
        order_stripe_faults=partial(_order_stripe_faults, crash_stack, case_run),
    )
    return case_run.watch


async def _order_stripe_faults(crash_stack: CrashStack, case_run: CaseRun, key: str) -> None:
    """Tell Stripe's stand-in what to do with the call of this key, before it can be sent."""
    if case_run.scenario is not None and case_run.scenario.is_refused_by_stripe:
        await crash_stack.stripe.post("/sim/faults", {"kind": "status", "status": 400, "key": key})
    if case_run.case.target.is_held_at_stripe:
        await _hang_at_stripe(crash_stack, case_run, key)


async def _hang_at_stripe(crash_stack: CrashStack, case_run: CaseRun, key: str) -> None:
    """Let Stripe's stand-in hang on the call of this key, or on the next read of this object."""
    poll_call = case_run.scenario.poll_call if case_run.scenario else ""
    target_call = {"path": poll_call} if case_run.case.target.is_read else {"key": key}
    is_late, before = case_run.case.point is KillPoint.EXECUTED_LATE, case_run.case.point is not KillPoint.EXECUTED
    hang = {"kind": "hang", "before": before, "anyway": is_late, "seconds": STRIPE_HANG_SECONDS}
    await crash_stack.stripe.post("/sim/faults", {**hang, **target_call})


async def _reach_point(crash_stack: CrashStack, case_run: CaseRun) -> None:
    scenario, watch = case_run.scenario, case_run.watch
    if scenario is None or watch is None or case_run.case.point is KillPoint.SAGA_WAITING:
        return
    try:
        async with asyncio.timeout(POINT_TIMEOUT_SECONDS):
            if watch.target.is_held_at_stripe and watch.target.prepared_call is None:
                await _hang_at_stripe(crash_stack, case_run, "")
            await scenario.trigger()
            if not watch.target.is_held_at_stripe:
                await watch.held_message.reached.wait()
                return
            await watch.call_prepared.wait()
            await wait_until_found(
                partial(_has_fault_struck, crash_stack, case_run),
                f"Stripe keeps {watch.target.prepared_call} back",
                timeout=POINT_TIMEOUT_SECONDS,
            )
    except (TimeoutError, PlayError) as failure:
        case_run.is_point_missed, case_run.failure = True, f"it never came to the point: {failure!r}"


async def _has_fault_struck(crash_stack: CrashStack, case_run: CaseRun) -> bool | None:
    """Return True when the call that Stripe shall hold has come, otherwise None."""
    polled_call = case_run.scenario.poll_call if case_run.case.target.is_read and case_run.scenario else None
    key = case_run.watch.idempotency_key if case_run.watch else None
    pending_faults = json_objects(await crash_stack.stripe.get("/sim/faults"))
    return (
        None
        if any(one["path"] == polled_call if polled_call else one["key"] == key for one in pending_faults)
        else True
    )


def _deliver_commit_answers(case_runs: Sequence[CaseRun]) -> None:
    for case_run in case_runs:
        if case_run.case.point is KillPoint.COMMITTED and case_run.watch is not None:
            case_run.watch.held_message.release()


def _drop_held_messages(watches: Sequence[PointWatch]) -> None:
    for watch in watches:
        watch.is_over = True
        watch.held_message.drop()


async def _check_saga_position(crash_stack: CrashStack, case_run: CaseRun) -> None:
    if case_run.failure is None and case_run.watch is not None:
        case_run.watch.saga_id = case_run.watch.saga_id or await crash_stack.newest_saga_of(case_run.watch.subject)
        problem = await describe_misplacement(crash_stack, case_run.case, case_run.watch.saga_id)
        case_run.failure = None if problem is None else f"killed elsewhere: {problem}"


async def _wait_until_settled(crash_stack: CrashStack, case_run: CaseRun, killed: float) -> None:
    scenario = case_run.scenario
    if scenario is None:
        return
    if case_run.case.point is KillPoint.SAGA_WAITING:
        try:
            await scenario.trigger()
        except PlayError as failure:
            case_run.failure = f"it could not be set off while its process was dead: {failure}"
            return
    while (unsettled := await find_unsettled(crash_stack, scenario, case_run.person_ids)) is not None:
        if time.monotonic() - killed > SETTLE_TIMEOUT_SECONDS:
            case_run.failure = case_run.failure or f"not settled: {unsettled}"
            return
        case_run.last_unsettled = unsettled
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
    case_run.settle_seconds = time.monotonic() - killed


async def _build_outcome(
    crash_stack: CrashStack, case_run: CaseRun, effect_counts: dict[str, Counter[str]], downtime: float
) -> CrashCaseOutcome:
    saga_id = None if case_run.watch is None else case_run.watch.saga_id
    case, problem, effect_count = case_run.case, case_run.failure, None
    if case_run.scenario is not None:
        saga_effects = effect_counts[str(saga_id)]
        effect_count = await count_step_effects(
            crash_stack, case, saga_id, case_run.scenario.subject.person_id, saga_effects
        )
        repeated_steps = sorted(step for step, times in saga_effects.items() if times > 1)
        if problem is None and (repeated_steps or effect_count not in (None, 1)):
            problem = f"Stripe did it {effect_count} times; more than once: {', '.join(repeated_steps) or 'nothing'}"
    seconds = None if case_run.settle_seconds is None else max(0.0, case_run.settle_seconds - downtime)
    if problem is None and seconds is not None and seconds > MAX_SETTLE_SECONDS:
        problem = f"settled only after {seconds:.1f} s, the last was: {case_run.last_unsettled}"
    return CrashCaseOutcome(
        case=case,
        downtime_seconds=downtime,
        settle_seconds=seconds,
        effect_count=effect_count,
        is_point_missed=case_run.is_point_missed,
        failure=problem,
    )
