"""A list that Stripe refuses to our key: the admins read which one, and what is not seen here meanwhile."""

from domain.campuses.repository import find_first_campus_id
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.reconciliation.notifications import list_refused
from workers.engine.call_failures import KeyRefused, to_stripe_refusal


async def tell_list_refused(work: UnitOfWork, task: str, failure: KeyRefused) -> None:
    """Tell the admins of one campus, once a day for each kind of list."""
    refusal, campus_id = to_stripe_refusal(failure, task), await find_first_campus_id(work)
    if refusal is not None and campus_id is not None:
        await notify(work, list_refused(campus_id, task.partition(":")[0], refusal, work.now))
