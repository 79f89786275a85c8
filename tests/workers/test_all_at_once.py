"""Everybody acts on one order at the same instant: each is done or politely refused, and the books stay right."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from domain.aftercare import ProblemKind
from domain.errors import CampusGError
from domain.order import Bearer, Order
from domain.people import Member
from domain.store.aftercare import open_case_of
from domain.store.orders import find_order
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases import aftercare, evidence, ordering, patience, relaying, roster, running, steering
from tests.town import Town
from tests.workers.scenes import new_admin
from workers.timers import fire_timers

ROUNDS, AT_ONCE = 5, 14
SPREAD = 0.05  # seconds within which all of a round begin
RIPE = (  # deadlines come due at any moment; the order first, as everybody locks it
    "WITH held AS (SELECT id FROM orders WHERE id = :id FOR NO KEY UPDATE) UPDATE timer SET due_at = now()"
    " WHERE order_id IN (SELECT id FROM held) AND status = 'set' AND random() < 0.4"
)

Act = Callable[[UnitOfWork], Awaitable[object]]


@pytest.mark.parametrize("stage", ["open", "held", "at the door", "delivered"])
async def test_whatever_is_done_at_once_is_done_or_refused(shared_town: Town, stage: str) -> None:
    town, chance = shared_town, Random(stage)
    for _ in range(ROUNDS):
        order, mei, runners = await _order(town, stage)
        admins = [await new_admin(town) for _ in range(2)]
        acts = [*_of_runners(town, order, chance.choice(runners)), *_of_the_customer(town, order, mei)]
        acts += _of_admins(town, order, chance.choice(admins), chance.choice(runners))
        chosen = (_try(town, act, chance.uniform(0, SPREAD)) for act in chance.choices(acts, k=AT_ONCE))
        worlds = (_time_passes(town, order, chance.uniform(0, SPREAD)) for _ in range(2))
        await asyncio.gather(*chosen, *worlds, town.drive(town.worker("a")), town.drive(town.worker("b")))
    await town.hurry()
    assert await town.breaches() == []
    assert await town.rows("SELECT error FROM saga WHERE status = 'stuck'") == []


async def _order(town: Town, stage: str) -> tuple[Order, Member, list[Member]]:
    mei = await town.member()
    runners = [await town.member(runner=True, card=None, ready=ready) for ready in (True, False)]
    order = await town.open_job(mei) if stage == "open" else await town.held_job(runners[1], mei)
    if stage in ("at the door", "delivered"):
        await town.carry(runners[1], order)
    if stage == "delivered":
        await town.hand_over(runners[1], order)
    return order, mei, runners


def _of_runners(town: Town, order: Order, ana: Member) -> list[Act]:
    hers = (running.claim, running.release, running.pick_up, running.arrive, patience.show_life)
    return [
        *(_call(use_case, town, ana, order) for use_case in hers),
        _call(running.buy, town, ana, order, 850),
        _call(running.hand_over, town, ana, order, order.pin or "0000"),
        _call(evidence.leave_with_photo, town, ana, order, "photo"),
        _call(evidence.keep_receipt, town, ana, order, "photo"),
        _write(town, order, ana),
    ]


def _of_the_customer(town: Town, order: Order, mei: Member) -> list[Act]:
    return [
        _call(ordering.cancel, town, mei, order),
        _call(patience.wait, town, mei, order),
        _call(aftercare.report, town, mei, order, ProblemKind.COLD, "cold", None),
        _write(town, order, mei),
    ]


def _of_admins(town: Town, order: Order, sam: Member, ana: Member) -> list[Act]:
    with_reason = (steering.cancel, steering.take_back, steering.finish)
    return [
        *(_call(use_case, town, sam, order, "why") for use_case in with_reason),
        *(_call(steering.close_purchase, town, sam, order, bearer, "why") for bearer in Bearer),
        _call(steering.pay_again, town, sam, order),
        _answer(town, order, sam),
        _call(roster.suspend, town, sam, ana.person_id, "why"),
    ]


def _call(
    use_case: Callable[..., Awaitable[object]], town: Town, who: Member, about: Order | int, *more: object
) -> Act:
    number = about if isinstance(about, int) else about.id
    return lambda work: use_case(work, town.campus, who, number, *more)


def _write(town: Town, order: Order, one: Member) -> Act:
    async def write(work: UnitOfWork) -> None:
        now = await find_order(work, town.campus.id, order.id)
        number = next(town.numbers)
        await relaying.pass_on(work, town.campus, one, now, "hello", photo=None, message_id=number)

    return write


def _answer(town: Town, order: Order, sam: Member) -> Act:
    async def answer(work: UnitOfWork) -> None:
        case = await open_case_of(work, order.id)
        if case is not None:
            await aftercare.answer_case(work, town.campus, sam, case.id, "we look", in_admin_chat=False)

    return answer


async def _try(town: Town, act: Act, pause: float) -> None:
    await asyncio.sleep(pause)
    try:
        async with town.database() as work:
            await act(work)
    except CampusGError:
        pass


async def _time_passes(town: Town, order: Order, pause: float) -> None:
    await asyncio.sleep(pause)
    await town.sql(RIPE, id=order.id)
    await fire_timers(town.worker("clock"))
