"""What Stripe made after we had concluded that there was nothing: a hold is let go, a transfer taken back, once.

The difference's row is the row that names the call before it is made: its key and amount follow from it, and the state
of Stripe's object makes a second call harmless. A person who settled it keeps our hands off.
"""

from typing import Any

from sqlalchemy import Text, select, update

from domain.difference import DifferenceEvent, DifferenceKind, DifferenceStatus, Sight
from domain.payment import HoldStatus
from domain.postings import late_reversal_posting, transfer_posting
from domain.store.differences import end, report
from domain.store.money import post
from domain.store.schema import hold, saga
from domain.store.unit_of_work import UnitOfWork
from workers.outcomes import Refused
from workers.reconciling.known import Found, Whose
from workers.reconciling.turn import Turn
from workers.stripe_gateway import cancel_intent, reverse_transfer

MENDED = "given back by itself: it came after its order was over"


async def let_go(turn: Turn, found: Found, whose: Whose) -> None:
    """Cancel a hold nobody waits for any more."""
    amount: int = found["amount"]
    seen = _seen(DifferenceKind.LATE_INTENT, found, whose, amount)
    number = await _begin(turn, seen)
    if number is None:
        return
    try:
        await turn.ask(lambda client: cancel_intent(client, found["id"], f"late:{found['id']}"))
    except Refused as refusal:
        await _in_vain(turn, seen, refusal)
        return
    async with turn.database() as work:
        await _remember(work, found)
        await end(work, number, DifferenceEvent.MENDED, reason=MENDED)


async def _remember(work: UnitOfWork, found: Found) -> None:
    """The hold whose answer never came learns which one it was."""
    closed = hold.c.status.in_((HoldStatus.RELEASED, HoldStatus.REFUSED))
    named = str((found.get("metadata") or {}).get("saga"))
    mine = select(hold.c.id).where(hold.c.saga_id.cast(Text) == named, hold.c.payment_intent.is_(None), closed)
    this = update(hold).where(hold.c.id == mine.scalar_subquery())
    await work.connection.execute(this.values(payment_intent=found["id"]))


async def take_back(turn: Turn, found: Found, whose: Whose) -> None:
    """Reverse what is left of a transfer, and book both: money went there and came back."""
    left: int = found["amount"] - found["amount_reversed"]
    seen = _seen(DifferenceKind.LATE_TRANSFER, found, whose, left)
    number = await _begin(turn, seen)
    if number is None:
        return
    reversals = list((found.get("reversals") or {}).get("data", []))
    if left > 0:
        key = f"late:{found['id']}:{left}"
        marked = {**(found.get("metadata") or {}), "call": key}
        params = {"amount": left, "metadata": marked}
        try:
            made = await turn.ask(lambda client: reverse_transfer(client, found["id"], params, key))
        except Refused as refusal:
            await _in_vain(turn, seen, refusal)
            return
        reversals.append(made)
    async with turn.database() as work:
        await _book(work, found, whose, reversals)
        await end(work, number, DifferenceEvent.MENDED, reason=MENDED)


async def _book(work: UnitOfWork, found: Found, whose: Whose, reversals: list[dict[str, Any]]) -> None:
    query = select(saga.c.person_id).where(saga.c.id.cast(Text) == str(found["metadata"]["saga"]))
    runner: int = (await work.connection.execute(query)).scalar_one()
    currency: str = found["currency"]
    sent = transfer_posting(transfer=found["id"], runner=runner, amount=found["amount"], currency=currency)
    await post(work, sent, whose.order_id)
    for one in reversals:
        back = late_reversal_posting(reversal=one["id"], runner=runner, amount=one["amount"], currency=currency)
        await post(work, back, whose.order_id)


async def _begin(turn: Turn, seen: Sight) -> int | None:
    """The number of the row that names the call, committed before it; None when a person settled it."""
    async with turn.database() as work:
        kept = await report(work, seen, aloud=False)
    return kept.id if kept.status is DifferenceStatus.OPEN else None


async def _in_vain(turn: Turn, seen: Sight, refusal: Refused) -> None:
    async with turn.database() as work:
        noted = {name: getattr(seen, name) for name in Sight.__slots__} | {"note": str(refusal)[:200]}
        await report(work, Sight(**noted))


def _seen(kind: DifferenceKind, found: Found, whose: Whose, amount: int) -> Sight:
    return Sight(
        kind=kind,
        subject=found["id"],
        campus_id=whose.campus_id,
        order_id=whose.order_id,
        theirs=amount,
        currency=found["currency"],
        note=str(found.get("status") or ""),
    )
