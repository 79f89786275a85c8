"""The invariants about refunds: each breach is found."""

from collections.abc import Callable
from dataclasses import dataclass, replace

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
from tests.stack.audits import MODES, alter_rows, broken, read_modes, with_balances, without_postings
from tests.stack.worker_stack import WorkerStack
from workers.audit.snapshot import AuditSnapshot
from workers.stripe.objects.raw_object import ObjectMetadata
from workers.stripe.objects.transfer import TransferReversal

NO_METADATA = ObjectMetadata(values={})


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSample:
    """A clean audit snapshot with three refunds: reversed from the runner, owed by the runner, and failed."""

    snapshot: AuditSnapshot
    taken: int
    owed: int
    failed: int


@pytest.fixture(scope="module")
async def samples(shared_stack: WorkerStack) -> dict[str, RefundSample]:
    """One sample for each mode of the audit."""
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
    read = await read_modes(stack.database, stack.context.stripe)
    return {
        mode: RefundSample(snapshot=snapshot, taken=taken.id, owed=owed.id, failed=failed.id)
        for mode, snapshot in read.items()
    }


@pytest.fixture(params=MODES)
def sample(samples: dict[str, RefundSample], request: pytest.FixtureRequest) -> RefundSample:
    """The sample of one mode."""
    return samples[request.param]


def never_taken_back(sample: RefundSample) -> AuditSnapshot:
    return replace(sample.snapshot, transfers=[replace(one, amount_reversed=0) for one in sample.snapshot.transfers])


def annulled_though_something_is_due(sample: RefundSample) -> AuditSnapshot:
    return replace(
        sample.snapshot,
        payables=alter_rows(sample.snapshot.payables, sample.taken, sent=0, status=PayoutStatus.ANNULLED),
    )


def withheld_for_no_refund(sample: RefundSample) -> AuditSnapshot:
    return replace(sample.snapshot, refund_rows=[])


def borne_by_nobody(sample: RefundSample) -> AuditSnapshot:
    return replace(
        sample.snapshot, refund_rows=alter_rows(sample.snapshot.refund_rows, sample.taken, runner_amount=301)
    )


def a_debt_that_was_forgotten(sample: RefundSample) -> AuditSnapshot:
    return replace(sample.snapshot, debts=[])


def costs_of_no_refund(sample: RefundSample) -> AuditSnapshot:
    return with_balances(sample.snapshot, "refunds_borne", 1)


def a_debt_the_ledger_does_not_know(sample: RefundSample) -> AuditSnapshot:
    return with_balances(sample.snapshot, "runner_debt", -1)


def pay_the_ledger_does_not_know(sample: RefundSample) -> AuditSnapshot:
    return with_balances(sample.snapshot, "runner_payable", -1)


def a_dispute_nobody_wrote_down(sample: RefundSample) -> AuditSnapshot:
    return replace(sample.snapshot, disputes=[])


def a_loss_that_is_none(sample: RefundSample) -> AuditSnapshot:
    disputes = [replace(dispute, status=DisputeStatus.LOST) for dispute in sample.snapshot.disputes]
    return replace(sample.snapshot, disputes=disputes)


def disputed_and_not_booked(sample: RefundSample) -> AuditSnapshot:
    return without_postings(sample.snapshot, "dispute_won")


def more_back_than_paid_at_stripe(sample: RefundSample) -> AuditSnapshot:
    return replace(sample.snapshot, refunds=[replace(one, amount=1131) for one in sample.snapshot.refunds])


def more_back_than_paid_here(sample: RefundSample) -> AuditSnapshot:
    return replace(sample.snapshot, refund_rows=alter_rows(sample.snapshot.refund_rows, sample.taken, amount=1131))


def a_refund_by_hand(sample: RefundSample) -> AuditSnapshot:
    stray = replace(sample.snapshot.refunds[0], id="re_stray", amount=1, metadata=NO_METADATA)
    return replace(sample.snapshot, refunds=[*sample.snapshot.refunds, stray])


def one_call_two_refunds(sample: RefundSample) -> AuditSnapshot:
    twin = replace(sample.snapshot.refunds[0], id="re_twin", amount=1)
    return replace(sample.snapshot, refunds=[*sample.snapshot.refunds, twin])


def a_refund_stripe_does_not_know(sample: RefundSample) -> AuditSnapshot:
    return replace(sample.snapshot, refunds=[])


def a_reversal_by_hand(sample: RefundSample) -> AuditSnapshot:
    stray = TransferReversal(id="trr_stray", amount=1, metadata=NO_METADATA)
    return replace(sample.snapshot, transfers=[replace(one, reversals=(stray,)) for one in sample.snapshot.transfers])


def refunded_and_not_booked(sample: RefundSample) -> AuditSnapshot:
    return without_postings(sample.snapshot, "refund", sample.taken)


def failed_and_not_booked(sample: RefundSample) -> AuditSnapshot:
    return without_postings(sample.snapshot, "refund_failed", sample.failed)


def taken_back_and_not_booked(sample: RefundSample) -> AuditSnapshot:
    return without_postings(sample.snapshot, "reversal", sample.taken)


BREACHES: dict[Callable[[RefundSample], AuditSnapshot], str] = {
    never_taken_back: "I3",
    annulled_though_something_is_due: "I5",
    withheld_for_no_refund: "I5",
    borne_by_nobody: "I5",
    a_debt_that_was_forgotten: "I5",
    costs_of_no_refund: "I6",
    a_debt_the_ledger_does_not_know: "I6",
    pay_the_ledger_does_not_know: "I6",
    a_dispute_nobody_wrote_down: "I6",
    a_loss_that_is_none: "I6",
    disputed_and_not_booked: "I9",
    more_back_than_paid_at_stripe: "I7",
    more_back_than_paid_here: "I7",
    a_refund_by_hand: "I8",
    one_call_two_refunds: "I8",
    a_refund_stripe_does_not_know: "I8",
    a_reversal_by_hand: "I8",
    refunded_and_not_booked: "I9",
    failed_and_not_booked: "I9",
    taken_back_and_not_booked: "I9",
}


def test_refunds_breach_no_invariant(sample: RefundSample) -> None:
    assert broken(sample.snapshot) == {}
    assert [refund.status for refund in sample.snapshot.refund_rows] == ["succeeded", "succeeded", "failed"]
    assert [debt.amount for debt in sample.snapshot.debts] == [1030]


@pytest.mark.parametrize(("bend", "name"), BREACHES.items(), ids=[bend.__name__ for bend in BREACHES])
def test_each_breach_is_found(sample: RefundSample, bend: Callable[[RefundSample], AuditSnapshot], name: str) -> None:
    assert name in broken(bend(sample))
