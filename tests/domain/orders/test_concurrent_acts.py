"""All possible acts on one order at the same instant: each is done or refused, and the ledger balances."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from random import Random

import pytest

from domain.campuses.people import Member
from domain.orders.repository import find_order
from domain.orders.states import Bearer, Order
from domain.orders.use_cases import admin_orders, check_ins, ordering, photos, running
from domain.payouts import use_cases as payouts_use_cases
from domain.support.feedback import ProblemKind
from domain.support.repository import find_open_case
from domain.support.use_cases import feedback, relay, roster
from tests.scenarios.scenario_setup import new_admin
from tests.stack.photos import new_photo
from tests.stack.races import refusal_of
from tests.stack.worker_stack import WorkerStack
from workers.scheduling.due_timers import fire_timers

pytestmark = pytest.mark.drill

REPETITIONS, AT_ONCE = 5, 14
SPREAD_SECONDS = 0.05  # seconds within which all acts of a round begin
EXPIRE_NOW_SQL = (  # deadlines fall due at any moment; locks the order first, as everything else does
    "WITH held AS (SELECT id FROM orders WHERE id = :id FOR NO KEY UPDATE) UPDATE timer SET due_at = now()"
    " WHERE order_id IN (SELECT id FROM held) AND status = 'set' AND random() < 0.4"
)

Act = Callable[[], Awaitable[object]]


@pytest.mark.parametrize("reached_status", ["open", "held", "at the door", "delivered"])
async def test_whatever_is_done_at_once_is_done_or_refused(stack: WorkerStack, reached_status: str) -> None:
    chance = Random(reached_status)
    for _ in range(REPETITIONS):
        order, mei, runners = await _order_at_stage(stack, reached_status)
        admins = [await new_admin(stack) for _ in range(2)]
        acts = [*_runner_acts(stack, order, chance.choice(runners)), *_customer_acts(stack, order, mei)]
        acts += _admin_acts(stack, order, chance.choice(admins), chance.choice(runners))
        chosen = (_try_act(act, chance.uniform(0, SPREAD_SECONDS)) for act in chance.choices(acts, k=AT_ONCE))
        worlds = (_time_passes(stack, order, chance.uniform(0, SPREAD_SECONDS)) for _ in range(2))
        await asyncio.gather(
            *chosen, *worlds, stack.run_due(stack.new_worker("a")), stack.run_due(stack.new_worker("b"))
        )
    await stack.run_now()
    assert await stack.breaches() == []
    assert await stack.rows("SELECT error FROM saga WHERE status = 'stuck'") == []


async def _order_at_stage(stack: WorkerStack, reached_status: str) -> tuple[Order, Member, list[Member]]:
    mei = await stack.add_member()
    runners = [await stack.add_member(runner=True, card=None, ready=ready) for ready in (True, False)]
    order = await stack.open_order(mei) if reached_status == "open" else await stack.claimed_order(runners[1], mei)
    if reached_status in ("at the door", "delivered"):
        await stack.bring_to_drop_point(runners[1], order)
    if reached_status == "delivered":
        await stack.hand_over(runners[1], order)
    return order, mei, runners


def _runner_acts(stack: WorkerStack, order: Order, ana: Member) -> list[Act]:
    runner_calls = (
        running.start_claim,
        running.start_release,
        running.mark_picked_up,
        running.mark_arrived,
        check_ins.check_in_as_runner,
    )
    return [
        *(_use_case_act(use_case, stack, ana, order) for use_case in runner_calls),
        _use_case_act(running.mark_bought, stack, ana, order, 850),
        _use_case_act(running.hand_over_with_pin, stack, ana, order, order.pin or "0000"),
        _use_case_act(photos.leave_food_with_photo, stack, ana, order, new_photo()),
        _use_case_act(photos.save_receipt_photo, stack, ana, order, new_photo()),
        _write(stack, order, ana),
    ]


def _customer_acts(stack: WorkerStack, order: Order, mei: Member) -> list[Act]:
    return [
        _use_case_act(ordering.cancel_own_order, stack, mei, order),
        _use_case_act(check_ins.record_customer_waits, stack, mei, order),
        _use_case_act(feedback.report_problem, stack, mei, order, ProblemKind.COLD, "cold", None),
        _write(stack, order, mei),
    ]


def _admin_acts(stack: WorkerStack, order: Order, sam: Member, ana: Member) -> list[Act]:
    with_reason = (
        admin_orders.cancel_order_as_admin,
        admin_orders.release_order_as_admin,
        admin_orders.finish_order_as_admin,
    )
    return [
        *(_use_case_act(use_case, stack, sam, order, "why") for use_case in with_reason),
        *(_use_case_act(admin_orders.close_purchase_as_admin, stack, sam, order, bearer, "why") for bearer in Bearer),
        _use_case_act(payouts_use_cases.retry_payout, stack, sam, order),
        _answer(stack, order, sam),
        _use_case_act(roster.suspend_runner, stack, sam, ana.person_id, "why"),
    ]


def _use_case_act(
    use_case: Callable[..., Awaitable[object]], stack: WorkerStack, who: Member, about: Order | int, *more: object
) -> Act:
    return partial(stack.act, use_case, who, about if isinstance(about, int) else about.id, *more)


def _write(stack: WorkerStack, order: Order, one: Member) -> Act:
    async def write() -> None:
        async with stack.database() as work:
            now = await find_order(work, stack.campus.id, order.id)
            number = next(stack.person_numbers)
            await relay.relay_message(work, stack.campus, one, now, "hello", photo=None, message_id=number)

    return write


def _answer(stack: WorkerStack, order: Order, sam: Member) -> Act:
    async def answer() -> None:
        async with stack.database() as work:
            case = await find_open_case(work, order.id)
            if case is not None:
                await feedback.answer_case(work, stack.campus, sam, case.id, "we look", in_admin_chat=False)

    return answer


async def _try_act(act: Act, pause: float) -> None:
    await asyncio.sleep(pause)
    await refusal_of(act)


async def _time_passes(stack: WorkerStack, order: Order, pause: float) -> None:
    await asyncio.sleep(pause)
    await stack.sql(EXPIRE_NOW_SQL, id=order.id)
    await fire_timers(stack.new_worker("clock"))
