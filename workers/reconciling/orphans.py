"""The hourly sweep: every payment, transfer and refund at Stripe belongs to a row of ours, or becomes a difference."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from domain.difference import DifferenceKind, Sight
from domain.store.differences import report
from domain.store.readings import Reading
from domain.store.unit_of_work import UnitOfWork
from workers.reconciling.known import HOLDING, Found, Standing, Whose, whose_intent, whose_refund, whose_transfer
from workers.reconciling.late import let_go, take_back
from workers.reconciling.listing import Listing, Objects, earliest
from workers.reconciling.turn import Turn
from workers.stripe_gateway_lists import list_intents, list_refunds, list_transfers

EVERY = timedelta(hours=1)
OVERLAP = 600  # seconds
NUMBER = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of object: whose one is, how much money hangs on it (minor units), and what to do with a late one."""

    whose: Callable[[UnitOfWork, Found], Awaitable[Whose]]
    at_stake: Callable[[Found], int]
    unknown: DifferenceKind
    mend: Callable[[Turn, Found, Whose], Awaitable[None]] | None = None


def held_or_taken(found: Found) -> int:
    """What an intent holds, or took."""
    if found["status"] == "succeeded":
        return int(found["amount_received"])
    return int(found["amount"]) if found["status"] in HOLDING else 0


def still_sent(found: Found) -> int:
    """What of a transfer was not taken back."""
    return int(found["amount"]) - int(found["amount_reversed"])


def given_back(found: Found) -> int:
    """What a refund gives, or gave, unless the bank sent it back."""
    return 0 if found["status"] in ("failed", "canceled") else int(found["amount"])


INTENTS = Family(whose=whose_intent, at_stake=held_or_taken, unknown=DifferenceKind.UNKNOWN_INTENT, mend=let_go)
TRANSFERS = Family(whose=whose_transfer, at_stake=still_sent, unknown=DifferenceKind.UNKNOWN_TRANSFER, mend=take_back)
REFUNDS = Family(whose=whose_refund, at_stake=given_back, unknown=DifferenceKind.UNKNOWN_REFUND)


async def judge(turn: Turn, family: Family, found: Found) -> Standing:
    """Whose it is, and what follows: nothing, later, given back, or a difference."""
    async with turn.database() as work:
        whose = await family.whose(work, found)
        late = whose.standing is Standing.LATE
        by_hand = late and (family.mend is None or found.get("status") == "succeeded")
        if whose.standing is Standing.UNKNOWN or by_hand:
            await report(work, _seen(family, found, whose))
    if late and not by_hand and family.mend is not None:
        await family.mend(turn, found, whose)
    return whose.standing


def _seen(family: Family, found: Found, whose: Whose) -> Sight:
    amount = family.at_stake(found)
    return Sight(
        kind=family.unknown,
        subject=found["id"],
        campus_id=whose.campus_id,
        order_id=whose.order_id or _named(found),
        theirs=amount,
        currency=found["currency"],
        note=str(found.get("status") or ""),
        harmless=amount == 0,
    )


def _named(found: Found) -> int | None:
    """The order it says it is of: a claim, good enough to keep more money from going there."""
    number = NUMBER.fullmatch(str((found.get("metadata") or {}).get("order")))
    return None if number is None else int(number[0])


def _sweep(family: Family) -> Callable[[Turn, Reading, Objects], Awaitable[int | None]]:
    async def look(turn: Turn, _taken: Reading, objects: Objects) -> int | None:
        back: int | None = None
        for found in objects:
            if await judge(turn, family, found) is Standing.BUSY:
                back = earliest(back, found["created"])
        return back

    return look


INTENT_SWEEP = Listing(page=list_intents, look=_sweep(INTENTS), every=EVERY, overlap=OVERLAP)
TRANSFER_SWEEP = Listing(page=list_transfers, look=_sweep(TRANSFERS), every=EVERY, overlap=OVERLAP)
REFUND_SWEEP = Listing(page=list_refunds, look=_sweep(REFUNDS), every=EVERY, overlap=OVERLAP)
