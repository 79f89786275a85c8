"""Local steps of replace_hold: more money is asked for, counts from one moment on, or leaves all as it was."""

from dataclasses import replace

from sqlalchemy import update

from domain.buttons import Tap, pack
from domain.errors import OrderClosed
from domain.money import spell
from domain.order import ENDED, Order, OrderStatus
from domain.people import Role
from domain.pricing import Price
from domain.raising import RaiseKind
from domain.store.candidates import adopt, open_candidate, require_no_candidate, withdraw
from domain.store.events import Actor, log
from domain.store.messages import redraw_known, redraw_order, tell
from domain.store.orders import find_order, lock_order
from domain.store.rows import price_columns
from domain.store.runs import Run
from domain.store.schema import orders
from domain.store.unit_of_work import UnitOfWork

# What replace_hold turned back for, and the sentence its customer reads.
SENTENCES = {"declined": "push-raise-declined", "unpaid": "push-raise-unapproved"}
OVERTAKEN = frozenset({"overtaken", OrderClosed.key})


async def request_candidate(work: UnitOfWork, run: Run) -> None:
    """A hold of the new ceiling is wanted; one at a time, and only for an order in the state it was asked for."""
    order = await lock_order(work, run.campus_id, run.order)
    _require_unmoved(order, run)
    await require_no_candidate(work, order.id)
    price = agreed(run, order)
    run.data["ceiling"] = price.ceiling
    await open_candidate(work, order.id, run.id, price.ceiling, price.currency)


def agreed(run: Run, order: Order) -> Price:
    """The offer the customer agreed to, as it was frozen by her tap."""
    return replace(order.price, delivery_fee=int(run.data["delivery_fee"]), shop_limit=int(run.data["shop_limit"]))


def _require_unmoved(order: Order, run: Run) -> None:
    """OrderClosed unless it is as it was: open for a higher fee, or with the same runner in the shop."""
    match RaiseKind(run.data["kind"]):
        case RaiseKind.FEE:
            unmoved = order.status is OrderStatus.CREATED
        case RaiseKind.LIMIT:
            hers = order.claim is not None and str(order.claim) == run.data["claim"]
            unmoved = order.status is OrderStatus.ACCEPTED and hers and order.hold_checked
    if not unmoved:
        raise OrderClosed


async def adopt_candidate(work: UnitOfWork, run: Run) -> None:
    """The new price and the new hold count together; OrderClosed when the order went on meanwhile."""
    order = await lock_order(work, run.campus_id, run.order)
    _require_unmoved(order, run)
    former, _ = await adopt(work, order.id, run.id)
    run.data["former"] = former.id
    price = agreed(run, order)
    raised = update(orders).where(orders.c.id == order.id)
    await work.connection.execute(raised.values(**price_columns(price), asked_limit=None, version=orders.c.version + 1))
    await log(
        work,
        Actor(role=Role.CUSTOMER, person_id=run.person),
        campus_id=order.campus_id,
        order_id=order.id,
        subject="order",
        subject_id=order.id,
        happened="raised",
        before=order.status,
        after=order.status,
        reason=f"{spell(order.price.ceiling, price.currency)} -> {spell(price.ceiling, price.currency)}",
    )
    await redraw_order(work, await find_order(work, order.campus_id, order.id))
    if RaiseKind(run.data["kind"]) is RaiseKind.LIMIT:
        await _tell_runner(work, run, order, "push-limit-raised", limit=spell(price.shop_limit, price.currency))


async def withdraw_candidate(work: UnitOfWork, run: Run) -> None:
    """Nothing changes, and who waits for it hears why."""
    order = await lock_order(work, run.campus_id, run.order)
    await withdraw(work, run.id)
    await redraw_known(work, order.id)
    if order.status in ENDED:
        return  # that was told, and the card says that the money is released
    overtaken = run.reason in OVERTAKEN
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"not_raised:{run.id}",
        key="push-raise-overtaken" if overtaken else SENTENCES.get(run.reason or "", "push-raise-not-reached"),
        order_id=order.id,
        buttons=[{"key": "button-use-other-card", "data": pack(Tap.ADD_CARD)}] if run.reason == "declined" else [],
        words={
            "order": order.id,
            "ceiling": spell(order.price.ceiling, order.price.currency),
            "wanted": spell(int(run.data["ceiling"]), order.price.currency),
        },
        silent=overtaken,
    )
    if RaiseKind(run.data["kind"]) is RaiseKind.LIMIT and str(order.claim) == run.data["claim"] and not overtaken:
        limit = spell(order.price.shop_limit, order.price.currency)
        await _tell_runner(work, run, order, "push-limit-not-raised", limit=limit)


async def _tell_runner(work: UnitOfWork, run: Run, order: Order, key: str, *, limit: str) -> None:
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=order.runner_id or 0,
        name=f"{key}:{run.id}",
        key=key,
        order_id=order.id,
        words={"order": order.id, "limit": limit},
    )
