"""Holds, payables and the ledger in Postgres: holds and payables move by guarded UPDATEs, postings are booked once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.discrepancy import DiscrepancyKind, DiscrepancyStatus
from domain.ledger import LedgerAccount, Posting
from domain.payment import (
    HOLD_TRANSITIONS,
    INSUFFICIENT_FUNDS,
    PAYOUT_TRANSITIONS,
    Hold,
    HoldEvent,
    HoldPart,
    HoldStatus,
    Payable,
    PayoutEvent,
    PayoutStatus,
)
from domain.store.event_log import SYSTEM, log_event
from domain.store.row_mappers import hold_from_row, payable_from_row
from domain.store.schema import discrepancy, hold, ledger_account, ledger_entry, ledger_txn, orders, payable
from domain.store.unit_of_work import UnitOfWork

_CURRENT_HOLD = select(hold).where(hold.c.order_id == bindparam("number"), hold.c.part == HoldPart.CURRENT)
_PAYABLE = select(payable).where(payable.c.order_id == bindparam("number"))


def is_current_hold_of(order_id: int) -> ColumnElement[bool]:
    """Build the condition for the hold this order counts on, in any status; there is at most one."""
    return and_(hold.c.order_id == order_id, hold.c.part == HoldPart.CURRENT)


def is_current_hold_with_intent(order_id: int, payment_intent: str) -> ColumnElement[bool]:
    """Build the same condition as is_current_hold_of, if this is also its payment intent."""
    return and_(is_current_hold_of(order_id), hold.c.payment_intent == payment_intent)


async def find_hold(work: UnitOfWork, which: ColumnElement[bool]) -> Hold | None:
    """Return the hold that meets the condition, if there is one; at most one may."""
    row = (await work.connection.execute(select(hold).where(which))).mappings().one_or_none()
    return None if row is None else hold_from_row(row)


async def find_current_hold(work: UnitOfWork, order_id: int) -> Hold | None:
    """Return the hold this order counts on, in any status."""
    row = (await work.connection.execute(_CURRENT_HOLD, {"number": order_id})).mappings().one_or_none()
    return None if row is None else hold_from_row(row)


async def move_current_hold(work: UnitOfWork, order_id: int, happened: HoldEvent, **changes: object) -> Hold | None:
    """Move the order's current hold and log it.

    Return None, and change nothing, when the event is not legal in its status.
    """
    return await move_hold_where(work, is_current_hold_of(order_id), happened, **changes)


async def move_hold_where(
    work: UnitOfWork, which: ColumnElement[bool], happened: HoldEvent, **changes: object
) -> Hold | None:
    """Move the one hold that meets the condition, otherwise as move_current_hold."""
    legal = [before for before, event in HOLD_TRANSITIONS if event is happened]
    (after,) = {status for (_, event), status in HOLD_TRANSITIONS.items() if event is happened}
    before = select(hold.c.id, hold.c.status).where(which).with_for_update().subquery("before")
    campus = select(orders.c.campus_id).where(orders.c.id == hold.c.order_id).scalar_subquery()
    statement = (
        update(hold)
        .where(hold.c.id == before.c.id, hold.c.status.in_(legal))
        .values(status=after, **changes)
        .returning(hold, before.c.status.label("status_before"), campus.label("campus_id"))
    )
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    await log_event(
        work,
        SYSTEM,
        campus_id=row["campus_id"],
        order_id=row["order_id"],
        subject="hold",
        subject_id=row["id"],
        happened=happened,
        before=row["status_before"],
        after=after,
        reason=row["refusal"],
    )
    return hold_from_row(row)


async def insert_current_hold(work: UnitOfWork, order_id: int, saga_id: UUID, amount: int, currency: str) -> None:
    """Insert the current hold of a new try to get an order's money (minor units); the one before is closed."""
    closed = hold.c.status.in_((HoldStatus.RELEASED, HoldStatus.REFUSED))
    # A live hold stays current, and the unique index hold_one_current then refuses the new row.
    before = update(hold).where(is_current_hold_of(order_id), closed)
    await work.connection.execute(before.values(part=HoldPart.FORMER))
    wanted = {"order_id": order_id, "saga_id": saga_id, "status": HoldStatus.REQUESTED}
    await work.connection.execute(insert(hold).values(**wanted, amount=amount, currency=currency))


async def book_payable(work: UnitOfWork, values: dict[str, object]) -> Payable:
    """Insert what a runner is owed for an order; an order has at most one payable."""
    row = (await work.connection.execute(insert(payable).values(values).returning(payable))).mappings().one()
    return payable_from_row(row)


async def find_payable(work: UnitOfWork, order_id: int) -> Payable | None:
    """Return what the runner is owed for the order, if it was booked."""
    row = (await work.connection.execute(_PAYABLE, {"number": order_id})).mappings().one_or_none()
    return None if row is None else payable_from_row(row)


async def lock_payable(work: UnitOfWork, order_id: int) -> Payable | None:
    """Return the same as find_payable, locked until this transaction ends."""
    query = select(payable).where(payable.c.order_id == order_id).with_for_update()
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else payable_from_row(row)


async def list_open_payables(work: UnitOfWork, runner_id: int) -> Sequence[Payable]:
    """Return the payables of a runner for which a pay-out may start, oldest first."""
    query = select(payable).where(
        payable.c.runner_id == runner_id, payable.c.status == PayoutStatus.OPEN, *_payout_allowed()
    )
    rows = (await work.connection.execute(query.order_by(payable.c.id))).mappings()
    return [payable_from_row(row) for row in rows]


async def list_unfunded_payables(work: UnitOfWork, campus_id: int) -> Sequence[Payable]:
    """Return payables Stripe refused to send for lack of platform funds, oldest first; an admin has to retry them."""
    query = select(payable).where(
        payable.c.campus_id == campus_id, payable.c.status == PayoutStatus.OPEN, *_payout_allowed()
    )
    rows = (
        await work.connection.execute(query.where(payable.c.refusal == INSUFFICIENT_FUNDS).order_by(payable.c.id))
    ).mappings()
    return [payable_from_row(row) for row in rows]


async def can_start_payout(work: UnitOfWork, payable_id: int) -> bool:
    """Return whether a pay-out may start: it is open, not frozen by a dispute, and no unknown transfer exists."""
    query = select(payable.c.id).where(
        payable.c.id == payable_id, payable.c.status == PayoutStatus.OPEN, *_payout_allowed()
    )
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


def _payout_allowed() -> tuple[ColumnElement[bool], ...]:
    """Build the conditions of every pay-out: no dispute freezes it, and Stripe has no transfer unknown to us."""
    return ~payable.c.frozen, ~has_unknown_transfer()


def has_unknown_transfer() -> ColumnElement[bool]:
    """Build the condition that Stripe has a transfer for the payable's order that we do not know.

    While it holds, nothing more is sent for the order, even when a person settled the discrepancy. Something is owed
    again only when the discrepancy is gone, because the transfer was reversed.
    """
    unknown = discrepancy.c.kind == DiscrepancyKind.UNKNOWN_TRANSFER
    lasts = discrepancy.c.status.in_((DiscrepancyStatus.OPEN, DiscrepancyStatus.SETTLED))
    return exists().where(discrepancy.c.order_id == payable.c.order_id, unknown, lasts)


async def move_payable(work: UnitOfWork, order_id: int, happened: PayoutEvent, **changes: object) -> Payable | None:
    """Move the order's payable and log it.

    Return None, and change nothing, when the event is not legal in its status. A pay-out starts only while something
    is due, no dispute freezes it and no unknown transfer exists.
    """
    legal = [before for before, event in PAYOUT_TRANSITIONS if event is happened]
    (after,) = {status for (_, event), status in PAYOUT_TRANSITIONS.items() if event is happened}
    here = payable.c.order_id == order_id
    before = select(payable.c.id, payable.c.status).where(here).with_for_update().subquery("before")
    statement = update(payable).where(payable.c.id == before.c.id, payable.c.status.in_(legal))
    if happened is PayoutEvent.STARTED:
        due = payable.c.amount > payable.c.withheld + payable.c.sent + payable.c.netted
        statement = statement.where(*_payout_allowed(), due)
    statement = statement.values(status=after, **changes)
    moved = statement.returning(payable, before.c.status.label("status_before"))
    row = (await work.connection.execute(moved)).mappings().one_or_none()
    if row is None:
        return None
    await log_event(
        work,
        SYSTEM,
        campus_id=row["campus_id"],
        order_id=order_id,
        subject="payout",
        subject_id=row["id"],
        happened=happened,
        before=row["status_before"],
        after=after,
        reason=row["refusal"],
    )
    return payable_from_row(row)


async def post_to_ledger(work: UnitOfWork, posting: Posting, order_id: int | None) -> bool:
    """Book a posting in the ledger. Return False, and book nothing, when its key was booked before."""
    header = upsert(ledger_txn).values(
        posting_key=posting.key, kind=posting.kind, order_id=order_id, stripe_object=posting.stripe_object
    )
    statement = header.on_conflict_do_nothing(index_elements=["posting_key"]).returning(ledger_txn.c.id)
    txn_id = (await work.connection.execute(statement)).scalar_one_or_none()
    if txn_id is None:
        return False
    lines = [
        {
            "txn_id": txn_id,
            "line": line,
            "account_id": await _find_or_insert_account(work, entry.account),
            "currency": entry.account.currency,
            "amount": entry.amount,
        }
        for line, entry in enumerate(posting.entries, start=1)
    ]
    await work.connection.execute(insert(ledger_entry), lines)
    return True


async def _find_or_insert_account(work: UnitOfWork, account: LedgerAccount) -> int:
    existing = select(ledger_account.c.id).where(ledger_account.c.code == account.code)
    found: int | None = (await work.connection.execute(existing)).scalar_one_or_none()
    if found is not None:
        return found
    values = {"code": account.code, "kind": account.kind, "currency": account.currency, "owner": account.owner}
    await work.connection.execute(upsert(ledger_account).values(values).on_conflict_do_nothing())
    made: int = (await work.connection.execute(existing)).scalar_one()
    return made
