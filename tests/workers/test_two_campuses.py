"""Two campuses in one database: whoever belongs to one sees and moves nothing of the other."""

from dataclasses import replace

import pytest

from domain.errors import CampusGError, OrderNotFound, RunnerNotApproved, Stale
from domain.order import Bearer
from domain.people import Member
from domain.store.people import welcome
from domain.store.use_cases import ordering, roster, running, steering
from tests.town import Town, found


@pytest.fixture
async def other_town(shared_town: Town) -> Town:
    """A second campus in the same database, with the same workers and the same Stripe."""
    return replace(shared_town, campus=await found(shared_town.database), regular=None)


async def newcomer(town: Town, member: Member) -> Member:
    """Somebody known elsewhere says hello here."""
    async with town.database() as work:
        return await welcome(
            work,
            town.campus.id,
            member.person_id,
            first_name=member.first_name,
            username=None,
            language="en",
            private=True,
        )


async def test_a3_an_order_of_another_campus_can_not_be_found(shared_town: Town, other_town: Town) -> None:
    """A3: for no role and by no tap."""
    order = await shared_town.open_job()
    runner = await shared_town.member(runner=True, card=None)
    before = await shared_town.order(order.id)
    await newcomer(other_town, runner)
    await other_town.sql(
        "UPDATE membership SET runner_status = 'approved', is_admin = true WHERE person_id = :id", id=runner.person_id
    )
    there = await other_town.known(runner.person_id)
    place = other_town.campus
    async with other_town.database() as work:
        for tap in (
            running.claim,
            running.release,
            running.pick_up,
            running.arrive,
            ordering.cancel,
            ordering.order_again,
            steering.look_at,
        ):
            with pytest.raises(OrderNotFound):
                await tap(work, place, there, order.id)
        with pytest.raises(OrderNotFound):
            await running.buy(work, place, there, order.id, 100)
        with pytest.raises(OrderNotFound):
            await running.hand_over(work, place, there, order.id, "0000")
        with pytest.raises(OrderNotFound):
            await steering.cancel(work, place, there, order.id, "not yours")
        for word in (steering.take_back, steering.finish):
            with pytest.raises(OrderNotFound):
                await word(work, place, there, order.id, "not yours")
        with pytest.raises(OrderNotFound):
            await steering.close_purchase(work, place, there, order.id, Bearer.PLATFORM, "not yours")
        with pytest.raises(OrderNotFound):
            await steering.pay_again(work, place, there, order.id)
        assert order.id not in {line.order.id for line in await steering.board(work, place, there)}
    assert await shared_town.order(order.id) == before


async def test_an_approved_runner_is_a_stranger_on_another_campus(shared_town: Town, other_town: Town) -> None:
    """A1: roles are per campus."""
    runner = await shared_town.member(runner=True, card=None)
    there = await newcomer(other_town, runner)
    order = await other_town.open_job()
    async with other_town.database() as work:
        with pytest.raises(RunnerNotApproved):
            await running.claim(work, other_town.campus, there, order.id)
        with pytest.raises(RunnerNotApproved):  # not even with her other campus' membership in hand
            await running.claim(work, other_town.campus, runner, order.id)


async def test_an_admin_neither_sees_nor_wakes_what_stands_on_another_campus(
    shared_town: Town, other_town: Town
) -> None:
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.fault("POST /v1/payment_intents/*/capture", "status", status=400, code="no")
    await town.drive()
    row = await town.saga(order, "complete_order")
    assert row.status == "stuck"
    foreign = await other_town.member()
    await other_town.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=foreign.person_id)
    foreign = await other_town.known(foreign.person_id)
    async with other_town.database() as work:
        assert await steering.stuck(work, other_town.campus, foreign) == []
        with pytest.raises(Stale):
            await steering.retry(work, other_town.campus, foreign, row.number)
        with pytest.raises(CampusGError):
            await roster.approve(work, other_town.campus, foreign, order.runner_id or 0)
        with pytest.raises(Stale):
            await roster.suspend(work, other_town.campus, foreign, order.runner_id or 0, "a stranger")
        assert await roster.runners(work, other_town.campus, foreign) == []
    assert (await town.saga(order, "complete_order")).status == "stuck"
    assert (
        await other_town.rows(
            "SELECT 1 FROM push WHERE campus_id = :id AND order_id = :order", id=other_town.campus.id, order=order.id
        )
        == []
    )


async def test_drafts_of_one_person_on_two_campuses_are_two(shared_town: Town, other_town: Town) -> None:
    member = await shared_town.member()
    there = await newcomer(other_town, member)
    draft = await shared_town.draft(member)
    async with other_town.database() as work:
        with pytest.raises(Stale):
            await ordering.place(
                work,
                other_town.campus,
                there,
                version=draft.version,
                ceiling=draft.price(shared_town.campus.fees).ceiling,
            )


async def test_a_limit_of_open_jobs_counts_on_each_campus_alone(shared_town: Town, other_town: Town) -> None:
    runner = await shared_town.member(runner=True, card=None)
    await shared_town.held_job(runner)
    await newcomer(other_town, runner)
    await other_town.sql("UPDATE membership SET runner_status = 'approved' WHERE person_id = :id", id=runner.person_id)
    order = await other_town.open_job()
    there = await other_town.known(runner.person_id)
    await other_town.claim(there, order)
    assert (await other_town.order(order.id)).runner_id == runner.person_id
