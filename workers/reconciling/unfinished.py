"""What stands unfinished here for more than five minutes, and no saga works for it: read again, moved only forward."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, RowMapping, exists, func, or_, select

from domain.difference import DifferenceKind, Sight
from domain.order import ENDED, OrderStatus
from domain.payment import LIVE_HOLDS, HoldEvent, HoldPart, HoldStatus, PayoutStatus, RefundStatus
from domain.saga import SagaStatus
from domain.store.differences import report
from domain.store.lapses import tell_lapsed
from domain.store.money import move_that_hold
from domain.store.progress import start_saga
from domain.store.runs import Start
from domain.store.schema import hold, orders, payable, refund, saga
from domain.store.unit_of_work import UnitOfWork
from workers.outcomes import Refused
from workers.reconciling.known import EMPTY, HOLDING, Found, Standing, Whose, is_busy
from workers.reconciling.late import let_go
from workers.reconciling.turn import Turn
from workers.stripe_gateway import UNKNOWN_OBJECT, retrieve_intent

OLD = timedelta(minutes=5)
MOST = 50  # of a kind at once
MOST_HOLDS = 5  # before the place is kept: each is a call or two, and a turn has few


async def look_at_holds(turn: Turn, after: int) -> int | None:
    """The next live holds that nobody works for; the last one's number, None at the end of them."""
    async with turn.database() as work:
        rows = await _idle_holds(work, after)
    for row in rows:
        await look_at_hold(turn, row)
    return rows[-1]["id"] if len(rows) == MOST_HOLDS else None


async def _idle_holds(work: UnitOfWork, after: int) -> Sequence[RowMapping]:
    old = or_(orders.c.placed_at < func.now() - OLD, hold.c.made_at < func.now() - OLD)
    query = (
        select(hold, orders.c.status.label("order_status"), orders.c.campus_id)
        .join(orders, orders.c.id == hold.c.order_id)
        .where(hold.c.id > after, hold.c.status.in_(LIVE_HOLDS), hold.c.payment_intent.is_not(None), old)
        .where(~_awake(hold.c.order_id))
        .order_by(hold.c.id)
        .limit(MOST_HOLDS)
    )
    return (await work.connection.execute(query)).mappings().all()


def _awake(order_id: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(saga.c.order_id == order_id, saga.c.wake_at.is_not(None))


async def look_at_hold(turn: Turn, row: RowMapping) -> None:
    """Read the intent again: what is over lets go of it, an order that goes on and lost it is a difference."""
    try:
        found = await turn.ask(lambda client: retrieve_intent(client, row["payment_intent"]))
    except Refused as refusal:
        if refusal.reason != UNKNOWN_OBJECT:
            raise
        found = {"id": row["payment_intent"], "status": UNKNOWN_OBJECT, "currency": row["currency"], "amount": 0}
    over = OrderStatus(row["order_status"]) in ENDED or HoldPart(row["part"]) is not HoldPart.CURRENT
    if over and found["status"] in HOLDING:
        whose = Whose(standing=Standing.LATE, campus_id=row["campus_id"], order_id=row["order_id"])
        await let_go(turn, found, whose)
        found = {**found, "status": "canceled"}
    async with turn.database() as work:
        if await is_busy(work, row["order_id"]):
            return
        if over and found["status"] in EMPTY:
            await move_that_hold(work, hold.c.id == row["id"], HoldEvent.RELEASED, approval_url=None)
        elif found["status"] not in HOLDING and not (
            found["status"] == "canceled" and await tell_lapsed(work, found["id"])
        ):
            await report(work, hold_elsewhere(row, found))


def hold_elsewhere(row: RowMapping, found: Found) -> Sight:
    """A hold that we count on, and that is not held."""
    return Sight(
        kind=DifferenceKind.HOLD_ELSEWHERE,
        subject=row["payment_intent"],
        campus_id=row["campus_id"],
        order_id=row["order_id"],
        ours=row["amount"],
        theirs=found.get("amount_received", 0),
        currency=row["currency"],
        note=f"{row['status']} / {found['status']}",
    )


async def is_elsewhere(turn: Turn, payment_intent: str) -> bool:
    """Whether a hold is still not what Stripe says."""
    async with turn.database() as work:
        query = select(hold.c.status).where(hold.c.payment_intent == payment_intent)
        status = (await work.connection.execute(query)).scalar_one_or_none()
    if status is None or HoldStatus(status) not in LIVE_HOLDS:
        return False
    return (await turn.ask(lambda client: retrieve_intent(client, payment_intent)))["status"] not in HOLDING


async def look_at_payables(work: UnitOfWork) -> None:
    """A pay-out that is being sent has a saga that sends it, or one that stands stuck; else a person has to look."""
    for row in await _alone(work):
        seen = Sight(
            kind=DifferenceKind.PAYOUT_ALONE,
            subject=f"payable {row['id']}",
            campus_id=row["campus_id"],
            order_id=row["order_id"],
            ours=row["amount"] - row["withheld"] - row["sent"] - row["netted"],
            currency=row["currency"],
        )
        await report(work, seen)


async def _alone(work: UnitOfWork) -> Sequence[RowMapping]:
    unended = (SagaStatus.RUNNING, SagaStatus.TURNING, SagaStatus.STUCK)
    sends = exists().where(
        saga.c.order_id == payable.c.order_id, saga.c.kind == "pay_out_runner", saga.c.status.in_(unended)
    )
    old = payable.c.booked_at < func.now() - OLD
    query = select(payable).where(payable.c.status == PayoutStatus.SENDING, old, ~sends).limit(MOST)
    return (await work.connection.execute(query)).mappings().all()


async def is_alone(work: UnitOfWork, subject: str) -> bool:
    """Whether nobody sends this pay-out still."""
    return any(f"payable {row['id']}" == subject for row in await _alone(work))


async def look_at_refunds(work: UnitOfWork) -> None:
    """A refund that the bank keeps waiting and whose saga gave up waiting is looked at once a day."""
    old = refund.c.asked_at < func.now() - OLD
    pending = refund.c.status == RefundStatus.PENDING
    query = select(refund).where(pending, old, refund.c.refund.is_not(None), ~_awake(refund.c.order_id)).limit(MOST)
    for row in (await work.connection.execute(query)).mappings().all():
        start = Start(
            kind="check_refund",
            name=f"check_refund:{row['id']}:{work.now:%Y-%m-%d}",
            campus_id=row["campus_id"],
            order_id=row["order_id"],
            data={"refund_row": row["id"]},
        )
        known = select(saga.c.id).where(saga.c.name == start.name)
        if (await work.connection.execute(known)).scalar_one_or_none() is None:
            await start_saga(work, start)
