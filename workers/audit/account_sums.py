"""The balance that each ledger account must have by the rows of a snapshot."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from domain.payments.model import CustomerDebtStatus
from domain.payouts.model import RunnerDebtStatus
from domain.refunds.model import DisputeStatus, RefundStatus
from workers.audit.snapshot import AuditSnapshot

ACCEPTED = (RefundStatus.PENDING, RefundStatus.SUCCEEDED)
DISPUTED = {DisputeStatus.OPEN: "dispute_suspense", DisputeStatus.LOST: "dispute_losses"}


def wanted_accounts(snapshot: AuditSnapshot) -> Mapping[str, int]:
    """Return ledger account -> minor units it must hold: by Postgres if the snapshot has its sums, else by the rows."""
    return accounts_of_rows(snapshot) if snapshot.coverage is None else snapshot.coverage.wanted


def accounts_of_rows(snapshot: AuditSnapshot) -> Mapping[str, int]:
    """Return the same as Postgres sums over everything, summed over the rows of this snapshot."""
    wanted: dict[str, int] = defaultdict(int)
    for code, amount in (*_of_money_back(snapshot), *_of_customers(snapshot), *_of_payables(snapshot)):
        wanted[code] += amount
    return wanted


def _of_money_back(snapshot: AuditSnapshot) -> Iterator[tuple[str, int]]:
    for refund in snapshot.refund_rows:
        if refund.status in ACCEPTED:
            yield f"refunds_borne:{refund.currency}", refund.platform_amount - refund.from_advance
    for debt in snapshot.debts:
        if debt.status is RunnerDebtStatus.OPEN:
            yield f"runner_debt:{debt.runner_id}:{debt.currency}", debt.left
        elif debt.status is RunnerDebtStatus.WAIVED:
            yield f"refunds_borne:{debt.currency}", debt.left
    for dispute in snapshot.disputes:
        account = DISPUTED.get(dispute.status)
        if account is not None:
            yield f"{account}:{dispute.currency}", dispute.withdrawn


def _of_customers(snapshot: AuditSnapshot) -> Iterator[tuple[str, int]]:
    for debt in snapshot.customer_debts:
        if debt.status is CustomerDebtStatus.OPEN:
            yield f"customer_debt:{debt.customer_id}:{debt.currency}", debt.amount
        elif debt.status is CustomerDebtStatus.WAIVED:
            yield f"bad_debts:{debt.currency}", debt.amount


def _of_payables(snapshot: AuditSnapshot) -> Iterator[tuple[str, int]]:
    uncollected = {debt.order_id for debt in snapshot.customer_debts}
    for payable in snapshot.payables:
        yield f"runner_payable:{payable.runner_id}:{payable.currency}", -payable.due
        if not payable.charge and payable.order_id not in uncollected:
            yield f"platform_costs:{payable.currency}", payable.amount


def find_platform_cost_breaches(snapshot: AuditSnapshot) -> list[str]:
    """Find currencies where the booked platform costs are not the amounts that the platform bears by our rows."""
    booked: dict[str, int] = defaultdict(int)
    for account in snapshot.balances:
        if account.code.startswith("platform_costs:"):
            booked[account.currency] += account.balance
    borne: dict[str, int] = defaultdict(int)
    for code, amount in wanted_accounts(snapshot).items():
        if code.startswith("platform_costs:"):
            borne[code.partition(":")[2]] += amount
    return [
        f"{currency}: {booked[currency]} booked as the platform's costs, {borne[currency]} borne"
        for currency in sorted({*booked, *borne})
        if booked[currency] != borne[currency]
    ]
