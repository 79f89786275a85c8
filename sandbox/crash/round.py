"""One kill: several sagas brought to their points side by side, the process they hang in killed and started anew."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from sandbox.crash.cases import ERRANDS, Case
from sandbox.crash.errand import Errand
from sandbox.crash.facts import effects_by_saga, effects_of, misplaced, unsettled
from sandbox.crash.ground import LOOK_EVERY, Ground, Victim, until
from sandbox.crash.points import Point
from sandbox.crash.watch import Watch
from sandbox.play.stage import Stage
from sandbox.play.wire import PlayError, rows

SETTLES_WITHIN = 10.0  # seconds from the restart; the promise
GIVEN_UP_AFTER = 40.0  # seconds; by then the table has to be printed
COMES_WITHIN = 15.0  # seconds from setting off to the point
QUIET_WITHIN = 30.0  # seconds for what the preparation left under way
HEARS_WITHIN = 0.005  # seconds a process gets to hear of a commit before it dies of it
ASKED_AGAIN_AFTER = 5.0  # seconds from the kill: a restart and what was left of a lease
AT_STRIPE = 60.0  # seconds a call is kept back there; longer than any of this lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a case: seconds from the restart until all was settled, effects at Stripe, and what is wrong.

    `down` is how many seconds lay between the kill and the moment the new process was ready to work, its restart.
    A case that is `missed` was never brought to its point, so nothing is known of it.
    """

    case: Case
    down: float = 0.0
    seconds: float | None = None
    effects: int | None = None
    missed: bool = False
    wrong: str | None = None


@dataclass(slots=True, kw_only=True)
class Trial:
    """A case under way."""

    case: Case
    stage: Stage
    errand: Errand | None = None
    watch: Watch | None = None
    seconds: float | None = None
    last: str = ""  # what it waited for in the end
    missed: bool = False
    wrong: str | None = None

    @property
    def people(self) -> tuple[int, ...]:
        """Those whose messages must have arrived."""
        return (self.stage.mei.number, self.stage.ana.number, self.stage.ben.number)


async def kill_once(ground: Ground, cases: Sequence[Case], after: int) -> tuple[list[Outcome], int]:
    """Kill the process that all these cases are about; `after` and what is returned number the last call at Stripe."""
    victim = cases[0].kill.victim
    process = ground.process(victim)
    async with AsyncExitStack() as leaving:
        trials = [Trial(case=case, stage=await leaving.enter_async_context(ground.stage())) for case in cases]
        await asyncio.gather(*(_prepare(ground, trial) for trial in trials))
        ready = [trial for trial in trials if trial.wrong is None]
        lookout = ground.lookouts[victim]
        lookout.watches = [_watch(ground, trial) for trial in ready]
        await asyncio.gather(*(_come_to_the_point(ground, trial) for trial in ready))
        _let_hear(ready)
        await asyncio.sleep(HEARS_WITHIN)
        process.kill()
        killed = time.monotonic()
        _drop(lookout.watches)
        lookout.watches = []
        process.restart()
        back = asyncio.create_task(_back(ground, victim))
        await asyncio.gather(*(_see_where_it_stood(ground, trial) for trial in ready))
        late = asyncio.create_task(_go_on_at_stripe(ground, trials))
        await asyncio.gather(*(_settle(ground, trial, killed) for trial in ready))
        down = await back - killed
        await late
    done, last = await effects_by_saga(ground, after)
    return [await _outcome(ground, trial, done, down) for trial in trials], last


async def _back(ground: Ground, victim: Victim) -> float:
    """When the new process is ready."""
    await asyncio.to_thread(ground.stack.wait_ready, victim)
    return time.monotonic()


async def _go_on_at_stripe(ground: Ground, trials: Sequence[Trial]) -> None:
    """Let what Stripe keeps back go on: at once, or when the new process has had the time to ask again."""
    if any(trial.case.point is Point.LATE for trial in trials):
        await asyncio.sleep(ASKED_AGAIN_AFTER)
    await ground.stripe.delete("/sim/faults")


async def _prepare(ground: Ground, trial: Trial) -> None:
    try:
        trial.errand = await ERRANDS[trial.case.kill.errand](ground, trial.stage)
        await until(partial(_quiet, ground, trial), "nothing under way", within=QUIET_WITHIN)
    except PlayError as failure:
        trial.missed, trial.wrong = True, f"it could not be prepared: {failure}"


async def _quiet(ground: Ground, trial: Trial) -> bool | None:
    return await unsettled(ground, None, trial.people) is None or None


def _watch(ground: Ground, trial: Trial) -> Watch:
    errand = trial.errand
    if errand is None:
        raise ValueError(f"{trial.case} was not prepared")
    trial.watch = Watch(
        subject=errand.subject,
        trip=trial.case.trip,
        is_meant=ground.is_meant,
        prepare_stripe=partial(_prepare_stripe, ground, trial),
    )
    return trial.watch


async def _prepare_stripe(ground: Ground, trial: Trial, key: str) -> None:
    """What Stripe's stand-in shall do to the call with this key, ordered before it can be sent."""
    if trial.errand is not None and trial.errand.refused:
        await ground.stripe.post("/sim/faults", {"kind": "status", "status": 400, "key": key})
    if trial.case.trip.at_stripe:
        await _keep_at_stripe(ground, trial, key)


async def _keep_at_stripe(ground: Ground, trial: Trial, key: str) -> None:
    """Have Stripe's stand-in hang: over the call with this key, or over the next look at this very object."""
    look = trial.errand.look if trial.errand else ""
    called = {"path": look} if trial.case.trip.looks else {"key": key}
    late, before = trial.case.point is Point.LATE, trial.case.point is not Point.ACTED
    hang = {"kind": "hang", "before": before, "anyway": late, "seconds": AT_STRIPE}
    await ground.stripe.post("/sim/faults", {**hang, **called})


async def _come_to_the_point(ground: Ground, trial: Trial) -> None:
    errand, watch = trial.errand, trial.watch
    if errand is None or watch is None or trial.case.point is Point.RESTING:
        return
    try:
        async with asyncio.timeout(COMES_WITHIN):
            if watch.trip.at_stripe and watch.trip.call is None:
                await _keep_at_stripe(ground, trial, "")
            await errand.set_off()
            if not watch.trip.at_stripe:
                await watch.hold.reached.wait()
                return
            await watch.frozen.wait()
            await until(partial(_struck, ground, trial), f"Stripe keeps {watch.trip.call} back", within=COMES_WITHIN)
    except (TimeoutError, PlayError) as failure:
        trial.missed, trial.wrong = True, f"it never came to the point: {failure!r}"


async def _struck(ground: Ground, trial: Trial) -> bool | None:
    """Whether the call that Stripe shall keep back has come."""
    wanted = trial.errand.look if trial.case.trip.looks and trial.errand else None
    key = trial.watch.key if trial.watch else None
    standing = rows(await ground.stripe.get("/sim/faults"))
    return None if any(one["path"] == wanted if wanted else one["key"] == key for one in standing) else True


def _let_hear(trials: Sequence[Trial]) -> None:
    for trial in trials:
        if trial.case.point is Point.COMMITTED and trial.watch is not None:
            trial.watch.hold.let_go()


def _drop(watches: Sequence[Watch]) -> None:
    for watch in watches:
        watch.over = True
        watch.hold.drop()


async def _see_where_it_stood(ground: Ground, trial: Trial) -> None:
    if trial.wrong is None and trial.watch is not None:
        trial.watch.saga = trial.watch.saga or await ground.saga_of(trial.watch.subject)
        wrong = await misplaced(ground, trial.case, trial.watch.saga)
        trial.wrong = None if wrong is None else f"killed elsewhere: {wrong}"


async def _settle(ground: Ground, trial: Trial, killed: float) -> None:
    errand = trial.errand
    if errand is None:
        return
    if trial.case.point is Point.RESTING:
        try:
            await errand.set_off()
        except PlayError as failure:
            trial.wrong = f"it could not be set off while its process was dead: {failure}"
            return
    while (left := await unsettled(ground, errand, trial.people)) is not None:
        if time.monotonic() - killed > GIVEN_UP_AFTER:
            trial.wrong = trial.wrong or f"not settled: {left}"
            return
        trial.last = left
        await asyncio.sleep(LOOK_EVERY)
    trial.seconds = time.monotonic() - killed


async def _outcome(ground: Ground, trial: Trial, done: dict[str, Counter[str]], down: float) -> Outcome:
    saga = None if trial.watch is None else trial.watch.saga
    case, wrong, effects = trial.case, trial.wrong, None
    if trial.errand is not None:
        mine = done[str(saga)]
        effects = await effects_of(ground, case, saga, trial.errand.subject.person, mine)
        twice = sorted(step for step, times in mine.items() if times > 1)
        if wrong is None and (twice or effects not in (None, 1)):
            wrong = f"Stripe did it {effects} times; more than once: {', '.join(twice) or 'nothing'}"
    seconds = None if trial.seconds is None else max(0.0, trial.seconds - down)
    if wrong is None and seconds is not None and seconds > SETTLES_WITHIN:
        wrong = f"settled only after {seconds:.1f} s, the last was: {trial.last}"
    return Outcome(case=case, down=down, seconds=seconds, effects=effects, missed=trial.missed, wrong=wrong)
