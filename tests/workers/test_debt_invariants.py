"""The invariants about orders that were delivered and not paid: each breach is found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.audits import MODES, broken, read_modes
from tests.worker_stack import WorkerStack
from tests.workers.customer_debt_setup import owed_order, pay_debt
from tests.workers.scenario_setup import new_admin
from tests.workers.test_debt_endings import waive_debt
from workers.audit.snapshot_repository import AuditSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtSample:
    """A clean audit snapshot with three debts: open, paid and waived."""

    snapshot: AuditSnapshot
    owed: int
    paid: int
    waived: int

    def altered(self, order_id: int, **changed: object) -> AuditSnapshot:
        """The snapshot with the order's debt changed."""
        rows: list[Any] = [
            {**row, **changed} if row["order_id"] == order_id else row for row in self.snapshot.customer_debts
        ]
        return replace(self.snapshot, customer_debts=rows)

    def without(self, kind: str) -> AuditSnapshot:
        """The snapshot without postings of this kind."""
        return replace(self.snapshot, postings=[row for row in self.snapshot.postings if row["kind"] != kind])


@pytest.fixture(scope="module")
async def samples(shared_stack: WorkerStack) -> dict[str, DebtSample]:
    """One sample for each mode of the audit."""
    stack = shared_stack
    owed = await owed_order(stack, await stack.add_member())
    customer = await stack.add_member()
    paid = await owed_order(stack, customer)
    await stack.save_test_card(customer.person_id, "pm_card_visa")
    await pay_debt(stack, customer, paid)
    await stack.run_due()
    waived = await owed_order(stack, await stack.add_member())
    await waive_debt(stack, await new_admin(stack), waived)
    read = await read_modes(stack.database, stack.context.stripe)
    return {
        mode: DebtSample(snapshot=snapshot, owed=owed.id, paid=paid.id, waived=waived.id)
        for mode, snapshot in read.items()
    }


@pytest.fixture(params=MODES)
def sample(samples: dict[str, DebtSample], request: pytest.FixtureRequest) -> DebtSample:
    """The sample of one mode."""
    return samples[request.param]


def a_debt_that_was_forgotten(sample: DebtSample) -> AuditSnapshot:
    return replace(sample.snapshot, customer_debts=[])


def a_debt_of_another_amount(sample: DebtSample) -> AuditSnapshot:
    return sample.altered(sample.owed, amount=1)


def owed_though_it_was_captured(sample: DebtSample) -> AuditSnapshot:
    return sample.altered(sample.paid, status="open")


def paid_though_nothing_was_captured(sample: DebtSample) -> AuditSnapshot:
    return sample.altered(sample.owed, status="paid")


def owed_for_an_order_in_flight(sample: DebtSample) -> AuditSnapshot:
    rows: list[Any] = [{**row, "status": "ARRIVED"} for row in sample.snapshot.orders]
    return replace(sample.snapshot, orders=rows)


def waived_and_not_booked(sample: DebtSample) -> AuditSnapshot:
    return sample.without("forgiven")


def owed_and_not_booked(sample: DebtSample) -> AuditSnapshot:
    return sample.without("unpaid")


def paid_and_not_booked(sample: DebtSample) -> AuditSnapshot:
    return sample.without("settled")


def waived_though_the_ledger_says_owed(sample: DebtSample) -> AuditSnapshot:
    return sample.altered(sample.owed, status="waived")


def costs_of_nobodys_debt(sample: DebtSample) -> AuditSnapshot:
    rows: list[Any] = [
        {**row, "balance": row["balance"] + (1 if row["code"].startswith("bad_debts:") else 0)}
        for row in sample.snapshot.balances
    ]
    return replace(sample.snapshot, balances=rows)


BREACHES: dict[Callable[[DebtSample], AuditSnapshot], Sequence[str]] = {
    a_debt_that_was_forgotten: ("I5", "I6", "I9"),
    a_debt_of_another_amount: ("I5", "I6"),
    owed_though_it_was_captured: ("I5", "I6", "I9"),
    paid_though_nothing_was_captured: ("I5", "I6", "I9"),
    owed_for_an_order_in_flight: ("I5",),
    waived_and_not_booked: ("I9",),
    owed_and_not_booked: ("I9",),
    paid_and_not_booked: ("I9",),
    waived_though_the_ledger_says_owed: ("I6", "I9"),
    costs_of_nobodys_debt: ("I6",),
}


def test_debts_breach_no_invariant(sample: DebtSample) -> None:
    assert broken(sample.snapshot) == {}
    assert [row["status"] for row in sample.snapshot.customer_debts] == ["open", "paid", "waived"]


@pytest.mark.parametrize(("bend", "names"), BREACHES.items(), ids=[bend.__name__ for bend in BREACHES])
def test_each_breach_is_found(
    sample: DebtSample, bend: Callable[[DebtSample], AuditSnapshot], names: Sequence[str]
) -> None:
    assert set(names) <= broken(bend(sample)).keys()
