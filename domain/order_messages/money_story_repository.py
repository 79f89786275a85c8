"""The facts of an order's money, read from the event log, the ledger and what is owed."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from sqlalchemy import RowMapping, String, cast, func, select

from domain.database.tables import event_log
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.tables import ledger_account, ledger_entry, ledger_txn
from domain.order_messages.money_story import MoneyFacts, MoneyMoment
from domain.orders.states import Order
from domain.payments.model import CustomerDebtStatus, HoldEvent, HoldStatus
from domain.payments.tables import customer_debt, hold
from domain.payouts.repository import find_payable
from domain.refunds.dispute_repository import has_open_dispute

_SET_ASIDE = (HoldEvent.APPROVAL_ASKED, HoldEvent.MADE, HoldEvent.DECLINED, HoldEvent.RELEASED)


async def read_money_facts(work: UnitOfWork, order: Order) -> MoneyFacts:
    """Return what happened to the money of an order, the oldest first, and what is owed now."""
    moments = [*await _read_holds(work, order), *await _read_postings(work, order)]
    held = select(func.count()).where(hold.c.order_id == order.id, hold.c.status == HoldStatus.HELD)
    owed = select(func.coalesce(func.sum(customer_debt.c.amount), 0)).where(
        customer_debt.c.order_id == order.id, customer_debt.c.status == CustomerDebtStatus.OPEN
    )
    return MoneyFacts(
        order=order,
        moments=sorted(moments, key=lambda each: each.at),
        payable=await find_payable(work, order.id),
        is_held=bool((await work.connection.execute(held)).scalar_one()),
        debt=int((await work.connection.execute(owed)).scalar_one()),
        is_disputed=await has_open_dispute(work, order.id),
    )


async def _read_holds(work: UnitOfWork, order: Order) -> Sequence[MoneyMoment]:
    query = (
        select(event_log.c.at, event_log.c.event, hold.c.amount, func.coalesce(hold.c.payment_intent, ""))
        .join(hold, cast(hold.c.id, String) == event_log.c.subject_id)
        .where(
            event_log.c.campus_id == order.campus_id,
            event_log.c.order_id == order.id,
            event_log.c.subject == "hold",
            event_log.c.event.in_(_SET_ASIDE),
            hold.c.order_id == order.id,
        )
        .order_by(event_log.c.id)
    )
    rows = await work.connection.execute(query)
    return [MoneyMoment(at=at, happened=event, amount=amount, stripe_object=found) for at, event, amount, found in rows]


async def _read_postings(work: UnitOfWork, order: Order) -> Sequence[MoneyMoment]:
    query = (
        select(
            ledger_txn.c.id,
            ledger_txn.c.created_at,
            ledger_txn.c.kind,
            ledger_txn.c.stripe_object,
            ledger_account.c.code,
            ledger_entry.c.amount,
        )
        .join(ledger_entry, ledger_entry.c.txn_id == ledger_txn.c.id)
        .join(ledger_account, ledger_account.c.id == ledger_entry.c.account_id)
        .where(ledger_txn.c.order_id == order.id)
        .order_by(ledger_txn.c.id, ledger_entry.c.line)
    )
    rows = (await work.connection.execute(query)).mappings().all()
    return [_moment_of_posting(list(lines)) for _, lines in groupby(rows, key=lambda row: row["id"])]


def _moment_of_posting(lines: Sequence[RowMapping]) -> MoneyMoment:
    """Return what a posting moved: the largest of its lines; of a capture also the parts.

    A capture that took nothing at Stripe is that of an advance: it tells what of it was earned. What Stripe takes or
    gives in a dispute is in part its fee.
    """
    first = lines[0]
    by_account: Mapping[str, int] = {line["code"].partition(":")[0]: line["amount"] for line in lines}
    is_earned = first["kind"] == "capture" and "stripe_balance" not in by_account
    is_disputed = first["kind"] in ("dispute", "dispute_won")
    largest = max(abs(amount) for amount in by_account.values())
    moved = abs(by_account["dispute_suspense"]) if is_disputed else largest
    return MoneyMoment(
        at=first["created_at"],
        happened="earned" if is_earned else first["kind"],
        amount=by_account.get("advances", 0) if is_earned else moved,
        stripe_object=first["stripe_object"],
        runner=abs(by_account.get("runner_payable", 0)),
        platform=-by_account.get("platform_revenue", 0),
        lacking=by_account.get("forgone", 0),
        fee=abs(by_account.get("stripe_fees", 0)) if is_disputed else 0,
    )
