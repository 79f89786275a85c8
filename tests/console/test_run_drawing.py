"""Tests that each status of a saga run is drawn as its steps stand."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from console.pages.run_drawing import StepState, step_states, step_words
from console.reading.order_repository import StoredRun
from domain.registers import build_saga_register
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga, SagaStatus, Wait
from domain.saga.refusals import RefusalKind, StripeRefusal

D, N, W, X, U, L = StepState  # done, now, wait, stuck, undone, later
SAGA = Saga(
    kind="bring",
    steps=(
        LocalStep(name="note", compensation="forget"),
        ExternalStep(name="hold", compensation="release"),
        Wait(signal="yes", window="payment", timeout_reason="no_answer"),
        Pivot(),
        ExternalStep(name="pay"),
    ),
)
AT = datetime(2026, 1, 1, tzinfo=UTC)
REFUSAL = StripeRefusal(kind=RefusalKind.BANK, step="hold")


def run(status: SagaStatus, position: int, **changed: Any) -> StoredRun:
    plain: dict[str, Any] = {
        "number": 1,
        "name": "bring:1",
        "kind": "bring",
        "version": 1,
        "definition": SAGA,
        "order_id": 1,
        "attempt": 1,
        "tries": 0,
        "started_at": AT,
        "stripe_ids": {},
        "compensating": False,
        **dict.fromkeys(("worker", "wake_at", "waiting_until", "failing_since", "ended_at"), None),
        **dict.fromkeys(("reason", "error", "call", "refusal"), None),
    }
    return StoredRun(status=status, position=position, **(plain | changed))


CASES: Mapping[str, tuple[StoredRun, tuple[StepState, ...]]] = {
    "in flight": (run(SagaStatus.RUNNING, 1), (D, N, L, L, L)),
    "waiting": (run(SagaStatus.RUNNING, 2), (D, D, W, L, L)),
    "done": (run(SagaStatus.DONE, 5, ended_at=AT), (D, D, D, D, D)),
    "stuck": (run(SagaStatus.STUCK, 4), (D, D, D, D, X)),
    "resolved": (run(SagaStatus.RESOLVED, 4, ended_at=AT), (D, D, D, D, X)),
    "undoing": (run(SagaStatus.COMPENSATING, 0, compensating=True, refusal=REFUSAL), (N, U, L, L, L)),
    "undone": (run(SagaStatus.COMPENSATED, -1, compensating=True, ended_at=AT, refusal=REFUSAL), (U, U, L, L, L)),
    "timed out": (run(SagaStatus.COMPENSATING, 1, compensating=True, reason="no_answer"), (D, N, L, L, L)),
    "stuck undoing": (run(SagaStatus.STUCK, 1, compensating=True, reason="no_answer"), (D, X, L, L, L)),
}


@pytest.mark.parametrize("name", CASES)
def test_each_status_is_drawn_as_it_stands(name: str) -> None:
    drawn, expected = CASES[name]
    assert tuple(step_states(drawn)) == expected


def test_a_saga_of_another_release_has_no_steps() -> None:
    assert step_states(run(SagaStatus.RUNNING, 1, definition=None)) == ()


def test_each_step_of_each_saga_has_words() -> None:
    for saga in build_saga_register().sagas.values():
        for step in saga.steps:
            assert step_words(step)
            assert "_" not in step_words(step)
