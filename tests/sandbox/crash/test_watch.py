"""Tests of parsed transactions, and of the watch that holds one message at its point, once."""

from uuid import UUID

import pytest

from sandbox.crash.kill_points import KillPoint, StepKind, WatchTarget
from sandbox.crash.observed_transaction import ObservedStatement, ObservedTransaction
from sandbox.crash.point_watch import PointWatch, SagaSubject
from sandbox.crash.postgres_proxy import InterceptPoint

SAGA_ID = UUID("11111111-2222-4333-8444-555555555555")
OTHER_SAGA_ID = UUID("99999999-2222-4333-8444-555555555555")
STEP = "open_checkout"
PERSON = 350_001
SUBJECT = SagaSubject(saga_kind="save_card", person_id=PERSON)


def preparing_transaction(saga: UUID, step: str = STEP) -> ObservedTransaction:
    """A transaction that prepares a call."""
    call = f'{{"name": "{step}", "key": "{saga}:{step}:1", "params": {{}}}}'
    return ObservedTransaction(
        [ObservedStatement("UPDATE saga SET status=$1::TEXT, call=$2::JSONB", (b"running", call.encode()))]
    )


def recording_transaction(saga: UUID) -> ObservedTransaction:
    """A transaction that records the outcome of a call."""
    sql = "SELECT saga.id FROM saga WHERE saga.id = $1::UUID AND saga.fence = $2::INTEGER FOR NO KEY UPDATE"
    return ObservedTransaction([ObservedStatement(sql, (saga.bytes, bytes(4)))])


def starting_transaction(saga: UUID, person: int) -> ObservedTransaction:
    """A person's transaction that starts a saga."""
    user_lock = ObservedStatement("SELECT pg_advisory_xact_lock($1::BIGINT)", (person.to_bytes(8, "big"),))
    insert = ObservedStatement(
        "INSERT INTO saga (id, kind, order_id, wake_at) VALUES ($1::UUID, $2::TEXT, $3::BIGINT, now())"
        " ON CONFLICT (name) DO NOTHING RETURNING saga.number",
        (saga.bytes, b"save_card", (12).to_bytes(8, "big")),
    )
    return ObservedTransaction([user_lock, insert])


def make_watch(step_kind: StepKind, point: KillPoint, call: str | None) -> PointWatch:
    """A watch for a step of the first saga."""

    async def is_meant(saga: UUID, _subject: SagaSubject) -> bool:
        return saga == SAGA_ID

    async def prepare_stripe(_key: str) -> None:
        return None

    return PointWatch(
        subject=SUBJECT,
        target=WatchTarget(step_kind=step_kind, point=point, prepared_call=call),
        is_saga_of=is_meant,
        order_stripe_faults=prepare_stripe,
    )


def test_a_transaction_says_which_call_it_prepares_and_which_saga_it_starts() -> None:
    (prepared,) = preparing_transaction(SAGA_ID).prepared_calls
    assert (prepared.saga_id, prepared.step, prepared.idempotency_key) == (SAGA_ID, STEP, f"{SAGA_ID}:{STEP}:1")
    (started,) = starting_transaction(SAGA_ID, PERSON).started_sagas
    assert (started.saga_id, started.kind, started.order_id) == (SAGA_ID, "save_card", 12)
    assert recording_transaction(SAGA_ID).locked_sagas == {SAGA_ID}


@pytest.mark.parametrize(
    ("point", "moment", "answer"),
    [
        (KillPoint.ANSWERED, InterceptPoint.STATEMENT, False),
        (KillPoint.COMMIT_HELD, InterceptPoint.COMMIT, False),
        (KillPoint.COMMIT_ACK_LOST, InterceptPoint.COMMIT, True),
        (KillPoint.COMMITTED, InterceptPoint.COMMIT, True),
    ],
)
async def test_the_outcome_of_a_call_is_waited_for_after_it_was_prepared(
    point: KillPoint, moment: InterceptPoint, answer: bool
) -> None:
    waiting = make_watch(StepKind.WRITE_CALL, point, STEP)
    assert await waiting.find_hold(moment, recording_transaction(SAGA_ID)) is None, (
        "the outcome of an earlier call is not held"
    )
    assert await waiting.find_hold(InterceptPoint.COMMIT, preparing_transaction(OTHER_SAGA_ID)) is None
    assert await waiting.find_hold(InterceptPoint.COMMIT, preparing_transaction(SAGA_ID, "ensure_customer")) is None
    assert await waiting.find_hold(InterceptPoint.COMMIT, preparing_transaction(SAGA_ID)) is None
    for other in InterceptPoint:
        assert await waiting.find_hold(other, recording_transaction(OTHER_SAGA_ID)) is None
    assert (
        await waiting.find_hold(
            InterceptPoint.COMMIT if moment is InterceptPoint.STATEMENT else InterceptPoint.STATEMENT,
            recording_transaction(SAGA_ID),
        )
        is None
    )
    taken = await waiting.find_hold(moment, recording_transaction(SAGA_ID))
    assert taken is waiting.held_message
    assert taken.is_commit_answer is answer
    assert await waiting.find_hold(moment, recording_transaction(SAGA_ID)) is None, "only once"


async def test_the_commit_that_prepares_a_call_is_the_point_before_it() -> None:
    waiting = make_watch(StepKind.WRITE_CALL, KillPoint.BEFORE_CALL, STEP)
    taken = await waiting.find_hold(InterceptPoint.COMMIT, preparing_transaction(SAGA_ID))
    assert taken is not None
    assert taken.is_commit_answer, "it is committed, and the process never learns of it"


async def test_a_start_is_known_by_its_person() -> None:
    waiting = make_watch(StepKind.LOCAL_AT_START, KillPoint.COMMIT_HELD, None)
    assert await waiting.find_hold(InterceptPoint.COMMIT, starting_transaction(OTHER_SAGA_ID, PERSON + 1)) is None
    assert await waiting.find_hold(InterceptPoint.STATEMENT, starting_transaction(SAGA_ID, PERSON)) is None
    assert await waiting.find_hold(InterceptPoint.COMMIT, starting_transaction(SAGA_ID, PERSON)) is waiting.held_message
    assert waiting.saga_id == SAGA_ID
