"""Sagas that hypothesis generates, beside those of the product."""

from dataclasses import replace

from hypothesis import strategies as st

from domain.registers import build_saga_register
from domain.saga.definition import ExternalStep, LocalStep, NoData, Pivot, Saga, Wait

GENERATED = "generated"
# The product's sagas, with steps of the test's own, which keep no data.
PRODUCT_SAGAS = sorted(
    (replace(saga, data=NoData) for saga in build_saga_register().sagas.values()),
    key=lambda saga: (saga.kind, saga.version),
)
STOPPABLE_SAGAS = [
    saga for saga in PRODUCT_SAGAS if any(isinstance(part, Wait) and part.abort_signals for part in saga.steps)
]

Step = LocalStep | ExternalStep | Wait | Pivot
COMPENSATIONS = st.none() | st.just("undo")
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(LocalStep, name=st.just("local"), compensation=COMPENSATIONS),
    st.builds(
        ExternalStep,
        name=st.just("call"),
        compensation=COMPENSATIONS,
        compensation_is_external=st.booleans(),
        window=st.none() | st.just("payment"),
    ),
    st.builds(
        Wait,
        signal=st.sampled_from(("made", "ready")),
        window=st.just("payment"),
        timeout_reason=st.just("unpaid"),
        abort_signals=st.frozensets(st.sampled_from(("cancelled", "declined"))),
        poll=st.none() | st.just("poll"),
    ),
)


@st.composite
def generated_sagas(draw: st.DrawFn) -> Saga:
    """Generate steps in any order, perhaps with a pivot, after which no call is ever given up."""
    parts = [_named(part, at) for at, part in enumerate(draw(st.lists(STEPS, min_size=1, max_size=7)))]
    if draw(st.booleans()):
        at = draw(st.integers(0, len(parts)))
        behind = (replace(part, window=None) if isinstance(part, ExternalStep) else part for part in parts[at:])
        parts = [*parts[:at], Pivot(), *behind]
    return Saga(kind=GENERATED, steps=tuple(parts))


def _named(part: Step, number: int) -> Step:
    """Give each step names of its own: the idempotency key of a call contains its name."""
    match part:
        case LocalStep(name=name, compensation=undo) | ExternalStep(name=name, compensation=undo):
            return replace(part, name=f"{name} {number}", compensation=undo and f"{undo} {number}")
        case Wait(poll=poll):
            return replace(part, poll=poll and f"{poll} {number}")
        case Pivot():
            return part
