"""The invariants about purchases that an admin closed: each breach is found."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from domain.orders.states import Bearer
from domain.payments.model import HoldStatus
from tests.scenarios.scenario_setup import close_purchase
from tests.stack.audits import MODES, alter_rows, broken, read_modes, without_postings
from tests.stack.worker_stack import WorkerStack
from workers.audit.snapshot import AuditSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingSample:
    """A clean audit snapshot with two closed purchases: one that the platform paid, and one that its runner bears."""

    snapshot: AuditSnapshot
    borne_by_platform: int
    borne_by_runner: int


@pytest.fixture(scope="module")
async def samples(shared_stack: WorkerStack) -> dict[str, ClosingSample]:
    """One sample for each mode of the audit."""
    stack = shared_stack
    await stack.delivered_order(await stack.add_member(runner=True, ready=False, card=None))
    await stack.run_due()
    await stack.control_stripe("clock", advance=3 * 24 * 60 * 60)
    closed = []
    for bearer in (Bearer.PLATFORM, Bearer.RUNNER):
        runner = await stack.add_member(runner=True, card=None)
        order = await stack.claimed_order(runner)
        await stack.bring_to_drop_point(runner, order)
        await close_purchase(stack, order, bearer, "nobody opens")
        await stack.run_due()
        closed.append(order.id)
    read = await read_modes(stack.database, stack.context.stripe)
    return {
        mode: ClosingSample(snapshot=snapshot, borne_by_platform=closed[0], borne_by_runner=closed[1])
        for mode, snapshot in read.items()
    }


@pytest.fixture(params=MODES)
def sample(samples: dict[str, ClosingSample], request: pytest.FixtureRequest) -> ClosingSample:
    """The sample of one mode."""
    return samples[request.param]


def closed_and_still_held(sample: ClosingSample) -> AuditSnapshot:
    return replace(
        sample.snapshot, holds=alter_rows(sample.snapshot.holds, sample.borne_by_runner, status=HoldStatus.HELD)
    )


def closed_and_captured(sample: ClosingSample) -> AuditSnapshot:
    return replace(
        sample.snapshot,
        holds=alter_rows(sample.snapshot.holds, sample.borne_by_platform, status=HoldStatus.CAPTURED, captured=1130),
    )


def sent_though_the_runner_bears_it(sample: ClosingSample) -> AuditSnapshot:
    (sent,) = sample.snapshot.transfers
    return replace(
        sample.snapshot, transfers=[sent, replace(sent, transfer_group=f"order_{sample.borne_by_runner}", amount=1)]
    )


def sent_too_much(sample: ClosingSample) -> AuditSnapshot:
    (sent,) = sample.snapshot.transfers
    return replace(sample.snapshot, transfers=[replace(sent, amount=sent.amount + 1)])


def sent_too_little(sample: ClosingSample) -> AuditSnapshot:
    (sent,) = sample.snapshot.transfers
    return replace(sample.snapshot, transfers=[replace(sent, amount=sent.amount - 1)])


def owed_though_the_runner_bears_it(sample: ClosingSample) -> AuditSnapshot:
    (of_platform,) = [row for row in sample.snapshot.payables if row.order_id == sample.borne_by_platform]
    of_runner = replace(of_platform, order_id=sample.borne_by_runner)
    return replace(sample.snapshot, payables=[*sample.snapshot.payables, of_runner])


def not_owed_though_the_platform_bears_it(sample: ClosingSample) -> AuditSnapshot:
    return replace(
        sample.snapshot,
        payables=[row for row in sample.snapshot.payables if row.order_id != sample.borne_by_platform],
    )


def owed_another_amount(sample: ClosingSample) -> AuditSnapshot:
    return replace(sample.snapshot, payables=alter_rows(sample.snapshot.payables, sample.borne_by_platform, amount=1))


def no_costs_in_the_ledger(sample: ClosingSample) -> AuditSnapshot:
    kept = [row for row in sample.snapshot.balances if not row.code.startswith("platform_costs")]
    return replace(sample.snapshot, balances=kept)


def owed_and_never_booked(sample: ClosingSample) -> AuditSnapshot:
    return without_postings(sample.snapshot, "goodwill")


def booked_as_if_captured(sample: ClosingSample) -> AuditSnapshot:
    return replace(
        sample.snapshot,
        payables=alter_rows(sample.snapshot.payables, sample.borne_by_platform, charge="ch_of_nobody"),
    )


BREACHES: dict[Callable[[ClosingSample], AuditSnapshot], str] = {
    closed_and_still_held: "I4",
    closed_and_captured: "I4",
    sent_though_the_runner_bears_it: "I3",
    sent_too_much: "I3",
    sent_too_little: "I5",
    owed_though_the_runner_bears_it: "I5",
    not_owed_though_the_platform_bears_it: "I5",
    owed_another_amount: "I5",
    no_costs_in_the_ledger: "I6",
    owed_and_never_booked: "I9",
    booked_as_if_captured: "I9",
}


def test_closed_purchases_breach_no_invariant(sample: ClosingSample) -> None:
    assert broken(sample.snapshot) == {}
    (sent,) = sample.snapshot.transfers
    assert sent.transfer_group == f"order_{sample.borne_by_platform}"


@pytest.mark.parametrize(("bend", "name"), BREACHES.items(), ids=[bend.__name__ for bend in BREACHES])
def test_each_breach_is_found(sample: ClosingSample, bend: Callable[[ClosingSample], AuditSnapshot], name: str) -> None:
    assert name in broken(bend(sample))
