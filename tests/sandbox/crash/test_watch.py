"""What a transaction is about, and the watch that takes the very moment it waits for, once, and no other."""

from uuid import UUID

import pytest

from sandbox.crash.points import Point, Trip, Way
from sandbox.crash.proxy import Moment
from sandbox.crash.transaction import Statement, Transaction
from sandbox.crash.watch import Subject, Watch

MINE = UUID("11111111-2222-4333-8444-555555555555")
ANOTHER = UUID("99999999-2222-4333-8444-555555555555")
STEP = "open_checkout"
PERSON = 350_001
SUBJECT = Subject(saga="save_card", person=PERSON)


def freezing(saga: UUID, step: str = STEP) -> Transaction:
    """A transaction that writes a call down before it is made."""
    call = f'{{"name": "{step}", "key": "{saga}:{step}:1", "params": {{}}}}'
    return Transaction([Statement("UPDATE saga SET status=$1::TEXT, call=$2::JSONB", (b"running", call.encode()))])


def recording(saga: UUID) -> Transaction:
    """A transaction that writes down what came of a call."""
    sql = "SELECT saga.id FROM saga WHERE saga.id = $1::UUID AND saga.fence = $2::INTEGER FOR NO KEY UPDATE"
    return Transaction([Statement(sql, (saga.bytes, bytes(4)))])


def starting(saga: UUID, person: int) -> Transaction:
    """A person's transaction that starts a saga."""
    line = Statement("SELECT pg_advisory_xact_lock($1::BIGINT)", (person.to_bytes(8, "big"),))
    insert = Statement(
        "INSERT INTO saga (id, kind, order_id, wake_at) VALUES ($1::UUID, $2::TEXT, $3::BIGINT, now())"
        " ON CONFLICT (name) DO NOTHING RETURNING saga.number",
        (saga.bytes, b"save_card", (12).to_bytes(8, "big")),
    )
    return Transaction([line, insert])


def watch(way: Way, point: Point, call: str | None) -> Watch:
    """A watch for a step of the first saga's."""

    async def is_meant(saga: UUID, _subject: Subject) -> bool:
        return saga == MINE

    async def prepare_stripe(_key: str) -> None:
        return None

    return Watch(
        subject=SUBJECT,
        trip=Trip(way=way, point=point, call=call),
        is_meant=is_meant,
        prepare_stripe=prepare_stripe,
    )


def test_a_transaction_says_which_call_it_freezes_and_which_saga_it_starts() -> None:
    (frozen,) = freezing(MINE).frozen
    assert (frozen.saga, frozen.step, frozen.key) == (MINE, STEP, f"{MINE}:{STEP}:1")
    (started,) = starting(MINE, PERSON).started
    assert (started.saga, started.kind, started.order) == (MINE, "save_card", 12)
    assert recording(MINE).locked == {MINE}


@pytest.mark.parametrize(
    ("point", "moment", "answer"),
    [
        (Point.ANSWERED, Moment.STATEMENT, False),
        (Point.COMMIT_HELD, Moment.COMMIT, False),
        (Point.COMMIT_UNHEARD, Moment.COMMIT, True),
        (Point.COMMITTED, Moment.COMMIT, True),
    ],
)
async def test_the_outcome_of_a_call_is_waited_for_behind_its_freezing(
    point: Point, moment: Moment, answer: bool
) -> None:
    waiting = watch(Way.CALL, point, STEP)
    assert await waiting.look(moment, recording(MINE)) is None, "of the call before"
    assert await waiting.look(Moment.COMMIT, freezing(ANOTHER)) is None
    assert await waiting.look(Moment.COMMIT, freezing(MINE, "ensure_customer")) is None
    assert await waiting.look(Moment.COMMIT, freezing(MINE)) is None
    for other in Moment:
        assert await waiting.look(other, recording(ANOTHER)) is None
    assert (
        await waiting.look(Moment.COMMIT if moment is Moment.STATEMENT else Moment.STATEMENT, recording(MINE)) is None
    )
    taken = await waiting.look(moment, recording(MINE))
    assert taken is waiting.hold
    assert taken.answer is answer
    assert await waiting.look(moment, recording(MINE)) is None, "only once"


async def test_the_freezing_itself_is_the_moment_before_a_call() -> None:
    waiting = watch(Way.CALL, Point.BEFORE_CALL, STEP)
    taken = await waiting.look(Moment.COMMIT, freezing(MINE))
    assert taken is not None
    assert taken.answer, "it is committed, and the process never hears of it"


async def test_a_start_is_known_by_its_person() -> None:
    waiting = watch(Way.START, Point.COMMIT_HELD, None)
    assert await waiting.look(Moment.COMMIT, starting(ANOTHER, PERSON + 1)) is None
    assert await waiting.look(Moment.STATEMENT, starting(MINE, PERSON)) is None
    assert await waiting.look(Moment.COMMIT, starting(MINE, PERSON)) is waiting.hold
    assert waiting.saga == MINE
