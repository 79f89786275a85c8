"""The invariants about orders that were delivered and not paid: each breach is found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from domain.orders.states import OrderStatus
from domain.payments.model import CustomerDebtStatus
from tests.domain.payments.test_debt_endings import waive_debt
from tests.scenarios.customer_debt_setup import owed_order, pay_debt
from tests.scenarios.scenario_setup import new_admin
from tests.stack.audits import MODES, alter_rows, broken, read_modes, with_balances, without_postings
from tests.stack.worker_stack import WorkerStack
from workers.audit.snapshot import AuditSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtSample:
    """A clean audit snapshot with three debts: open, paid and waived."""

    snapshot: AuditSnapshot
    owed: int
    paid: int
    waived: int

    def altered(self, order_id: int, **changed: object) -> AuditSnapshot:
        """The snapshot with the order's debt changed."""
        debts = alter_rows(self.snapshot.customer_debts, order_id, **changed)
        return replace(self.snapshot, customer_debts=debts)


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
    return sample.altered(sample.paid, status=CustomerDebtStatus.OPEN)


def paid_though_nothing_was_captured(sample: DebtSample) -> AuditSnapshot:
    return sample.altered(sample.owed, status=CustomerDebtStatus.PAID)


def owed_for_an_order_in_flight(sample: DebtSample) -> AuditSnapshot:
    orders = [replace(order, status=OrderStatus.ARRIVED) for order in sample.snapshot.orders]
    return replace(sample.snapshot, orders=orders)


def waived_and_not_booked(sample: DebtSample) -> AuditSnapshot:
    return without_postings(sample.snapshot, "forgiven")


def owed_and_not_booked(sample: DebtSample) -> AuditSnapshot:
    return without_postings(sample.snapshot, "unpaid")


def paid_and_not_booked(sample: DebtSample) -> AuditSnapshot:
    return without_postings(sample.snapshot, "settled")


def waived_though_the_ledger_says_owed(sample: DebtSample) -> AuditSnapshot:
    return sample.altered(sample.owed, status=CustomerDebtStatus.WAIVED)


def costs_of_nobodys_debt(sample: DebtSample) -> AuditSnapshot:
    return with_balances(sample.snapshot, "bad_debts", 1)


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
    assert [debt.status for debt in sample.snapshot.customer_debts] == ["open", "paid", "waived"]


@pytest.mark.parametrize(("bend", "names"), BREACHES.items(), ids=[bend.__name__ for bend in BREACHES])
def test_each_breach_is_found(
    sample: DebtSample, bend: Callable[[DebtSample], AuditSnapshot], names: Sequence[str]
) -> None:
    assert set(names) <= broken(bend(sample)).keys()
