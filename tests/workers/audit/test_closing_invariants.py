"""The invariants about purchases that an admin closed: each breach is found."""

from dataclasses import replace

import pytest

from domain.orders.states import Bearer
from domain.payments.model import HoldStatus
from tests.scenarios.held_payout_setup import make_held_payout_due, sweep_held_payouts
from tests.scenarios.scenario_setup import close_purchase
from tests.stack.audits import broken
from tests.stack.worker_stack import WorkerStack
from tests.workers.audit.audit_samples import AuditSample, Change, read_samples
from workers.audit.snapshot import AuditSnapshot


@pytest.fixture(scope="module")
async def samples(shared_stack: WorkerStack) -> dict[str, AuditSample]:
    """Two closed purchases: one that the platform paid, and one that its runner bears."""
    stack = shared_stack
    await stack.delivered_order(await stack.add_member(runner=True, ready=False, card=None))
    await stack.run_due()
    await stack.control_stripe("clock", advance=3 * 24 * 60 * 60)
    closed = {}
    for bearer in (Bearer.PLATFORM, Bearer.RUNNER):
        runner = await stack.add_member(runner=True, card=None)
        order = await stack.claimed_order(runner)
        await stack.bring_to_drop_point(runner, order)
        await close_purchase(stack, order, bearer, "nobody opens")
        await stack.run_due()
        await make_held_payout_due(stack, order)
        await sweep_held_payouts(stack)
        closed[bearer.value] = order
    return await read_samples(stack, **closed)


def with_sent(sample: AuditSample, more: int) -> AuditSnapshot:
    (sent,) = sample.snapshot.transfers
    return sample.alter_all("transfers", amount=sent.amount + more)


def owed_though_the_runner_bears_it(sample: AuditSample) -> AuditSnapshot:
    (of_platform,) = [row for row in sample.snapshot.payables if row.order_id == sample.orders["platform"]]
    return sample.add("payables", replace(of_platform, order_id=sample.orders["runner"]))


def not_owed_though_the_platform_bears_it(sample: AuditSample) -> AuditSnapshot:
    kept = [row for row in sample.snapshot.payables if row.order_id != sample.orders["platform"]]
    return sample.set_rows("payables", kept)


def no_costs_in_the_ledger(sample: AuditSample) -> AuditSnapshot:
    kept = [row for row in sample.snapshot.balances if not row.code.startswith("platform_costs")]
    return sample.set_rows("balances", kept)


BREACHES: dict[str, tuple[str, Change]] = {
    "closed and still held": ("I4", lambda sample: sample.alter("holds", "runner", status=HoldStatus.HELD)),
    "closed and captured": (
        "I4",
        lambda sample: sample.alter("holds", "platform", status=HoldStatus.CAPTURED, captured=1130),
    ),
    "sent though the runner bears it": (
        "I3",
        lambda sample: sample.copy_first("transfers", transfer_group=f"order_{sample.orders['runner']}", amount=1),
    ),
    "sent too much": ("I3", lambda sample: with_sent(sample, 1)),
    "sent too little": ("I5", lambda sample: with_sent(sample, -1)),
    "owed though the runner bears it": ("I5", owed_though_the_runner_bears_it),
    "not owed though the platform bears it": ("I5", not_owed_though_the_platform_bears_it),
    "owed another amount": ("I5", lambda sample: sample.alter("payables", "platform", amount=1)),
    "no costs in the ledger": ("I6", no_costs_in_the_ledger),
    "owed and never booked": ("I9", lambda sample: sample.without_postings("goodwill")),
    "booked as if captured": ("I9", lambda sample: sample.alter("payables", "platform", charge="ch_of_nobody")),
}


def test_closed_purchases_breach_no_invariant(sample: AuditSample) -> None:
    assert broken(sample.snapshot) == {}
    (sent,) = sample.snapshot.transfers
    assert sent.transfer_group == f"order_{sample.orders['platform']}"


@pytest.mark.parametrize(("name", "change"), BREACHES.values(), ids=BREACHES)
def test_each_breach_is_found(sample: AuditSample, name: str, change: Change) -> None:
    assert name in broken(change(sample))
