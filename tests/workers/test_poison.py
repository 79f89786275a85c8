"""What always fails is parked after a few tries, with its reason, and told once; everything else goes on."""

import json
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import NotAllowed, Stale
from domain.order import OrderStatus
from domain.parking import MOST_TRIES
from domain.people import Member
from domain.store.use_cases import parking, steering
from tests.town import Town
from tests.workers.breakage import broken
from workers.hints import read_hint, read_hints
from workers.timers import fire_timers

POISON = {"data": {"object": {"object": "refund"}, "note": "nothing to look for"}}


@pytest.fixture
async def admin(town: Town) -> Member:
    """An admin."""
    member = await town.member(card=None)
    await town.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=member.person_id)
    return await town.known(member.person_id)


async def keep_event(town: Town, payload: Any) -> str:
    """Stripe told something that a saga may wait for; gives its number."""
    number = f"evt_{uuid4().hex}"
    row = "INSERT INTO stripe_event (id, type, payload) VALUES (:id, 'refund.updated', CAST(:payload AS jsonb))"
    await town.sql(row, id=number, payload=json.dumps(payload))
    return number


async def parked(town: Town) -> list[Any]:
    """All that is, or was, parked."""
    return list(await town.rows("SELECT * FROM parked ORDER BY id"))


async def told(town: Town) -> int:
    """How often the admins were told that something is parked."""
    return len(await town.rows("SELECT 1 FROM push WHERE key = 'push-parked'"))


async def test_an_event_that_always_fails_is_parked_and_the_others_go_on(town: Town, admin: Member) -> None:
    poison, good = await keep_event(town, {"data": None}), await keep_event(town, POISON)
    for _ in range(MOST_TRIES + 3):
        await read_hints(town.workshop, 50)
    rows = {row.id: row for row in await town.rows("SELECT * FROM stripe_event")}
    assert (rows[good].tries, rows[good].error) == (0, None)
    assert rows[good].handled_at is not None
    assert rows[poison].tries == MOST_TRIES
    (row,) = await parked(town)
    assert (row.kind, row.subject, row.tries) == ("event", poison, MOST_TRIES)
    assert row.shown == f"refund.updated {poison}"
    assert "TypeError" in row.error
    assert await told(town) == 1
    await town.sql("UPDATE stripe_event SET payload = CAST(:good AS jsonb)", good=json.dumps(POISON))
    async with town.database() as work:
        await parking.try_again(work, town.campus, admin, row.id)
    await read_hint(town.workshop, poison)
    (handled,) = await town.rows("SELECT * FROM stripe_event WHERE id = :id", id=poison)
    assert (handled.tries, handled.error, handled.handled_at is None) == (0, None, False)


async def test_what_fails_again_after_one_more_try_is_told_again(town: Town, admin: Member) -> None:
    await keep_event(town, {"data": None})
    for times in (1, 2):
        for _ in range(MOST_TRIES):
            await read_hints(town.workshop, 50)
        (row,) = await parked(town)
        assert (row.times, row.ended_at) == (times, None)
        assert await told(town) == times
        async with town.database() as work:
            await parking.try_again(work, town.campus, admin, row.id)
        with pytest.raises(Stale):
            async with town.database() as work:
                await parking.drop(work, town.campus, admin, row.id, "too late")


async def test_a_deadline_that_starts_nothing_is_parked_and_fires_when_an_admin_says_so(
    town: Town, admin: Member
) -> None:
    order, other = await town.open_job(), await town.open_job()
    expire = "UPDATE timer SET due_at = now() WHERE kind = 'expire' AND status = 'set' AND order_id = :id"
    async with broken(town, "saga"):
        for _ in range(MOST_TRIES + 2):
            await town.sql(expire, id=order.id)
            await fire_timers(town.workshop)
    (row,) = await parked(town)
    assert (row.kind, row.order_id, row.tries, row.shown) == ("timer", order.id, MOST_TRIES, "expire")
    assert await town.told(order, town.campus.admin_chat) == ["push-parked"]
    await town.sql(expire, id=other.id)
    await town.drive()
    assert (await town.order(other.id)).status is OrderStatus.EXPIRED
    assert (await town.order(order.id)).status is OrderStatus.CREATED
    async with town.database() as work:
        await parking.try_again(work, town.campus, admin, row.id)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.EXPIRED


async def test_a_deadline_that_was_set_anew_meanwhile_is_not_doubled(town: Town, admin: Member) -> None:
    order = await town.open_job()
    async with broken(town, "saga"):
        for _ in range(MOST_TRIES):
            await town.sql("UPDATE timer SET due_at = now() WHERE kind = 'expire' AND status = 'set'")
            await fire_timers(town.workshop)
    (row,) = await parked(town)
    copied = "INSERT INTO timer (campus_id, order_id, kind, due_at) SELECT campus_id, order_id, kind, due_at + interval"
    await town.sql(f"{copied} '1 hour' FROM timer WHERE id = :id", id=int(row.subject))
    async with town.database() as work:
        await parking.try_again(work, town.campus, admin, row.id)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CREATED


async def test_a_saga_of_another_release_stands_stuck_and_harms_nobody(town: Town, admin: Member) -> None:
    row = "INSERT INTO saga (id, name, kind, version, campus_id, status, position, wake_at)"
    await town.sql(f"{row} VALUES (:id, 'odd', 'of_tomorrow', 7, :here, 'running', 2, now())", id=uuid4(), here=1)
    order = await town.open_job()
    for _ in range(12):
        await town.hurry()
    async with town.database() as work:
        (found,) = await steering.stuck(work, town.campus, admin)
    assert (found.kind, found.step) == ("of_tomorrow", "-")
    assert "KeyError" in found.error
    assert (await town.order(order.id)).status is OrderStatus.CREATED


async def test_only_an_admin_sees_and_ends_what_is_parked(town: Town) -> None:
    member = await town.member(runner=True, card=None)
    async with town.database() as work:
        for attempt in (
            parking.listed(work, town.campus, member),
            parking.try_again(work, town.campus, member, 1),
            parking.drop(work, town.campus, member, 1, "mine"),
        ):
            with pytest.raises(NotAllowed):
                await attempt
