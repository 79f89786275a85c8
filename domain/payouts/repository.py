"""Payables in Postgres: they move by guarded UPDATEs."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update

from domain.campuses.tables import person
from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.literal_status import literal_status
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.money import format_money
from domain.orders.sagas.pay_delay import PayDelay
from domain.orders.states import Order
from domain.payouts.held_pay.rules import HeldPay
from domain.payouts.model import PAYOUT_TRANSITIONS, PLATFORM_REFUSALS, Payable, PayoutEvent, PayoutStatus
from domain.payouts.payout_blocks import PayoutBlocks
from domain.payouts.sagas.pay_out_runner import PAY_OUT_RUNNER
from domain.payouts.tables import payable
from domain.saga.lookup_repository import has_open_saga
from domain.settings.timeouts import Timeout

PAID_LATELY = Timeout.PAID_LATELY.delta
_PAYABLE = select(payable).where(payable.c.order_id == bindparam("number"))


async def book_payable(
    work: UnitOfWork, order: Order, amount: int, *, charge: str | None, held: HeldPay | None = None
) -> Payable:
    """Insert what the runner is owed for the order (minor units), perhaps held for a time, and log that.

    An order has at most one payable. `charge` None: the platform pays. It is frozen, and logged so, while a dispute of
    the order is open or when one was lost before.
    """
    values = {
        "campus_id": order.campus_id,
        "order_id": order.id,
        "runner_id": order.runner_id,
        "amount": amount,
        "currency": order.price.currency,
        "charge": charge,
        "frozen": work.registers.get(PayoutBlocks).is_disputed(order.id),
        "held_until": None if held is None else held.until,
        "held_for": None if held is None else held.reason,
    }
    statement = insert(payable).values(values).returning(payable)
    booked = payable_from_row((await work.connection.execute(statement)).mappings().one())
    if booked.frozen:
        await log_payable(work, booked, "frozen")
    if held is not None:
        await log_payable(work, booked, "held", held.reason)
    return booked


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
        payable.c.runner_id == runner_id, payable.c.status == PayoutStatus.OPEN, *_payout_allowed(work)
    )
    rows = (await work.connection.execute(query.order_by(payable.c.id))).mappings()
    return [payable_from_row(row) for row in rows]


async def list_unfunded_payables(work: UnitOfWork, campus_id: int) -> Sequence[Payable]:
    """Return payables Stripe refused to send through no fault of the runner, oldest first: an admin retries them."""
    query = select(payable).where(
        payable.c.campus_id == campus_id, payable.c.status == PayoutStatus.OPEN, *_payout_allowed(work)
    )
    rows = (
        await work.connection.execute(query.where(payable.c.refusal.in_(PLATFORM_REFUSALS)).order_by(payable.c.id))
    ).mappings()
    return [payable_from_row(row) for row in rows]


async def list_orphan_payables(work: UnitOfWork, *, min_age: timedelta, limit: int) -> Sequence[Payable]:
    """Return payables of this age that are being sent, though no saga that sends them is in flight or stuck."""
    sends = has_open_saga(payable.c.order_id, PAY_OUT_RUNNER.kind)
    old = payable.c.booked_at < func.now() - min_age
    query = select(payable).where(payable.c.status == PayoutStatus.SENDING, old, ~sends).limit(limit)
    return [payable_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def can_start_payout(work: UnitOfWork, payable_id: int) -> bool:
    """Return whether a pay-out may start: it is open, not held, not frozen, and no unknown transfer exists."""
    query = select(payable.c.id).where(
        payable.c.id == payable_id, payable.c.status == PayoutStatus.OPEN, *_payout_allowed(work)
    )
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


def _payout_allowed(work: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    """Build the conditions of every pay-out.

    It is not held for a time, no dispute freezes it, and Stripe has no transfer unknown to us.
    """
    blocks = work.registers.get(PayoutBlocks).conditions
    return payable.c.held_until.is_(None), ~payable.c.frozen, *(~is_blocked() for is_blocked in blocks)


async def move_payable(work: UnitOfWork, order_id: int, happened: PayoutEvent, **changes: object) -> Payable | None:
    """Move the order's payable and log it.

    Return None, and change nothing, when the event is not legal in its status. A pay-out starts only while something
    is due, it is not held, no dispute freezes it and no unknown transfer exists.
    """
    legal = [before for before, event in PAYOUT_TRANSITIONS if event is happened]
    (after,) = {status for (_, event), status in PAYOUT_TRANSITIONS.items() if event is happened}
    here = payable.c.order_id == order_id
    before = select(payable.c.id, payable.c.status).where(here).with_for_update().subquery("before")
    statement = update(payable).where(payable.c.id == before.c.id, payable.c.status.in_(legal))
    if happened is PayoutEvent.STARTED:
        due = payable.c.amount > payable.c.withheld + payable.c.sent + payable.c.netted
        statement = statement.where(*_payout_allowed(work), due)
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


async def try_withhold(work: UnitOfWork, order_id: int, amount: int) -> Payable | None:
    """Withhold `amount` minor units of an open payable. Return None, and change nothing, when less is due."""
    left = payable.c.amount - payable.c.withheld - payable.c.sent - payable.c.netted
    open_enough = (payable.c.order_id == order_id, payable.c.status == PayoutStatus.OPEN, left >= amount)
    statement = update(payable).where(*open_enough).values(withheld=payable.c.withheld + amount)
    row = (await work.connection.execute(statement.returning(payable))).mappings().one_or_none()
    return None if row is None else payable_from_row(row)


async def restore_withheld(work: UnitOfWork, order_id: int, amount: int) -> Payable:
    """Withhold `amount` minor units less of the order's payable; the caller knows that there is one."""
    less = update(payable).where(payable.c.order_id == order_id).values(withheld=payable.c.withheld - amount)
    return payable_from_row((await work.connection.execute(less.returning(payable))).mappings().one())


async def record_transfer_reversed(work: UnitOfWork, order_id: int, amount: int, *, borne: bool) -> None:
    """Record that `amount` minor units of the order's transfer were reversed.

    If the runner does not bear them (`borne`), they are owed to the runner again.
    """
    changed = {"sent": payable.c.sent - amount}
    if borne:
        changed["withheld"] = payable.c.withheld + amount
    await work.connection.execute(update(payable).where(payable.c.order_id == order_id).values(changed))


async def add_netted_amount(work: UnitOfWork, payable_id: int, amount: int) -> None:
    """Record that `amount` minor units of a locked payable paid a debt of the runner."""
    kept = {"netted": payable.c.netted + amount}
    await work.connection.execute(update(payable).where(payable.c.id == payable_id).values(kept))


async def restore_netted(work: UnitOfWork, payable_id: int, amount: int) -> Payable:
    """Take back that `amount` minor units of the payable paid a debt."""
    less = update(payable).where(payable.c.id == payable_id).values(netted=payable.c.netted - amount)
    return payable_from_row((await work.connection.execute(less.returning(payable))).mappings().one())


async def mark_payable_paid(work: UnitOfWork, order_id: int, *, transfer: str, amount: int) -> Payable | None:
    """Record that `amount` minor units of the order's payable were sent; return None as move_payable does."""
    changes = {"transfer": transfer, "paid_at": work.now, "sent": payable.c.sent + amount}
    return await move_payable(work, order_id, PayoutEvent.PAID, **changes)


async def record_paid_at_stripe(work: UnitOfWork, owed: Payable, *, transfer: str, amount: int) -> None:
    """Record that a transfer made at Stripe itself sent `amount` minor units of a locked, open payable, and log it.

    It is paid when nothing more is due. Else it stays open, and held or frozen as it was.
    """
    sent: dict[str, Any] = {"sent": payable.c.sent + amount, "refusal": None}
    if amount < owed.due:
        here = update(payable).where(payable.c.id == owed.id, payable.c.status == PayoutStatus.OPEN)
        await work.connection.execute(here.values(sent))
        await log_payable(work, owed, "paid_in_part", format_money(amount, owed.currency))
        return
    paid = sent | {"transfer": transfer, "paid_at": work.now, "held_until": None, "held_for": None}
    if await move_payable(work, owed.order_id, PayoutEvent.PAID_AT_STRIPE, **paid) is None:
        raise LookupError(f"the payable of order {owed.order_id} is not open")


async def set_payable_frozen(work: UnitOfWork, order_id: int, *, frozen: bool) -> Payable | None:
    """Freeze or unfreeze the order's payable and log it; a frozen one is not sent.

    Return None, and change nothing, when it is so already or the order has no payable.
    """
    statement = update(payable).where(payable.c.order_id == order_id, payable.c.frozen.is_(not frozen))
    row = (await work.connection.execute(statement.values(frozen=frozen).returning(payable))).mappings().one_or_none()
    if row is None:
        return None
    changed = payable_from_row(row)
    await log_payable(work, changed, "frozen" if changed.frozen else "freed")
    return changed


async def log_payable(work: UnitOfWork, changed: Payable, happened: str, reason: str | None = None) -> None:
    """Log what happened to a payable beside its moves."""
    await log_event(
        work,
        SYSTEM,
        campus_id=changed.campus_id,
        order_id=changed.order_id,
        subject="payout",
        subject_id=changed.id,
        happened=happened,
        after=changed.status,
        reason=reason,
    )


def payable_from_row(row: RowValues) -> Payable:
    plain = {name: row[name] for name in Payable.__slots__ if name not in ("status", "held_for")}
    held_for = None if row["held_for"] is None else PayDelay(row["held_for"])
    return Payable(status=PayoutStatus(row["status"]), held_for=held_for, **plain)


async def has_money_in_flight(work: UnitOfWork, account: str) -> bool:
    """Return whether the runner of a Stripe account waits for money, or was paid within PAID_LATELY."""
    waits = or_(*(payable.c.status == literal_status(each) for each in (PayoutStatus.OPEN, PayoutStatus.SENDING)))
    paid_lately = payable.c.paid_at > func.now() - PAID_LATELY
    of_account = select(person.c.id).where(person.c.stripe_account == account).scalar_subquery()
    query = select(payable.c.id).where(payable.c.runner_id == of_account, or_(waits, paid_lately)).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None
