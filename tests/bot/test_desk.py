"""Every command and tap of an admin is refused to everybody else, and to an admin where others read along."""

from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from domain.buttons import Tap
from domain.people import RunnerStatus
from domain.store.schema import campus, membership, saga
from tests.bot.delivered import desk_of
from tests.bot.jobs import arrived, stuck_saga
from tests.bot.stage import Json, Somebody, Stage


async def _everything(stage: Stage) -> tuple[list[str], list[tuple[Tap, int, int]], Callable[[], Awaitable[Json]]]:
    """Every command and tap of an admin about things there are, and what must not change."""
    (order_id, _, ana), number = await arrived(stage), await stuck_saga(stage)
    asking = await stage.somebody("Ben", runner_status=RunnerStatus.ASKED)
    about = [f"/{name} {order_id} why" for name in ("cancel", "release", "finish")]
    about += [
        f"/close {order_id} platform why",
        f"/suspend {ana.id} why",
        f"/unsuspend {ana.id}",
        "/pause why",
        "/resume",
    ]
    about += ["/approve", f"/approve {asking.id}", f"/order {order_id}", "/board", "/runners", "/stuck"]
    taps = [(Tap.ACT, order_id, 3), (Tap.ACT_SURE, order_id, 3), (Tap.ADMIN_ORDER, order_id, 1), (Tap.BOARD, 0, 1)]
    taps += [(Tap.RUNNERS, 0, 1), (Tap.SUSPEND, ana.id, 1), (Tap.SUSPEND_SURE, ana.id, 1), (Tap.UNSUSPEND, ana.id, 1)]
    taps += [(Tap.APPROVE, asking.id, 0), (Tap.RETRY, number, 0), (Tap.PAY_AGAIN, order_id, 0)]

    async def facts() -> Json:
        people = [await _runner_status(stage, each) for each in (ana, asking)]
        (row,) = await stage.rows(saga, saga.c.number == number)
        return (
            await stage.status(order_id),
            people,
            row["status"],
            (await stage.rows(campus, campus.c.id == stage.campuses["north"]))[0]["paused"],
        )

    return about, taps, facts


@pytest.mark.parametrize(
    ("standing", "place"),
    [
        (RunnerStatus.NONE, "private"),
        (RunnerStatus.NONE, "desk"),
        (RunnerStatus.APPROVED, "private"),
        (RunnerStatus.APPROVED, "runners"),
        (RunnerStatus.SUSPENDED, "private"),
    ],
)
async def test_nobody_else_steers(stage: Stage, standing: RunnerStatus, place: str) -> None:
    commands, taps, facts = await _everything(stage)
    before, eve = await facts(), await stage.somebody("Eve", runner_status=standing)
    async with desk_of(stage) as desk:
        await stage.sim("groups", id=desk.chat, title="Desk", members=[eve.id, desk.sam.id], bots=["north_bot"])
        chat = {"private": None, "runners": stage.groups["north"], "desk": desk.chat}[place]
        for command in commands:
            await _stamina(stage, eve)
            await eve.write(command, chat)
            assert "not yours" in (await eve.last(chat))["text"], command
        for tap, subject, version in taps:
            await _stamina(stage, eve)
            assert "not yours" in (await eve.tap(tap, subject, version, chat=chat))["text"], tap
    assert await facts() == before


async def test_an_admin_steers_nothing_in_front_of_the_runners(stage: Stage) -> None:
    commands, taps, facts = await _everything(stage)
    before, sam, group = await facts(), await stage.admin(), stage.groups["north"]
    await sam.write("/start@north_bot", group)
    for command in commands:
        await _stamina(stage, sam)
        await sam.write(command, group)
        assert "not yours" in (await sam.last(group))["text"], command
    for tap, subject, version in taps:
        await _stamina(stage, sam)
        assert "not yours" in (await sam.tap(tap, subject, version, chat=group))["text"], tap
    assert await facts() == before


async def _stamina(stage: Stage, one: Somebody) -> None:
    """As if she had rested: nobody is asked to slow down."""
    redis = Redis.from_url(stage.settings.redis_url)
    await redis.delete(f"campusg:actions:{one.id}")
    await redis.aclose()


async def _runner_status(stage: Stage, one: Somebody) -> str:
    here = membership.c.campus_id == stage.campuses["north"]
    (row,) = await stage.rows(membership, membership.c.person_id == one.id, here)
    return str(row["runner_status"])
