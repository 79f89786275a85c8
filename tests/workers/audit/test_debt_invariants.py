"""The invariants about orders that were delivered and not paid: each breach is found."""

import pytest

from domain.orders.states import OrderStatus
from domain.payments.model import CustomerDebtStatus
from tests.domain.payments.test_debt_endings import waive_debt
from tests.scenarios.customer_debt_setup import owed_order, pay_debt
from tests.scenarios.scenario_setup import new_admin
from tests.stack.audits import broken
from tests.stack.worker_stack import WorkerStack
from tests.workers.audit.audit_samples import AuditSample, Change, read_samples
from workers.audit.snapshot import AuditSnapshot


@pytest.fixture(scope="module")
async def samples(shared_stack: WorkerStack) -> dict[str, AuditSample]:
    """Three debts: open, paid and waived."""
    stack = shared_stack
    owed = await owed_order(stack, await stack.add_member())
    customer = await stack.add_member()
    paid = await owed_order(stack, customer)
    await stack.save_test_card(customer.person_id, "pm_card_visa")
    await pay_debt(stack, customer, paid)
    await stack.run_due()
    waived = await owed_order(stack, await stack.add_member())
    await waive_debt(stack, await new_admin(stack), waived)
    return await read_samples(stack, owed=owed, paid=paid, waived=waived)


def with_debt(sample: AuditSample, order: str, status: CustomerDebtStatus) -> AuditSnapshot:
    return sample.alter("customer_debts", order, status=status)


BREACHES: dict[str, tuple[set[str], Change]] = {
    "a debt that was forgotten": ({"I5", "I6", "I9"}, lambda sample: sample.set_rows("customer_debts", [])),
    "a debt of another amount": ({"I5", "I6"}, lambda sample: sample.alter("customer_debts", "owed", amount=1)),
    "owed though it was captured": (
        {"I5", "I6", "I9"},
        lambda sample: with_debt(sample, "paid", CustomerDebtStatus.OPEN),
    ),
    "paid though nothing was captured": (
        {"I5", "I6", "I9"},
        lambda sample: with_debt(sample, "owed", CustomerDebtStatus.PAID),
    ),
    "owed for an order in flight": ({"I5"}, lambda sample: sample.alter_all("orders", status=OrderStatus.ARRIVED)),
    "waived and not booked": ({"I9"}, lambda sample: sample.without_postings("forgiven")),
    "owed and not booked": ({"I9"}, lambda sample: sample.without_postings("unpaid")),
    "paid and not booked": ({"I9"}, lambda sample: sample.without_postings("settled")),
    "waived though the ledger says owed": (
        {"I6", "I9"},
        lambda sample: with_debt(sample, "owed", CustomerDebtStatus.WAIVED),
    ),
    "costs of nobody's debt": ({"I6"}, lambda sample: sample.with_balances("bad_debts", 1)),
}


def test_debts_breach_no_invariant(sample: AuditSample) -> None:
    assert broken(sample.snapshot) == {}
    assert [debt.status for debt in sample.snapshot.customer_debts] == ["open", "paid", "waived"]


@pytest.mark.parametrize(("names", "change"), BREACHES.values(), ids=BREACHES)
def test_each_breach_is_found(sample: AuditSample, names: set[str], change: Change) -> None:
    assert names <= broken(change(sample)).keys()
