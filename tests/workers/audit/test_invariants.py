"""The invariants: each passes on a clean audit snapshot, and names what is wrong with a broken one."""

from dataclasses import replace

import pytest

from domain.payments.model import HoldPart, HoldStatus
from domain.reconciliation.discrepancy import ForeignKind
from domain.reconciliation.foreign_repository import keep_foreign_object, list_explained_objects
from domain.saga.definition import SagaStatus
from tests.scenarios.reconciliation_setup import create_stray_intent
from tests.scenarios.stripe_objects import make_intent, make_refund
from tests.stack.audits import broken
from tests.stack.worker_stack import WorkerStack
from tests.workers.audit.audit_samples import AuditSample, Change, read_samples
from workers.audit.invariants import INVARIANTS
from workers.audit.snapshot import AuditSnapshot
from workers.stripe.objects.payment_intent import PaymentIntentStatus

INVARIANT_NAMES = [f"I{number}" for number in range(1, 13)]


@pytest.fixture(scope="module")
async def samples(shared_stack: WorkerStack) -> dict[str, AuditSample]:
    """A completed, a cancelled and an open order."""
    stack = shared_stack
    completed = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.run_due()
    customer = await stack.add_member()
    cancelled = await stack.open_order(customer)
    await stack.cancel(customer, cancelled)
    await stack.open_order()
    await stack.run_due()
    return await read_samples(stack, completed=completed, cancelled=cancelled)


def test_the_invariants_are_the_twelve_promised() -> None:
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


def test_clean_books_breach_none_and_something_was_counted(sample: AuditSample) -> None:
    assert broken(sample.snapshot) == {}
    assert len(sample.snapshot.orders) == len(sample.snapshot.holds) == len(sample.snapshot.intents) == 3
    assert len(sample.snapshot.transfers) == len(sample.snapshot.payables) == 1
    assert sum(sample.snapshot.stripe_balance.values()) > 0


def paid_too_much(sample: AuditSample) -> AuditSnapshot:
    (sent,) = sample.snapshot.transfers
    return sample.alter_all("transfers", amount=sent.amount + 1)


def ended_with_an_intent(sample: AuditSample) -> AuditSnapshot:
    held, canceled = PaymentIntentStatus.REQUIRES_CAPTURE, PaymentIntentStatus.CANCELED
    intents = [replace(one, status=held) for one in sample.snapshot.intents if one.status is canceled]
    return sample.set_rows("intents", intents)


def with_stripe_balance(sample: AuditSample, currency: str, more: int) -> AuditSnapshot:
    known = sample.snapshot.stripe_balance
    return replace(sample.snapshot, stripe_balance={**known, currency: known.get(currency, 0) + more})


def refunded_too_much(sample: AuditSample) -> AuditSnapshot:
    (intent,) = [one for one in sample.snapshot.intents if one.status is PaymentIntentStatus.SUCCEEDED]
    return sample.add("refunds", make_refund("re_0", intent.id, intent.amount_received + 1))


def one_call_two_transfers(sample: AuditSample) -> AuditSnapshot:
    (sent,) = sample.snapshot.transfers
    return sample.set_rows("transfers", [replace(sent, amount=1), replace(sent, amount=1, id="tr_twin")])


BREACHES: dict[str, tuple[str, Change]] = {
    "captured too much": ("I1", lambda sample: sample.alter("holds", "completed", captured=99_999)),
    "captured otherwise": ("I1", lambda sample: sample.alter("holds", "completed", captured=1)),
    "two local holds": ("I2", lambda sample: sample.double("holds")),
    "two holds at Stripe": ("I2", lambda sample: sample.double("intents")),
    "a hold beside the one that counts": (
        "I2",
        lambda sample: sample.alter("holds", "cancelled", status=HoldStatus.HELD, part=HoldPart.FORMER),
    ),
    "an orphan replacement hold": (
        "I2",
        lambda sample: sample.alter("holds", "cancelled", part=HoldPart.REPLACEMENT),
    ),
    "paid too much": ("I3", paid_too_much),
    "paid for nothing": ("I3", lambda sample: sample.copy_first("transfers", transfer_group="order_0")),
    "ended with a hold": ("I4", lambda sample: sample.alter("holds", "cancelled", status=HoldStatus.HELD)),
    "ended with an intent": ("I4", ended_with_an_intent),
    "completed without a capture": (
        "I5",
        lambda sample: sample.alter("holds", "completed", captured=0, status=HoldStatus.HELD),
    ),
    "completed without a payable": ("I5", lambda sample: sample.set_rows("payables", [])),
    "owed another amount": ("I5", lambda sample: sample.alter_all("payables", amount=1)),
    "paid by no transfer": ("I5", lambda sample: sample.set_rows("transfers", [])),
    "another balance at Stripe": ("I6", lambda sample: with_stripe_balance(sample, "sgd", 1)),
    "unrecorded money": ("I6", lambda sample: with_stripe_balance(sample, "usd", 5)),
    "refunded too much": ("I7", refunded_too_much),
    "an intent of nobody": ("I8", lambda sample: sample.add("intents", make_intent("pi_stray"))),
    "one call, two transfers": ("I8", one_call_two_transfers),
    "a hold Stripe does not know": ("I8", lambda sample: sample.alter("holds", "cancelled", payment_intent="pi_0")),
    "booked twice": ("I9", lambda sample: sample.double("postings")),
    "captured and not booked": ("I9", lambda sample: sample.without_postings("capture")),
    "stuck without a word": (
        "I10",
        lambda sample: sample.alter("sagas", "cancelled", status=SagaStatus.STUCK, error=""),
    ),
}


@pytest.mark.parametrize(("name", "change"), BREACHES.values(), ids=BREACHES)
def test_each_invariant_finds_its_breach(sample: AuditSample, name: str, change: Change) -> None:
    breaches = broken(change(sample))
    assert name in breaches
    assert all(breaches[name])


@pytest.mark.usefixtures("sample")
async def test_i10_a_saga_that_no_worker_runs_is_found(shared_stack: WorkerStack) -> None:
    """Being due for half a minute, in a database with workers, is too long."""
    stack = shared_stack
    await stack.place_order(await stack.add_member())
    await stack.sql("UPDATE saga SET wake_at = now() - interval '31 seconds' WHERE status = 'running'")
    (finding,) = await stack.breaches()
    assert finding.name == "I10"
    await stack.run_due()
    assert await stack.breaches() == []


@pytest.mark.usefixtures("samples")
async def test_what_rows_of_ours_name_is_not_set_aside_when_it_was_settled(shared_stack: WorkerStack) -> None:
    """A difference of a hold was settled, or one of an object that was adopted later."""
    for kind in ("hold_mismatch", "unknown_intent"):
        await shared_stack.sql(
            "INSERT INTO discrepancy (campus_id, kind, subject, status, ended_at, ended_by, reason)"
            " SELECT orders.campus_id, :kind, payment_intent, 'settled', now(), customer_id, 'looked at'"
            " FROM hold JOIN orders ON orders.id = order_id",
            kind=kind,
        )
        assert await shared_stack.breaches() == []


async def test_more_objects_than_a_statement_has_parameters_are_looked_up(shared_stack: WorkerStack) -> None:
    names = [f"pi_{number}" for number in range(40_000)]
    async with shared_stack.database() as work:
        await keep_foreign_object(work, names[-1], ForeignKind.PAYMENT, "sgd")
        assert await list_explained_objects(work, names) == {names[-1]: ForeignKind.PAYMENT}


async def test_i4_and_i8_find_a_hold_that_no_saga_made(shared_stack: WorkerStack, sample: AuditSample) -> None:
    """A real object at Stripe that no call of ours made, for an order that is over."""
    stack = shared_stack
    made = await create_stray_intent(stack, order=str(sample.orders["cancelled"]))
    assert {finding.name for finding in await stack.breaches()} == {"I4", "I8"}
    await stack.context.stripe.v1.payment_intents.cancel_async(made["id"])
    assert {finding.name for finding in await stack.breaches()} == {"I8"}


def test_orders_in_flight_are_checked_when_they_are_done(sample: AuditSample) -> None:
    """I4 and I5 apply to orders without a running saga."""
    stuck = sample.alter("sagas", "completed", status=SagaStatus.STUCK, error="why")
    assert "I5" not in broken(replace(stuck, payables=[], postings=[]))
