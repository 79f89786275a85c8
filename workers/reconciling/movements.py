"""Every movement of the platform's balance against the ledger, by the object it came from; and the sums of both.

A fee that Stripe named only after the capture is booked now: it is our own fact coming late. Nothing else is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy import func, select

from domain.difference import DifferenceKind, Sight
from domain.postings import fee_posting
from domain.store.differences import report
from domain.store.money import post
from domain.store.readings import Reading
from domain.store.schema import hold, ledger_account, ledger_entry, ledger_txn, orders, saga
from domain.store.unit_of_work import UnitOfWork
from workers.reconciling.known import Found, first_campus, is_busy
from workers.reconciling.listing import Listing, Objects, earliest
from workers.reconciling.turn import Turn
from workers.stripe_gateway_lists import list_movements, retrieve_balance

EVERY = timedelta(days=1)
OVERLAP = 3_600  # seconds
OF_CHARGES = ("charge", "payment")
OF_INTENTS = ("capture:{}", "settled:{}")  # taken when it was delivered, or when a customer paid what she owed
# Stripe's types of balance transactions, and how the postings of their sources are named.
KEYS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "transfer": ("transfer:{}",),
        "transfer_refund": ("reversal:{}", "late_reversal:{}"),
        "refund": ("refund:{}",),
        "payment_refund": ("refund:{}",),
        "refund_failure": ("refund_failed:{}",),
        "payment_failure_refund": ("refund_failed:{}",),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What the ledger says of a movement's source: minor units, None where nothing is booked."""

    campus_id: int
    order_id: int | None
    amount: int | None
    fee: int | None


class TooEarlyError(Exception):
    """A saga is at work for the order a movement is of."""


async def compare(work: UnitOfWork, found: Found) -> Sight | None:
    """The difference of a movement; None when there is none, TooEarlyError while its order is being worked on."""
    booked = await _booked(work, found)
    if booked.order_id is not None and await is_busy(work, booked.order_id):
        raise TooEarlyError
    of_charge = found["type"] in OF_CHARGES
    theirs = found["amount"] if of_charge else found["net"]
    if booked.amount is None:
        return _seen(DifferenceKind.NOT_BOOKED, found, booked, None, theirs)
    if booked.amount != theirs:
        return _seen(DifferenceKind.AMOUNT_DIFFERS, found, booked, booked.amount, theirs)
    if not of_charge or not found["fee"]:
        return None
    if booked.fee is None:
        await _book_fee(work, found, booked)
        return None
    if booked.fee == found["fee"]:
        return None
    return _seen(DifferenceKind.AMOUNT_DIFFERS, found, booked, booked.fee, found["fee"])


async def _book_fee(work: UnitOfWork, found: Found, booked: Booked) -> None:
    fee = fee_posting(balance_transaction=found["id"], fee=found["fee"], currency=found["currency"])
    await post(work, fee, booked.order_id)


async def _booked(work: UnitOfWork, found: Found) -> Booked:
    if found["type"] not in OF_CHARGES:
        keys = [key.format(found["source"]) for key in _keys(found)]
        amount, order_id = await _balance(work, keys, str(found["source"]))
        return Booked(campus_id=await _campus(work, order_id), order_id=order_id, amount=amount, fee=None)
    query = select(hold.c.payment_intent, hold.c.order_id).where(hold.c.charge == found["source"])
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None:
        return Booked(campus_id=await first_campus(work), order_id=None, amount=None, fee=None)
    named = [key.format(row["payment_intent"]) for key in OF_INTENTS]
    amount, _ = await _balance(work, named, "")
    paid, _ = await _balance(work, [f"fee:{found['id']}"], "")
    campus_id = await _campus(work, row["order_id"])
    fee = None if paid is None else -paid
    return Booked(campus_id=campus_id, order_id=row["order_id"], amount=amount, fee=fee)


def _keys(found: Found) -> Sequence[str]:
    if found["type"] == "adjustment":  # a dispute takes, and gives back when it is won
        return ("dispute:{}",) if found["net"] < 0 else ("dispute_won:{}",)
    return KEYS.get(found["type"], ())


async def _balance(work: UnitOfWork, keys: Sequence[str], source: str) -> tuple[int | None, int | None]:
    """What postings of these names, or else of this object, did to Stripe's balance, and their order."""
    this = ledger_txn.c.posting_key.in_(keys) if keys else ledger_txn.c.stripe_object == source
    query = (
        select(func.sum(ledger_entry.c.amount), func.max(ledger_txn.c.order_id))
        .select_from(ledger_entry)
        .join(ledger_txn, ledger_txn.c.id == ledger_entry.c.txn_id)
        .join(ledger_account, ledger_account.c.id == ledger_entry.c.account_id)
        .where(this, ledger_account.c.code.startswith("stripe_balance:"))
    )
    amount, order_id = (await work.connection.execute(query)).one()
    return (None if amount is None else int(amount)), order_id


async def _campus(work: UnitOfWork, order_id: int | None) -> int:
    query = select(orders.c.campus_id).where(orders.c.id == order_id)
    found: int | None = (await work.connection.execute(query)).scalar_one_or_none()
    return await first_campus(work) if found is None else found


def _seen(kind: DifferenceKind, found: Found, booked: Booked, ours: int | None, theirs: int) -> Sight:
    return Sight(
        kind=kind,
        subject=found["id"],
        campus_id=booked.campus_id,
        order_id=booked.order_id,
        ours=ours,
        theirs=theirs,
        currency=found["currency"],
        note=f"{found['type']} {found['source']}",
    )


async def compare_and_report(turn: Turn, found: Found) -> Sight | None:
    """Hold one movement against the ledger and note what differs; TooEarlyError while it is under way."""
    async with turn.database() as work:
        seen = await compare(work, found)
        if seen is not None:
            await report(work, seen)
    return seen


async def look(turn: Turn, _taken: Reading, objects: Objects) -> int | None:
    """A page of movements; what is under way just now is looked at again."""
    back: int | None = None
    for found in objects:
        try:
            await compare_and_report(turn, found)
        except TooEarlyError:
            back = earliest(back, found["created"])
    return back


MOVEMENTS = Listing(page=list_movements, look=look, every=EVERY, overlap=OVERLAP)


async def compare_sums(turn: Turn) -> Sequence[Sight] | None:
    """Where the sum of all postings is not Stripe's balance; None while a call is under way that may move money."""
    before = await _sums(turn)
    theirs = await turn.ask(retrieve_balance)
    ours = await _sums(turn)
    if before is None or ours is None or before != ours:
        return None
    async with turn.database() as work:
        campus_id = await first_campus(work)
    return [
        Sight(
            kind=DifferenceKind.BALANCE_DIFFERS,
            subject=currency,
            campus_id=campus_id,
            ours=ours.get(currency, 0),
            theirs=theirs.get(currency, 0),
            currency=currency,
        )
        for currency in sorted({*ours, *theirs})
        if ours.get(currency, 0) != theirs.get(currency, 0)
    ]


async def _sums(turn: Turn) -> Mapping[str, int] | None:
    """Stripe's balance as the ledger has it, by currency; None while a saga is between a call and its commit."""
    query = (
        select(ledger_account.c.currency, func.sum(ledger_entry.c.amount))
        .join(ledger_entry, ledger_entry.c.account_id == ledger_account.c.id)
        .where(ledger_account.c.code.startswith("stripe_balance:"))
        .group_by(ledger_account.c.currency)
    )
    calling = select(saga.c.id).where(saga.c.wake_at.is_not(None), func.jsonb_typeof(saga.c.call) == "object").limit(1)
    async with turn.database() as work:
        if (await work.connection.execute(calling)).scalar_one_or_none() is not None:
            return None
        return {currency: int(amount) for currency, amount in await work.connection.execute(query)}
