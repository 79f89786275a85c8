"""Outside calls: frozen on the saga row before they are sent, sent under one key, looked up when no answer came."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain.saga import CallOutside
from domain.store.runs import Run
from domain.store.saga_rows import write_run
from domain.store.unit_of_work import UnitOfWork
from workers.outcomes import FAILED, KeySpent, TryLater, Unknown
from workers.steps import OUTSIDE_STEPS
from workers.steps.step import Look, Result, Sent
from workers.stripe_gateway import Stripe

LOOK_AFTER = 2  # unclear answers: the second may be the first one's cached failure: Stripe keeps 500s under the key
KEY_LIVES = timedelta(hours=23)  # Stripe forgets a key after 24 h; sent again it would be a new call


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call to make for a run, as it stood when the call was frozen. A poll has no `move`: only a look."""

    run: Run
    name: str
    sent: Sent
    move: CallOutside | None
    key: str  # it goes out under; what it makes names the first one, `sent.key`, and is found by that
    keyed_at: datetime  # when this key was taken
    unheard_at: datetime  # when an answer last did not tell, or else the key was taken: Stripe may be at it since
    unclear: int  # how many times it was sent without an answer that tells
    failed: int  # how many of these Stripe answered with a failure, which it keeps under this key


async def freeze(work: UnitOfWork, run: Run, move: CallOutside) -> Call | None:
    """The call of this move, frozen on the run: the one there is, or a newly planned one; None: nothing to do."""
    if run.call is None or run.call["name"] != move.name:
        key = f"{run.id}:{move.name}:{run.attempt}"
        params = await OUTSIDE_STEPS[move.name].plan(work, run, key)
        if params is None:
            run.call = None
            return None
        run.call = {
            "name": move.name,
            "key": key,
            "params": params,
            "first_sent_at": work.now.timestamp(),
            "unclear": 0,
        }
    return _thawed(run, move, work.now)


async def freeze_poll(work: UnitOfWork, run: Run, name: str) -> Call | None:
    """A look that changes nothing at Stripe; it needs no key and is not remembered."""
    params = await OUTSIDE_STEPS[name].plan(work, run, "")
    if params is None:
        return None
    sent = Sent(key="", params=params, first_sent_at=work.now, now=work.now)
    now = work.now
    return Call(run=run, name=name, sent=sent, move=None, key="", keyed_at=now, unheard_at=now, unclear=0, failed=0)


async def make(client: Stripe, call: Call) -> Result:
    """Send the call, or look what became of it; raises CallFailed.

    The same key again while Stripe remembers it; after two unclear answers, or 23 hours, a look comes first. A failure
    that Stripe keeps under the key, or a key it forgot, needs another one (KeySpent): where a second call could do
    harm, not before the step says that what went out under this one left no trace.
    """
    step, now = OUTSIDE_STEPS[call.name], call.sent.now
    forgotten = now - call.keyed_at > KEY_LIVES
    if step.look is not None and (call.unclear >= LOOK_AFTER or forgotten):
        found = await _look(step.look, client, call.sent)
        if found is not None:
            return found
    if forgotten or call.failed >= LOOK_AFTER:
        if now - call.unheard_at < step.renew_after:
            raise TryLater(
                "outcome_unclear", f"sent again under another key after {step.renew_after}, if not found by then"
            )
        raise KeySpent("key_spent")
    return await step.call(client, replace(call.sent, key=call.key))


async def _look(look: Look, client: Stripe, sent: Sent) -> Result | None:
    """A look that fails says nothing about the call: it was not sent again, and its key is as good as before."""
    try:
        return await look(client, sent)
    except Unknown as failure:
        raise TryLater(failure.reason, str(failure)) from failure


async def take_new_key(work: UnitOfWork, run: Run, move: CallOutside) -> Call:
    """The call under its next key, on the row before it is sent: whoever sends it again uses the same, for as long.

    So an unclear answer to it is as safe as one to the first: it is no reason for one more key.
    """
    frozen = run.call or {}
    run.call = {**frozen, "renewed": frozen.get("renewed", 0) + 1, "keyed_at": work.now.timestamp(), "failed": 0}
    await write_run(work, run, status=run.progress.status)
    return replace(_thawed(run, move, work.now), run=run.copy())


def mark_unclear(work: UnitOfWork, run: Run, failure: Unknown) -> None:
    """Count an answer that did not tell whether the call was done, and when that was."""
    run.data["unclear_at"] = work.now.timestamp()
    if failure.reason == FAILED:
        run.data["failed_at"] = work.now.timestamp()
    if run.call is not None:
        unclear, failed = run.call["unclear"] + 1, run.call.get("failed", 0) + (failure.reason == FAILED)
        run.call |= {"unclear": unclear, "unclear_at": work.now.timestamp(), "failed": failed, "last": failure.reason}


def _thawed(run: Run, move: CallOutside, now: datetime) -> Call:
    frozen = run.call or {}
    first, renewed = frozen["first_sent_at"], frozen.get("renewed", 0)
    keyed_at = frozen.get("keyed_at", first)
    sent = Sent(key=frozen["key"], params=frozen["params"], first_sent_at=_moment(first), now=now)
    return Call(
        run=run,
        name=move.name,
        sent=sent,
        move=move,
        key=f"{sent.key}:{renewed}" if renewed else sent.key,
        keyed_at=_moment(keyed_at),
        unheard_at=_moment(max(keyed_at, frozen.get("unclear_at", 0))),
        unclear=frozen["unclear"],
        failed=frozen.get("failed", 0),
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
