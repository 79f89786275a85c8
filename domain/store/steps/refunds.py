"""Local steps of a refund: agreed under the order's lock, withdrawn when Stripe refuses it, undone when it fails."""

from domain.errors import OrderDisputed, PayoutUnderWay
from domain.money import spell
from domain.order import Bearer, Order
from domain.payment import DebtStatus, Payable, PayoutStatus, Refund, RefundEvent, RefundStatus
from domain.people import Role
from domain.postings import debt_posting, debt_void_posting, refund_failed_posting
from domain.refunds import RefundParts, divide_refund
from domain.store.disputes import is_disputed
from domain.store.events import Actor, log
from domain.store.messages import redraw_known, tell, tell_admins
from domain.store.money import current_hold, lock_payable, post
from domain.store.orders import find_order, lock_order
from domain.store.people import lock_payouts_ready
from domain.store.refunds import (
    change_refund,
    end_debt,
    insert_debt,
    insert_refund,
    lock_debt,
    lock_refund,
    move_refund,
    refundable,
)
from domain.store.runs import Run
from domain.store.steps.payables import give_back, owe_netted_again, withhold
from domain.store.unit_of_work import UnitOfWork


async def request_refund(work: UnitOfWork, run: Run) -> None:
    """Agree on a refund under the order's lock: two at once never exceed what was paid.

    NothingToRefund, RefundOutOfRange, OrderDisputed; PayoutUnderWay while the pay she would bear it from is being sent.
    """
    order = await lock_order(work, run.campus_id, run.order)
    if await is_disputed(work, order.id):
        raise OrderDisputed
    bearer, owed = Bearer(run.data["bearer"]), await lock_payable(work, order.id)
    parts = divide_refund(await refundable(work, run.campus_id, order.id), run.data["amount"], bearer)
    withheld = await _keep_hers(work, owed, parts.hers) if bearer is Bearer.RUNNER else 0
    made = await _write_down(work, run, order, owed, parts, withheld)
    run.data["refund_row"] = made.id
    said = f"{spell(parts.amount, made.currency)}, {bearer}: {made.reason}"
    await log(
        work,
        Actor(role=Role.ADMIN, person_id=run.person),
        campus_id=run.campus_id,
        order_id=order.id,
        subject="refund",
        subject_id=made.id,
        happened="requested",
        after=made.status,
        reason=said,
    )
    await redraw_known(work, order.id)


async def _keep_hers(work: UnitOfWork, owed: Payable | None, hers: int) -> int:
    """What is not sent yet is kept back at once; what was sent has to be taken back, which is a step of its own."""
    if owed is None or owed.status is PayoutStatus.PAID or hers == 0:
        return 0
    if owed.status is PayoutStatus.SENDING or await withhold(work, owed.order_id, hers) is None:
        raise PayoutUnderWay
    return hers


async def _write_down(
    work: UnitOfWork, run: Run, order: Order, owed: Payable | None, parts: RefundParts, withheld: int
) -> Refund:
    hold = await current_hold(work, order.id)
    if hold is None or order.runner_id is None:
        raise LookupError(f"order {order.id} was paid without a hold or a runner")
    return await insert_refund(
        work,
        {
            "campus_id": order.campus_id,
            "order_id": order.id,
            "runner_id": order.runner_id,
            "asked_by": run.person,
            "amount": parts.amount,
            "hers": parts.hers,
            "withheld": withheld,
            "transfer": None if owed is None or parts.hers == withheld else owed.transfer,
            "currency": order.price.currency,
            "payment_intent": hold.payment_intent,
            "reason": str(run.data["reason"]),
        },
    )


async def withdraw_refund(work: UnitOfWork, run: Run) -> None:
    """Stripe refused it: nothing went back, what was kept of her pay is hers again, and the admins read why."""
    made = await lock_refund(work, run.data["refund_row"])
    if await move_refund(work, made.id, RefundEvent.FAILED, refusal=run.reason) is None:
        return
    await give_back(work, run, made.order_id, made.withheld)
    await redraw_known(work, made.order_id)
    await tell_admins(
        work,
        campus_id=made.campus_id,
        name=f"refund_refused:{made.id}",
        key="push-refund-refused",
        order_id=made.order_id,
        buttons=[_look_at(made)],
        words={
            "order": made.order_id,
            "amount": spell(made.amount, made.currency),
            "reason": run.reason or "-",
        },
    )


async def fail_refund(work: UnitOfWork, run: Run, refund_id: int, why: str) -> None:
    """The bank sent it back: all postings the other way, her part is hers again, and everybody is told; once."""
    made = await lock_refund(work, refund_id)
    if await move_refund(work, made.id, RefundEvent.FAILED, refusal=why) is None:
        return
    if made.status is not RefundStatus.REQUESTED:
        posting = refund_failed_posting(
            refund=str(made.refund), runner=made.runner_id, ours=made.ours, hers=made.hers, currency=made.currency
        )
        await post(work, posting, made.order_id)
    await lock_payouts_ready(work, made.runner_id)
    await _void_debt(work, run, made)
    await give_back(work, run, made.order_id, made.withheld + made.taken_back)
    await redraw_known(work, made.order_id)
    await _tell_failed(work, made, why)


async def _void_debt(work: UnitOfWork, run: Run, made: Refund) -> None:
    owes = await lock_debt(work, made.id)
    if owes is None:
        return
    await end_debt(work, owes.id, DebtStatus.VOID)
    if owes.left:  # what was kept for it was booked as paid: to owe it again needs no posting
        void = debt_void_posting(
            refund=made.id,
            runner=owes.runner_id,
            amount=owes.left,
            currency=owes.currency,
            let_go=owes.status is DebtStatus.LET_GO,
        )
        await post(work, void, made.order_id)
    await owe_netted_again(work, run, owes)


async def _tell_failed(work: UnitOfWork, made: Refund, why: str) -> None:
    amount = spell(made.amount, made.currency)
    order = await find_order(work, made.campus_id, made.order_id)
    await tell(
        work,
        campus_id=made.campus_id,
        chat_id=order.customer_id,
        name=f"refund_failed:{made.id}",
        key="push-refund-failed",
        order_id=made.order_id,
        words={"order": made.order_id, "amount": amount},
    )
    await tell_admins(
        work,
        campus_id=made.campus_id,
        name=f"refund_failed_admins:{made.id}",
        key="push-refund-failed-admins",
        order_id=made.order_id,
        buttons=[_look_at(made)],
        words={"order": made.order_id, "amount": amount, "reason": why},
    )
    if made.hers:
        await tell(
            work,
            campus_id=made.campus_id,
            chat_id=made.runner_id,
            name=f"refund_failed_runner:{made.id}",
            key="push-refund-failed-runner",
            order_id=made.order_id,
            words={"order": made.order_id, "amount": spell(made.hers, made.currency)},
        )


async def owe_refund(work: UnitOfWork, made: Refund, why: str) -> None:
    """Her part could not be taken back: it is a debt of hers, for the admins to see."""
    amount = made.to_take_back
    await insert_debt(work, made, amount, why)
    owed = debt_posting(refund=made.id, runner=made.runner_id, amount=amount, currency=made.currency)
    await post(work, owed, made.order_id)
    await change_refund(work, made.id, refusal=why)
    await tell_admins(
        work,
        campus_id=made.campus_id,
        name=f"debt:{made.id}",
        key="push-debt",
        order_id=made.order_id,
        buttons=[_look_at(made)],
        words={"order": made.order_id, "amount": spell(amount, made.currency), "reason": why},
    )


async def settle_refund(work: UnitOfWork, run: Run) -> None:
    """The customer has it, or her bank sent it back: the cards say so."""
    await redraw_known(work, run.order)


def _look_at(made: Refund) -> dict[str, str]:
    return {"key": "button-see-order", "data": f"v1:admin_order:{made.order_id}:0"}
