"""A runner gives no sign of life: she is asked; then the job goes back, or, after the purchase, the admins are told."""

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, func, select

from domain.buttons import Style, Tap, pack
from domain.errors import OrderClosed
from domain.order import WITH_RUNNER, Order, OrderEvent, OrderStatus, allowed
from domain.people import Role
from domain.store.campuses import find_campus
from domain.store.messages import redraw_order, tell, tell_admins
from domain.store.orders import lock_order
from domain.store.people import find_member
from domain.store.runs import Start
from domain.store.schema import timer
from domain.store.timers import DueTimer, await_sign_of_life, set_timer, stop_timer
from domain.store.unit_of_work import UnitOfWork
from domain.timers import TimerKind, TimerStatus


async def ask_for_life(work: UnitOfWork, due: DueTimer) -> None:
    """SIGN_OF_LIFE: the runner is asked, and has the window `answer` for it."""
    order, runner = await _held(work, due)
    buttons = [{"key": "button-on-it", "data": pack(Tap.ON_IT, order.id, order.version)}]
    if allowed(order.status, OrderEvent.RELEASED):
        release = pack(Tap.RELEASE, order.id, order.version)
        buttons.append({"key": "button-release", "data": release, "style": Style.DANGER})
    windows = (await find_campus(work, order.campus_id)).windows
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=runner,
        name=f"sign_of_life:{due.id}",
        key="push-sign-of-life" if order.status is OrderStatus.ACCEPTED else "push-sign-of-life-bought",
        order_id=order.id,
        buttons=buttons,
        words={"order": order.id, "minutes": max(1, round(windows.answer / 60))},
    )
    await set_timer(work, order, TimerKind.SILENCE, work.now + windows.length("answer"))


async def act_on_silence(work: UnitOfWork, due: DueTimer) -> Start | None:
    """SILENCE: before the purchase the job is for the others again; after it, only people can help."""
    order, runner = await _held(work, due)
    if order.status is OrderStatus.ACCEPTED:
        return Start(
            kind="release_order",
            name=f"release_order:{order.id}:{order.releases + 1}",
            campus_id=order.campus_id,
            order_id=order.id,
            person_id=runner,
            data={"reason": "silence", "role": Role.SYSTEM},
        )
    await _tell_admins(work, order, runner)
    await redraw_order(work, order, group=False)
    return None


async def hear_from(work: UnitOfWork, order: Order) -> None:
    """The runner of this locked order gave a sign of life: no step, but she is there; her time begins anew."""
    silent = await is_silent(work, order)
    for kind in (TimerKind.SIGN_OF_LIFE, TimerKind.SILENCE):
        await stop_timer(work, order.id, kind)
    await await_sign_of_life(work, order)
    if silent:  # the customer's card said that we look into it
        await redraw_order(work, order, group=False)


async def is_silent(work: UnitOfWork, order: Order) -> bool:
    """Whether the runner of a bought order was asked, did not answer, and gave no sign since."""
    no_answer = (await work.connection.execute(_NO_ANSWER, {"number": order.id})).scalar_one()
    return is_silent_when(order, no_answer=bool(no_answer))


def is_silent_when(order: Order, *, no_answer: bool) -> bool:
    """As is_silent, by what `no_answer_to` said."""
    return no_answer and order.status in WITH_RUNNER and order.status is not OrderStatus.ACCEPTED


def no_answer_to(order_id: ColumnElement[int]) -> ScalarSelect[bool]:
    """In a statement: whether what a runner was asked last for a sign of life passed unanswered; NULL if never."""
    asked = timer.c.kind.in_((TimerKind.SIGN_OF_LIFE, TimerKind.SILENCE))
    unanswered = and_(timer.c.kind == TimerKind.SILENCE, timer.c.status == TimerStatus.FIRED)
    newest = select(unanswered).where(timer.c.order_id == order_id, asked).order_by(timer.c.id.desc())
    return newest.limit(1).scalar_subquery()


_NO_ANSWER = select(no_answer_to(bindparam("number")))


async def _tell_admins(work: UnitOfWork, order: Order, runner: int) -> None:
    """Once a stage: who, how long, and the ways out."""
    spoke = select(func.max(timer.c.set_at)).where(timer.c.order_id == order.id, timer.c.kind == TimerKind.SIGN_OF_LIFE)
    since = (await work.connection.execute(spoke)).scalar_one()
    by, to = [await find_member(work, order.campus_id, each) for each in (runner, order.customer_id)]
    await tell_admins(
        work,
        campus_id=order.campus_id,
        name=f"silent:{order.id}:{order.status}",
        key="push-silent-admins",
        order_id=order.id,
        buttons=[{"key": "button-see-order", "data": pack(Tap.ADMIN_ORDER, order.id)}],
        words={
            "order": order.id,
            "status": order.status,
            "minutes": int((work.now - since).total_seconds() // 60),
            "runner": by.first_name,
            "runner_account": by.account,
            "customer": to.first_name,
            "customer_account": to.account,
        },
    )


async def _held(work: UnitOfWork, due: DueTimer) -> tuple[Order, int]:
    """The order and the runner who holds it; OrderClosed when nobody does any more."""
    order = await lock_order(work, due.campus_id, due.order_id)
    if order.runner_id is None or order.status not in WITH_RUNNER:
        raise OrderClosed
    return order, order.runner_id
