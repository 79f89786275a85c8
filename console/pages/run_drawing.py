"""A saga run drawn as its steps, with its call, its tries and what Stripe said."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import assert_never

from console.pages.frame import format_clock, order_link
from console.pages.markup import Content, element
from console.reading.order_repository import StoredRun
from console.web.visitors import Visitor
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga, SagaStatus, Wait
from domain.words import Html


class StepState(StrEnum):
    """How a step of a run stands; the value is its class in the styles."""

    DONE = "done"
    NOW = "now"  # its turn: being done, undone, or due
    WAIT = "wait"  # until a signal, or a time
    STUCK = "stuck"
    COMPENSATED = "undone"
    LATER = "later"  # not reached


SIGNS = {
    StepState.DONE: "✓",
    StepState.NOW: "●",
    StepState.WAIT: "⏳",
    StepState.STUCK: "✗",
    StepState.COMPENSATED: "↩",
    StepState.LATER: "○",
}
STATUS_CLASSES = {
    SagaStatus.RUNNING: "now",
    SagaStatus.COMPENSATING: "undone",
    SagaStatus.COMPENSATED: "undone",
    SagaStatus.DONE: "done",
    SagaStatus.STUCK: "stuck",
    SagaStatus.RESOLVED: "",
}


def step_states(run: StoredRun) -> Sequence[StepState]:
    """Return how each step of the run's saga stands; none for a saga that this release does not know."""
    if run.definition is None:
        return ()
    last_step = _find_last_step(run, run.definition)
    return [_state_of(run, run.definition, index, last_step) for index in range(len(run.definition.steps))]


def _find_last_step(run: StoredRun, definition: Saga) -> int:
    """Return the last step that may have had an effect, of a run that compensates; where unknown, the last step."""
    for index, step in enumerate(definition.steps):
        if run.refusal is not None and step.name == run.refusal.step:
            return index
        if isinstance(step, Wait) and run.reason in (step.timeout_reason, *step.abort_signals):
            return index
    return len(definition.steps) - 1


def _state_of(run: StoredRun, definition: Saga, index: int, last_step: int) -> StepState:
    step, here = definition.steps[index], index == run.position
    match run.status:
        case SagaStatus.DONE:
            return StepState.DONE
        case SagaStatus.STUCK | SagaStatus.RESOLVED if here:
            return StepState.STUCK
        case _ if index < run.position:
            return StepState.DONE
        case _ if here and run.ended_at is None:
            return StepState.WAIT if isinstance(step, Wait) and not run.compensating else StepState.NOW
        case _ if run.compensating or run.status is SagaStatus.COMPENSATED:
            is_compensated = isinstance(step, LocalStep | ExternalStep) and step.compensation is not None
            return StepState.COMPENSATED if is_compensated and index <= last_step else StepState.LATER
        case _:
            return StepState.LATER


def draw_run(visitor: Visitor, run: StoredRun, *, with_order: bool = False) -> Html:
    """Draw a run: its status, its steps, and folded away all that its row tells."""
    head = element(
        "h3",
        element("span", run.kind.replace("_", " ")),
        element("span", run.status, class_=f"tag {STATUS_CLASSES[run.status]}"),
        order_link(visitor, run.order_id) if with_order and run.order_id is not None else None,
        element("span", f"{format_clock(visitor, run.started_at)} – {_end_words(visitor, run)}", class_="clock"),
    )
    steps = [] if run.definition is None else list(zip(run.definition.steps, step_states(run), strict=True))
    drawn = element("ol", *(element("li", _draw_step(step, state)) for step, state in steps), class_="steps")
    lines = [element("p", words, class_=look) for words, look in _lines(visitor, run)]
    pairs = [part for name, value in _details(visitor, run) for part in (element("dt", name), element("dd", value))]
    folded = element(
        "details", element("summary", "Calls, keys, signals"), element("dl", *pairs), id=f"run-{run.number}"
    )
    return element("div", head, drawn if steps else None, *lines, folded, class_="run")


def _end_words(visitor: Visitor, run: StoredRun) -> str:
    return "now" if run.ended_at is None else format_clock(visitor, run.ended_at)


def _draw_step(step: LocalStep | ExternalStep | Wait | Pivot, state: StepState) -> Html:
    words = step_words(step)
    return element(
        "span", element("span", SIGNS[state], aria_hidden="true"), words, class_=f"step {state}", title=state
    )


def step_words(step: LocalStep | ExternalStep | Wait | Pivot) -> str:
    """Return the name of a step as words."""
    match step:
        case Pivot():
            return "from here only forward"
        case Wait(signal=signal):
            return f"wait for {signal.replace('_', ' ')}"
        case LocalStep(name=name) | ExternalStep(name=name):
            return name.replace("_", " ")
        case _:
            assert_never(step)


def _lines(visitor: Visitor, run: StoredRun) -> Iterator[tuple[str, str]]:
    """Yield what a person should see without unfolding anything, and how it looks."""
    if run.ended_at is None and run.waiting_until is not None:
        yield f"Waits until {format_clock(visitor, run.waiting_until)}, then gives up.", ""
    if run.reason is not None:
        yield f"It turned back: {run.reason.replace('_', ' ')}.", ""
    if run.status is SagaStatus.STUCK:
        since, why = format_clock(visitor, run.failing_since), (run.error or "").rstrip(".")
        yield f"Stuck since {since}: {why}. It needs a person: /stuck.", "wrong"
    elif run.ended_at is None and run.failing_since is not None:
        again = format_clock(visitor, run.wake_at)
        yield f"Failing since {format_clock(visitor, run.failing_since)}, {run.tries} tries, again at {again}.", "wrong"


def _details(visitor: Visitor, run: StoredRun) -> Iterator[tuple[str, Content]]:
    yield "name", element("code", run.name)
    yield "number, version", f"{run.number}, {run.version}"
    yield "attempt, tries", f"{run.attempt}, {run.tries}"
    if run.worker is not None:
        yield "worker", element("code", run.worker)
    if run.wake_at is not None:
        yield "due at", format_clock(visitor, run.wake_at)
    if run.call is not None:
        first = datetime.fromtimestamp(run.call.first_sent_at, UTC)
        yield "call", element("code", run.call.name)
        yield "idempotency key", element("code", run.call.key)
        yield "first sent", format_clock(visitor, first)
        yield "unknown outcomes", run.call.unknown_outcomes
        if run.call.last is not None:
            yield "last answer", run.call.last
    for name, value in run.stripe_ids.items():
        yield name.replace("_", " "), element("code", value)
    if run.refusal is not None:
        yield "refused", f"{run.refusal.step}: {run.refusal.code or run.refusal.error_type or run.refusal.kind}"
        yield "Stripe's words", run.refusal.message or "-"
        yield "request", element("code", run.refusal.request or "-")
    if run.error is not None:
        yield "last error", run.error
    for signal in run.signals:
        read = "" if signal.seen else ", not read yet"
        yield "signal", f"{signal.name} {format_clock(visitor, signal.at)}{read}"
