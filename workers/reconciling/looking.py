"""Looking at a difference again, because an admin asked or an hour has passed: what is gone resolves itself."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import assert_never

from domain.difference import Difference, DifferenceEvent, DifferenceKind
from domain.store.differences import answer_look, end, next_open, report, wanted_look
from domain.store.money import may_send, payable_of
from domain.store.people import lock_payouts_ready
from domain.store.progress import start_saga
from domain.store.steps.money import payout_start
from domain.store.unit_of_work import UnitOfWork
from workers.outcomes import Refused
from workers.reconciling.known import Standing
from workers.reconciling.movements import TooEarlyError, compare_and_report, compare_sums
from workers.reconciling.orphans import INTENTS, REFUNDS, TRANSFERS, Family, judge
from workers.reconciling.turn import Turn
from workers.reconciling.unfinished import is_alone, is_elsewhere
from workers.stripe_gateway import UNKNOWN_OBJECT, retrieve_intent, retrieve_refund
from workers.stripe_gateway_lists import retrieve_movement, retrieve_transfer

EVERY = timedelta(hours=1)
MOST = 5  # before the place is kept

_FAMILIES: Mapping[DifferenceKind, Family] = MappingProxyType(
    {
        DifferenceKind.UNKNOWN_INTENT: INTENTS,
        DifferenceKind.LATE_INTENT: INTENTS,
        DifferenceKind.UNKNOWN_TRANSFER: TRANSFERS,
        DifferenceKind.LATE_TRANSFER: TRANSFERS,
        DifferenceKind.UNKNOWN_REFUND: REFUNDS,
    }
)


async def look_at_wanted(turn: Turn) -> None:
    """Those an admin asked about; each is answered."""
    number = 0
    while True:
        async with turn.database() as work:
            found = await wanted_look(work, number)
        if found is None:
            return
        wanted, wanted_at = found
        await look_again(turn, wanted)
        async with turn.database() as work:
            await answer_look(work, wanted.id, wanted_at)
        number = wanted.id


async def look_at_open(turn: Turn, after: int) -> int | None:
    """The next open ones; the last one's number, None at the end of them."""
    async with turn.database() as work:
        some = await next_open(work, after, MOST)
    for each in some:
        await look_again(turn, each)
    return some[-1].id if len(some) == MOST else None


async def look_again(turn: Turn, known: Difference) -> None:
    """End it when it is gone, unless somebody saw it while this worker looked."""
    if await _is_there(turn, known):
        return
    async with turn.database() as work:
        gone = await end(work, known.id, DifferenceEvent.VANISHED, last_seen=known.last_seen)
        if gone is not None and known.kind is DifferenceKind.UNKNOWN_TRANSFER and known.order_id is not None:
            await _send_after_all(work, known.order_id)


async def _send_after_all(work: UnitOfWork, order_id: int) -> None:
    """What was sent behind our back came back, so the runner is still owed."""
    owed = await payable_of(work, order_id)
    if owed is not None and await lock_payouts_ready(work, owed.runner_id) and await may_send(work, owed.id):
        await start_saga(work, payout_start(owed))


async def _is_there(turn: Turn, known: Difference) -> bool:
    match known.kind:
        case (
            DifferenceKind.UNKNOWN_INTENT
            | DifferenceKind.LATE_INTENT
            | DifferenceKind.UNKNOWN_TRANSFER
            | DifferenceKind.LATE_TRANSFER
            | DifferenceKind.UNKNOWN_REFUND
        ):
            return await _object_is_there(turn, known)
        case DifferenceKind.NOT_BOOKED | DifferenceKind.AMOUNT_DIFFERS:
            return await _movement_is_there(turn, known)
        case DifferenceKind.HOLD_ELSEWHERE:
            return await is_elsewhere(turn, known.subject)
        case DifferenceKind.PAYOUT_ALONE:
            async with turn.database() as work:
                return await is_alone(work, known.subject)
        case DifferenceKind.BALANCE_DIFFERS:
            return await _sum_is_there(turn, known)
        case _:
            assert_never(known.kind)


async def _object_is_there(turn: Turn, known: Difference) -> bool:
    family = _FAMILIES[known.kind]
    retrieve = {INTENTS.unknown: retrieve_intent, TRANSFERS.unknown: retrieve_transfer}.get(
        family.unknown, retrieve_refund
    )
    try:
        found = await turn.ask(lambda client: retrieve(client, known.subject))
    except Refused as refusal:
        if refusal.reason == UNKNOWN_OBJECT:
            return False
        raise
    standing = await judge(turn, family, found)
    return standing is not Standing.KNOWN and family.at_stake(found) > 0


async def _movement_is_there(turn: Turn, known: Difference) -> bool:
    found = await turn.ask(lambda client: retrieve_movement(client, known.subject))
    try:
        seen = await compare_and_report(turn, found)
    except TooEarlyError:
        return True
    return seen is not None and seen.kind is known.kind


async def _sum_is_there(turn: Turn, known: Difference) -> bool:
    there = False
    seen = await compare_sums(turn)
    async with turn.database() as work:
        for each in seen or ():
            await report(work, each)
            there = there or each.subject == known.subject
    return there or seen is None
