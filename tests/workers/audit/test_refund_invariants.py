"""The invariants about refunds: each breach is found."""

import pytest

from domain.orders.states import Bearer
from domain.payouts.model import PayoutStatus
from domain.refunds.model import DisputeStatus
from tests.scenarios.refund_setup import (
    completed_order,
    deliver_dispute,
    receive_event,
    refund_order,
    settle_refund_late,
)
from tests.stack.audits import broken
from tests.stack.worker_stack import WorkerStack
from tests.workers.audit.audit_samples import AuditSample, Change, read_samples
from workers.stripe.objects.raw_object import ObjectMetadata
from workers.stripe.objects.transfer import TransferReversal

NO_METADATA = ObjectMetadata(values={})
STRAY_REVERSAL = TransferReversal(id="trr_stray", amount=1, metadata=NO_METADATA)


@pytest.fixture(scope="module")
async def samples(shared_stack: WorkerStack) -> dict[str, AuditSample]:
    """Three refunds: reversed from the runner, owed by the runner, and failed."""
    stack = shared_stack
    taken = await completed_order(stack, await stack.add_member(runner=True, card=None))
    await refund_order(stack, taken, 300, Bearer.RUNNER)
    runner = await stack.add_member(runner=True, card=None)
    owed = await completed_order(stack, runner)
    await stack.control_stripe(f"accounts/{runner.stripe_account}", pay_out=True)
    await refund_order(stack, owed, None, Bearer.RUNNER)
    for outcome in (None, "won", "lost"):
        disputed = await completed_order(stack, await stack.add_member(runner=True, ready=False, card=None))
        await deliver_dispute(stack, disputed)
        if outcome is not None:
            await deliver_dispute(stack, disputed, outcome=outcome)
    failed = await completed_order(stack, await stack.add_member(runner=True, card=None), card="pm_card_refundFail")
    await refund_order(stack, failed, 200, Bearer.RUNNER)
    await stack.run_due()
    await receive_event(stack, "evt_failed", await settle_refund_late(stack, failed))
    return await read_samples(stack, taken=taken, owed=owed, failed=failed)


BREACHES: dict[str, tuple[str, Change]] = {
    "never taken back": ("I3", lambda sample: sample.alter_all("transfers", amount_reversed=0)),
    "annulled though something is due": (
        "I5",
        lambda sample: sample.alter("payables", "taken", sent=0, status=PayoutStatus.ANNULLED),
    ),
    "withheld for no refund": ("I5", lambda sample: sample.set_rows("refund_rows", [])),
    "borne by nobody": ("I5", lambda sample: sample.alter("refund_rows", "taken", runner_amount=301)),
    "a debt that was forgotten": ("I5", lambda sample: sample.set_rows("debts", [])),
    "costs of no refund": ("I6", lambda sample: sample.with_balances("refunds_borne", 1)),
    "a debt the ledger does not know": ("I6", lambda sample: sample.with_balances("runner_debt", -1)),
    "pay the ledger does not know": ("I6", lambda sample: sample.with_balances("runner_payable", -1)),
    "a dispute nobody wrote down": ("I6", lambda sample: sample.set_rows("disputes", [])),
    "a loss that is none": ("I6", lambda sample: sample.alter_all("disputes", status=DisputeStatus.LOST)),
    "disputed and not booked": ("I9", lambda sample: sample.without_postings("dispute_won")),
    "more back than paid at Stripe": ("I7", lambda sample: sample.alter_all("refunds", amount=1131)),
    "more back than paid here": ("I7", lambda sample: sample.alter("refund_rows", "taken", amount=1131)),
    "a refund by hand": (
        "I8",
        lambda sample: sample.copy_first("refunds", id="re_stray", amount=1, metadata=NO_METADATA),
    ),
    "one call, two refunds": ("I8", lambda sample: sample.copy_first("refunds", id="re_twin", amount=1)),
    "a refund Stripe does not know": ("I8", lambda sample: sample.set_rows("refunds", [])),
    "a reversal by hand": ("I8", lambda sample: sample.alter_all("transfers", reversals=(STRAY_REVERSAL,))),
    "refunded and not booked": ("I9", lambda sample: sample.without_postings("refund", "taken")),
    "failed and not booked": ("I9", lambda sample: sample.without_postings("refund_failed", "failed")),
    "taken back and not booked": ("I9", lambda sample: sample.without_postings("reversal", "taken")),
}


def test_refunds_breach_no_invariant(sample: AuditSample) -> None:
    assert broken(sample.snapshot) == {}
    assert [refund.status for refund in sample.snapshot.refund_rows] == ["succeeded", "succeeded", "failed"]
    assert [debt.amount for debt in sample.snapshot.debts] == [1030]


@pytest.mark.parametrize(("name", "change"), BREACHES.values(), ids=BREACHES)
def test_each_breach_is_found(sample: AuditSample, name: str, change: Change) -> None:
    assert name in broken(change(sample))
