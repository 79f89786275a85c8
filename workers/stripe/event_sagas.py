"""The choice of the saga that checks the object of an event when no running saga waits for it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import membership, person
from domain.database.unit_of_work import UnitOfWork
from domain.orders.tables import orders
from domain.payments.tables import hold
from domain.payouts.sagas.follow_account import build_account_check_start
from domain.refunds.model import RefundStatus
from domain.refunds.sagas.check_refund import build_refund_check_start
from domain.refunds.sagas.follow_dispute import build_dispute_check_start
from domain.refunds.tables import refund
from domain.saga.run import SagaStart

FAILED_REFUND_STATUSES = ("failed", "canceled")  # of a refund at Stripe that did not reach the customer


async def choose_saga(
    work: UnitOfWork, event_id: str, found: Mapping[str, Any], account: str | None = None
) -> SagaStart | None:
    """Return the saga to start for this object; None when it is not ours, or nothing has changed.

    `account` is the connected account of the event; None for an event of the platform.
    """
    match found.get("object"):
        case "refund":
            return await _refund_check(work, event_id, found)
        case "dispute":
            return await _dispute_check(work, event_id, found)
        case "account":
            return await _account_check(work, event_id, str(found.get("id")), transfers=_can_receive_transfers(found))
        case "application" if account is not None:  # the owner has disconnected the account, or connected it
            return await _account_check(work, event_id, account)
        case "payout" if account is not None and found.get("status") == "failed":
            return await _account_check(work, event_id, account, payout=str(found["id"]))
        case _:
            return None


async def _refund_check(work: UnitOfWork, event_id: str, found: Mapping[str, Any]) -> SagaStart | None:
    query = select(refund).where(refund.c.refund == str(found.get("id")))
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None or row["status"] == RefundStatus.FAILED:
        return None
    if found.get("status") not in FAILED_REFUND_STATUSES and row["status"] == RefundStatus.SUCCEEDED:
        return None
    return build_refund_check_start(row["id"], event_id, campus_id=row["campus_id"], order_id=row["order_id"])


async def _dispute_check(work: UnitOfWork, event_id: str, found: Mapping[str, Any]) -> SagaStart | None:
    paid = or_(hold.c.payment_intent == str(found.get("payment_intent")), hold.c.charge == str(found.get("charge")))
    query = select(orders.c.id, orders.c.campus_id).join(hold, hold.c.order_id == orders.c.id).where(paid).limit(1)
    row = (await work.connection.execute(query)).one_or_none()
    if row is None:
        return None
    return build_dispute_check_start(str(found["id"]), event_id, campus_id=row.campus_id, order_id=row.id)


def _can_receive_transfers(found: Mapping[str, Any]) -> bool:
    return bool((found.get("capabilities") or {}).get("transfers") == "active")


async def _account_check(
    work: UnitOfWork, event_id: str, account: str, *, transfers: bool | None = None, payout: str | None = None
) -> SagaStart | None:
    """Return the check of a runner's account; None when its `transfers` are as stored. It runs for one campus."""
    is_runner = membership.c.runner_status.in_((RunnerStatus.APPROVED, RunnerStatus.SUSPENDED))
    is_same_person = membership.c.person_id == person.c.id
    query = select(person.c.id, person.c.payouts_ready, membership.c.campus_id).join(membership, is_same_person)
    query = query.where(person.c.stripe_account == account, is_runner).order_by(membership.c.campus_id).limit(1)
    row = (await work.connection.execute(query)).one_or_none()
    if row is None or transfers is row.payouts_ready:
        return None
    return build_account_check_start(
        event_id, campus_id=row.campus_id, person_id=row.id, account=account, payout=payout
    )
