"""The hourly check for orphans: an intent, transfer or refund at Stripe without a row of ours is a discrepancy."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.database.unit_of_work import UnitOfWork
from domain.payments.hold_repository import find_hold_by_intent
from domain.reconciliation.discrepancy import (
    DiscrepancyKind,
    DiscrepancyStatus,
    ForeignKind,
    ObservedDiscrepancy,
)
from domain.reconciliation.foreign_repository import is_any_foreign, keep_foreign_object
from domain.reconciliation.list_cursor_repository import ListCursor
from domain.reconciliation.repository import report_discrepancy
from domain.reconciliation.transfer_meanings import resume_payout
from domain.settings.timeouts import Timeout
from workers.reconciliation.at_stripe.adoption import Adoption, adopt_found_refund
from workers.reconciliation.late_objects import cancel_late_hold, reverse_late_transfer
from workers.reconciliation.object_ownership import (
    HOLDING_STATUSES,
    ObjectOwner,
    ObjectOwnership,
    find_intent_owner,
    find_refund_owner,
    find_transfer_owner,
)
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.reconciliation.stripe_lists import StripeList, earliest, every
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_intents import retrieve_intent
from workers.stripe.gateway_pages import list_intents, list_refunds, list_transfers
from workers.stripe.gateway_payouts import retrieve_transfer
from workers.stripe.gateway_refunds import retrieve_refund
from workers.stripe.objects.payment_intent import PaymentIntent, PaymentIntentStatus
from workers.stripe.objects.refund import StripeRefund
from workers.stripe.objects.transfer import Transfer

INTERVAL = Timeout.ORPHANS_INTERVAL.delta
OVERLAP_SECONDS = Timeout.ORPHANS_OVERLAP.whole_seconds

MoneyObject = TypeVar("MoneyObject", PaymentIntent, Transfer, StripeRefund)
Correction = Callable[[ReconciliationContext, MoneyObject, ObjectOwner], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectKind(Generic[MoneyObject]):
    """A kind of object: how to retrieve one, to find its owner, and to read its money (minor units).

    `read_note` returns what admins read of it: its status, of a transfer the account that it went to.

    `choose_correction` returns how to correct a late one, or None when a person has to decide about it. `adopt` takes
    over one that a person at Stripe made. `movement_ids` names its balance transactions, and `posting_key` what books
    the first one; None where they are only read from their list.
    """

    retrieve: Callable[[StripeGateway, str], Awaitable[MoneyObject]]
    find_owner: Callable[[UnitOfWork, MoneyObject], Awaitable[ObjectOwner]]
    amount_at_stake: Callable[[MoneyObject], int]
    read_note: Callable[[MoneyObject], str]
    discrepancy_kind: DiscrepancyKind
    choose_correction: Callable[[MoneyObject], Correction[MoneyObject] | None]
    foreign_kind: ForeignKind
    adopt: Callable[[ReconciliationContext, MoneyObject], Awaitable[Adoption]] | None = None
    movement_ids: Callable[[MoneyObject], Sequence[str]] = lambda _: ()
    posting_key: str | None = None


def held_or_captured_amount(found: PaymentIntent) -> int:
    """Return the minor units that an intent holds or has captured."""
    if found.status is PaymentIntentStatus.SUCCEEDED:
        return found.amount_received
    return found.amount if found.status in HOLDING_STATUSES else 0


def unreversed_amount(found: Transfer) -> int:
    """Return the minor units of a transfer that were not reversed."""
    return found.amount - found.amount_reversed


def refunded_amount(found: StripeRefund) -> int:
    """Return the minor units of a refund, 0 when it failed or was cancelled."""
    return 0 if found.status.is_failure else found.amount


INTENTS: ObjectKind[PaymentIntent] = ObjectKind(
    retrieve=retrieve_intent,
    find_owner=find_intent_owner,
    amount_at_stake=held_or_captured_amount,
    read_note=lambda found: found.raw_status,
    discrepancy_kind=DiscrepancyKind.UNKNOWN_INTENT,
    choose_correction=lambda found: None if found.status is PaymentIntentStatus.SUCCEEDED else cancel_late_hold,
    foreign_kind=ForeignKind.PAYMENT,
)
TRANSFERS: ObjectKind[Transfer] = ObjectKind(
    retrieve=retrieve_transfer,
    find_owner=find_transfer_owner,
    amount_at_stake=unreversed_amount,
    read_note=lambda found: found.destination or "",
    discrepancy_kind=DiscrepancyKind.UNKNOWN_TRANSFER,
    choose_correction=lambda _: reverse_late_transfer,
    foreign_kind=ForeignKind.TRANSFER,
    movement_ids=lambda found: found.movement_ids,
    posting_key="transfer:{}",
)


async def _adopt_refund(context: ReconciliationContext, found: StripeRefund) -> Adoption:
    """Adopt a refund; of a payment that we do not know, find out first whose it is."""
    payment_intent = found.payment_intent
    if payment_intent is not None and found.metadata.saga is None:
        await check_payment(context, payment_intent)
    return await adopt_found_refund(context, found)


async def check_payment(context: ReconciliationContext, payment_intent: str) -> None:
    """Check a payment that is neither of a hold of ours nor known to be of others."""
    async with context.database() as work:
        hold = await find_hold_by_intent(work, payment_intent)
        if hold is not None or await is_any_foreign(work, [payment_intent]):
            return
    await check_object(
        context, INTENTS, await context.call_stripe(lambda client: retrieve_intent(client, payment_intent))
    )


REFUNDS: ObjectKind[StripeRefund] = ObjectKind(
    retrieve=retrieve_refund,
    find_owner=find_refund_owner,
    amount_at_stake=refunded_amount,
    read_note=lambda found: found.raw_status,
    discrepancy_kind=DiscrepancyKind.UNKNOWN_REFUND,
    choose_correction=lambda _: None,
    foreign_kind=ForeignKind.REFUND,
    adopt=_adopt_refund,
    movement_ids=lambda found: found.movement_ids,
    posting_key="refund:{}",
)


async def check_object(
    context: ReconciliationContext, object_kind: ObjectKind[MoneyObject], found: MoneyObject
) -> ObjectOwnership:
    """Find the owner of an object, report an unowned one, correct a late one, and return the ownership.

    What a person at Stripe made of a payment of ours is adopted instead.
    """
    adoption = await _try_adopt(context, object_kind, found)
    if adoption is Adoption.BUSY:
        return ObjectOwnership.BUSY
    async with context.database() as work:
        owner = await object_kind.find_owner(work, found)
        is_late = owner.ownership is ObjectOwnership.LATE
        correct = object_kind.choose_correction(found) if is_late else None
        if owner.ownership is ObjectOwnership.UNOWNED or (is_late and correct is None):
            await _report(work, _observe(object_kind, found, owner))
        elif owner.ownership is ObjectOwnership.FOREIGN and object_kind.amount_at_stake(found):
            await keep_foreign_object(work, found.id, object_kind.foreign_kind, found.currency)
    if correct is not None:
        await correct(context, found, owner)
    return owner.ownership


async def _report(work: UnitOfWork, observed: ObservedDiscrepancy) -> None:
    """Report it; of a transfer that was reversed in full, let the pay be sent that it kept back until now."""
    before = await report_discrepancy(work, observed)
    ends = observed.harmless and before.status is DiscrepancyStatus.OPEN
    if ends and before.kind is DiscrepancyKind.UNKNOWN_TRANSFER and before.order_id is not None:
        await resume_payout(work, before.order_id)


async def _try_adopt(
    context: ReconciliationContext, object_kind: ObjectKind[MoneyObject], found: MoneyObject
) -> Adoption:
    """Adopt an object that nobody owns, if its kind may be adopted."""
    if object_kind.adopt is None:
        return Adoption.UNKNOWN
    async with context.database() as work:
        owner = await object_kind.find_owner(work, found)
    return await object_kind.adopt(context, found) if owner.ownership is ObjectOwnership.UNOWNED else Adoption.DONE


def _observe(object_kind: ObjectKind[MoneyObject], found: MoneyObject, owner: ObjectOwner) -> ObservedDiscrepancy:
    amount = object_kind.amount_at_stake(found)
    return ObservedDiscrepancy(
        kind=object_kind.discrepancy_kind,
        subject=found.id,
        campus_id=owner.campus_id,
        order_id=owner.order_id,
        remote_value=amount,
        currency=found.currency,
        note=object_kind.read_note(found),
        harmless=amount == 0,
    )


def _page_handler(
    object_kind: ObjectKind[MoneyObject],
) -> Callable[[ReconciliationContext, ListCursor, Sequence[MoneyObject]], Awaitable[int | None]]:
    async def handle_page(
        context: ReconciliationContext, _list_cursor: ListCursor, objects: Sequence[MoneyObject]
    ) -> int | None:
        reread_from: int | None = None
        for found in objects:
            if await check_object(context, object_kind, found) is ObjectOwnership.BUSY:
                reread_from = earliest(reread_from, found.created)
        return reread_from

    return handle_page


INTENT_LIST: StripeList[PaymentIntent] = StripeList(
    fetch_page=list_intents,
    handle_page=_page_handler(INTENTS),
    next_delay=every(INTERVAL),
    overlap_seconds=OVERLAP_SECONDS,
)
TRANSFER_LIST: StripeList[Transfer] = StripeList(
    fetch_page=list_transfers,
    handle_page=_page_handler(TRANSFERS),
    next_delay=every(INTERVAL),
    overlap_seconds=OVERLAP_SECONDS,
)
REFUND_LIST: StripeList[StripeRefund] = StripeList(
    fetch_page=list_refunds,
    handle_page=_page_handler(REFUNDS),
    next_delay=every(INTERVAL),
    overlap_seconds=OVERLAP_SECONDS,
)
