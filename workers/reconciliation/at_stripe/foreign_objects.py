"""What others make on the same Stripe account, such as another shop of its owner: booked apart, told once a day."""

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings_at_stripe import foreign_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.outbox_repository import notify
from domain.reconciliation.discrepancy import ForeignKind
from domain.reconciliation.foreign_repository import is_any_foreign, keep_foreign_object, take_untold
from domain.reconciliation.notifications import foreign_objects_seen
from domain.settings.timeouts import Timeout
from workers.reconciliation.at_stripe.adoption import CHARGE_TYPES, REFUND_TYPES
from workers.reconciliation.object_ownership import is_bare_charge_foreign, require_first_campus_id
from workers.stripe.objects.balance import BalanceTransaction, BalanceTransactionType

TOLD_INTERVAL = Timeout.FOREIGN_OBJECTS_TOLD.delta
TRANSFER_TYPES = (BalanceTransactionType.TRANSFER, BalanceTransactionType.TRANSFER_REFUND)


async def book_foreign_movement(work: UnitOfWork, found: BalanceTransaction) -> bool:
    """Book a balance transaction of an object of others, once; return whether it is one."""
    kind = _kind_of(found)
    if kind is None or found.source is None or not await _is_foreign(work, found):
        return False
    if found.type is not BalanceTransactionType.CHARGE or found.cause.payment_intent is None:
        await keep_foreign_object(work, found.source, kind, found.currency)
    if found.net:
        posting = foreign_posting(balance_transaction=found.id, net=found.net, currency=found.currency)
        await post_to_ledger(work, posting, None)
    return True


def _kind_of(found: BalanceTransaction) -> ForeignKind | None:
    if found.type in CHARGE_TYPES:
        return ForeignKind.PAYMENT
    if found.type in TRANSFER_TYPES:
        return ForeignKind.TRANSFER
    if found.type in REFUND_TYPES:
        return ForeignKind.REFUND
    return ForeignKind.DISPUTE if found.type is BalanceTransactionType.ADJUSTMENT else None


async def _is_foreign(work: UnitOfWork, found: BalanceTransaction) -> bool:
    """Return whether its object, or the payment or transfer that it is about, is of others."""
    cause = found.cause
    named = [one for one in (found.source, cause.payment_intent, cause.transfer, cause.charge) if one is not None]
    if await is_any_foreign(work, named):
        return True
    is_bare_charge = found.type in CHARGE_TYPES and cause.payment_intent is None
    return is_bare_charge and await is_bare_charge_foreign(work, found.source, cause, found.created)


async def tell_foreign_objects(work: UnitOfWork) -> None:
    """Tell the admins of one campus how many objects of others were seen, once a day at most."""
    untold = await take_untold(work, TOLD_INTERVAL)
    if untold is not None:
        counts, currency = untold
        campus_id = await require_first_campus_id(work, currency)
        await notify(work, foreign_objects_seen(campus_id, counts, work.now))
