"""The invariants: each passes on a clean audit snapshot, and names what is wrong with a broken one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from domain.payments.model import HoldPart, HoldStatus
from domain.saga.definition import SagaStatus
from tests.scenarios.stripe_objects import make_intent, make_refund
from tests.stack.audits import MODES, alter_rows, broken, read_modes, without_postings
from tests.stack.worker_stack import WorkerStack
from workers.audit.invariants import INVARIANTS
from workers.audit.snapshot import AuditSnapshot
from workers.stripe.objects.payment_intent import PaymentIntentStatus

INVARIANT_NAMES = [f"I{number}" for number in range(1, 11)]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvariantSample:
    """A clean audit snapshot with an order of each end, and a method that returns altered copies."""

    stack: WorkerStack
    snapshot: AuditSnapshot
    completed: int
    cancelled: int

    def with_hold(self, order_id: int, **changed: object) -> AuditSnapshot:
        """The snapshot with the order's hold changed."""
        return replace(self.snapshot, holds=alter_rows(self.snapshot.holds, order_id, **changed))


@pytest.fixture(scope="module")
async def samples(shared_stack: WorkerStack) -> dict[str, InvariantSample]:
    """A completed, a cancelled and an open order, as each mode of the audit reads them."""
    stack = shared_stack
    completed = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.run_due()
    customer = await stack.add_member()
    cancelled = await stack.open_order(customer)
    await stack.cancel(customer, cancelled)
    await stack.open_order()
    await stack.run_due()
    read = await read_modes(stack.database, stack.context.stripe)
    return {
        mode: InvariantSample(stack=stack, snapshot=snapshot, completed=completed.id, cancelled=cancelled.id)
        for mode, snapshot in read.items()
    }


@pytest.fixture(params=MODES)
def sample(samples: dict[str, InvariantSample], request: pytest.FixtureRequest) -> InvariantSample:
    """The sample of one mode."""
    return samples[request.param]


def test_the_invariants_are_the_ten_promised() -> None:
    empty = AuditSnapshot(
        orders=[],
        holds=[],
        payables=[],
        sagas=[],
        postings=[],
        balances=[],
        event_count=0,
        intents=[],
        transfers=[],
        refunds=[],
        stripe_balance={},
    )
    assert [invariant(empty).name for invariant in INVARIANTS] == INVARIANT_NAMES
    assert broken(empty) == {}


def test_clean_books_breach_none_and_something_was_counted(sample: InvariantSample) -> None:
    assert broken(sample.snapshot) == {}
    assert len(sample.snapshot.orders) == len(sample.snapshot.holds) == len(sample.snapshot.intents) == 3
    assert len(sample.snapshot.transfers) == len(sample.snapshot.payables) == 1
    assert sum(sample.snapshot.stripe_balance.values()) > 0


def captured_too_much(sample: InvariantSample) -> AuditSnapshot:
    return sample.with_hold(sample.completed, captured=99_999)


def captured_otherwise(sample: InvariantSample) -> AuditSnapshot:
    return sample.with_hold(sample.completed, captured=1)


def two_local_holds(sample: InvariantSample) -> AuditSnapshot:
    return replace(sample.snapshot, holds=[*sample.snapshot.holds, *sample.snapshot.holds])


def two_holds_at_stripe(sample: InvariantSample) -> AuditSnapshot:
    return replace(sample.snapshot, intents=[*sample.snapshot.intents, *sample.snapshot.intents])


def a_hold_beside_the_one_that_counts(sample: InvariantSample) -> AuditSnapshot:
    return sample.with_hold(sample.cancelled, status=HoldStatus.HELD, part=HoldPart.FORMER)


def an_orphan_replacement_hold(sample: InvariantSample) -> AuditSnapshot:
    return sample.with_hold(sample.cancelled, part=HoldPart.REPLACEMENT)


def paid_too_much(sample: InvariantSample) -> AuditSnapshot:
    (sent,) = sample.snapshot.transfers
    return replace(sample.snapshot, transfers=[replace(sent, amount=sent.amount + 1)])


def paid_for_nothing(sample: InvariantSample) -> AuditSnapshot:
    (sent,) = sample.snapshot.transfers
    return replace(sample.snapshot, transfers=[sent, replace(sent, transfer_group="order_0")])


def ended_with_a_hold(sample: InvariantSample) -> AuditSnapshot:
    return sample.with_hold(sample.cancelled, status=HoldStatus.HELD)


def ended_with_an_intent(sample: InvariantSample) -> AuditSnapshot:
    held, canceled = PaymentIntentStatus.REQUIRES_CAPTURE, PaymentIntentStatus.CANCELED
    intents = [replace(one, status=held) for one in sample.snapshot.intents if one.status is canceled]
    return replace(sample.snapshot, intents=intents)


def completed_without_a_capture(sample: InvariantSample) -> AuditSnapshot:
    return sample.with_hold(sample.completed, captured=0, status=HoldStatus.HELD)


def completed_without_a_payable(sample: InvariantSample) -> AuditSnapshot:
    return replace(sample.snapshot, payables=[])


def owed_another_amount(sample: InvariantSample) -> AuditSnapshot:
    return replace(sample.snapshot, payables=[replace(row, amount=1) for row in sample.snapshot.payables])


def paid_by_no_transfer(sample: InvariantSample) -> AuditSnapshot:
    return replace(sample.snapshot, transfers=[])


def another_balance_at_stripe(sample: InvariantSample) -> AuditSnapshot:
    return replace(sample.snapshot, stripe_balance={"sgd": sample.snapshot.stripe_balance["sgd"] + 1})


def unrecorded_money(sample: InvariantSample) -> AuditSnapshot:
    return replace(sample.snapshot, stripe_balance={**sample.snapshot.stripe_balance, "usd": 5})


def refunded_too_much(sample: InvariantSample) -> AuditSnapshot:
    (intent,) = [one for one in sample.snapshot.intents if one.status is PaymentIntentStatus.SUCCEEDED]
    return replace(sample.snapshot, refunds=[make_refund("re_0", intent.id, intent.amount_received + 1)])


def an_intent_of_nobody(sample: InvariantSample) -> AuditSnapshot:
    return replace(sample.snapshot, intents=[*sample.snapshot.intents, make_intent("pi_stray")])


def one_call_two_transfers(sample: InvariantSample) -> AuditSnapshot:
    (sent,) = sample.snapshot.transfers
    return replace(sample.snapshot, transfers=[replace(sent, amount=1), replace(sent, amount=1, id="tr_twin")])


def a_hold_stripe_does_not_know(sample: InvariantSample) -> AuditSnapshot:
    return sample.with_hold(sample.cancelled, payment_intent="pi_0")


def booked_twice(sample: InvariantSample) -> AuditSnapshot:
    return replace(sample.snapshot, postings=[*sample.snapshot.postings, *sample.snapshot.postings])


def captured_and_not_booked(sample: InvariantSample) -> AuditSnapshot:
    return without_postings(sample.snapshot, "capture")


def stuck_without_a_word(sample: InvariantSample) -> AuditSnapshot:
    sagas = [
        replace(saga, status=SagaStatus.STUCK, error="") if saga.kind == "cancel_order" else saga
        for saga in sample.snapshot.sagas
    ]
    return replace(sample.snapshot, sagas=sagas)


BREACHES: dict[Callable[[InvariantSample], AuditSnapshot], str] = {
    captured_too_much: "I1",
    captured_otherwise: "I1",
    two_local_holds: "I2",
    two_holds_at_stripe: "I2",
    a_hold_beside_the_one_that_counts: "I2",
    an_orphan_replacement_hold: "I2",
    paid_too_much: "I3",
    paid_for_nothing: "I3",
    ended_with_a_hold: "I4",
    ended_with_an_intent: "I4",
    completed_without_a_capture: "I5",
    completed_without_a_payable: "I5",
    owed_another_amount: "I5",
    paid_by_no_transfer: "I5",
    another_balance_at_stripe: "I6",
    unrecorded_money: "I6",
    refunded_too_much: "I7",
    an_intent_of_nobody: "I8",
    one_call_two_transfers: "I8",
    a_hold_stripe_does_not_know: "I8",
    booked_twice: "I9",
    captured_and_not_booked: "I9",
    stuck_without_a_word: "I10",
}


@pytest.mark.parametrize(("bend", "name"), BREACHES.items(), ids=[bend.__name__ for bend in BREACHES])
def test_each_invariant_finds_its_breach(
    sample: InvariantSample, bend: Callable[[InvariantSample], AuditSnapshot], name: str
) -> None:
    breaches = broken(bend(sample))
    assert name in breaches
    assert all(breaches[name])


async def test_i10_a_saga_that_no_worker_runs_is_found(sample: InvariantSample) -> None:
    """Being due for half a minute, in a database with workers, is too long."""
    stack = sample.stack
    await stack.place_order(await stack.add_member())
    await stack.sql("UPDATE saga SET wake_at = now() - interval '31 seconds' WHERE status = 'running'")
    (finding,) = await stack.breaches()
    assert finding.name == "I10"
    await stack.run_due()
    assert await stack.breaches() == []


async def test_i4_and_i8_find_a_hold_that_no_saga_made(sample: InvariantSample) -> None:
    """A real object at Stripe that no call of ours made, for an order that is over."""
    stack = sample.stack
    customer = (await stack.add_member()).stripe_customer
    params: Any = {
        "amount": 500,
        "currency": "sgd",
        "customer": customer,
        "payment_method": "pm_card_visa",
        "capture_method": "manual",
        "confirm": True,
        "return_url": "https://t.me",
        "metadata": {"order": str(sample.cancelled)},
    }
    made = await stack.context.stripe.v1.payment_intents.create_async(params)
    assert {finding.name for finding in await stack.breaches()} == {"I4", "I8"}
    await stack.context.stripe.v1.payment_intents.cancel_async(made.id)
    assert {finding.name for finding in await stack.breaches()} == {"I8"}


def test_orders_in_flight_are_checked_when_they_are_done(sample: InvariantSample) -> None:
    """I4 and I5 apply to orders without a running saga."""
    sagas = alter_rows(sample.snapshot.sagas, sample.completed, status=SagaStatus.STUCK, error="why")
    snapshot = replace(sample.snapshot, payables=[], postings=[], sagas=sagas)
    assert "I5" not in broken(snapshot)
