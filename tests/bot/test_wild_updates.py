"""Wild and forged updates by people of every standing: nothing breaks, each tap is answered, rights are kept."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from random import Random

from sqlalchemy import insert

from domain.people import RunnerStatus
from domain.store.schema import membership
from tests.bot.delivered import desk_of
from tests.bot.flood import FIRST_UPDATE, Flood, facts, foreign_group, introduce, listening
from tests.bot.matrix import Scene, Standing, set_scene, stand
from tests.bot.rules import Thing
from tests.bot.stage import IDENTITIES, Stage
from tests.fuzz.depth import SEED, rounds
from tests.fuzz.updates import Writer

MANY = rounds(110, 5_500)  # updates of each of the two crowds
BROKEN = 0.35
STRANGERS = 6

_OF_ORDERS = "order_id IN (SELECT id FROM orders WHERE customer_id = :customer)"
# What belongs to a customer and her runner, and what belongs to the campus.
THEIRS: Mapping[str, str] = {
    "orders": "SELECT * FROM orders WHERE customer_id = :customer",
    **{
        table: f"SELECT * FROM {table} WHERE {_OF_ORDERS}"
        for table in (
            "hold",
            "payable",
            "rating",
            "problem_case",
            "timer",
            "barred",
            "refund",
            "debt",
            "dispute",
            "saga",
        )
    },
    "event": f"SELECT * FROM event WHERE {_OF_ORDERS}",
    "push": f"SELECT * FROM push WHERE {_OF_ORDERS} OR chat_id IN (:customer, :runner)",
    "membership": "SELECT * FROM membership WHERE person_id IN (:customer, :runner)",
    "dialogue": "SELECT * FROM dialogue WHERE person_id IN (:customer, :runner)",
    "draft": "SELECT * FROM draft WHERE person_id IN (:customer, :runner)",
    "card": "SELECT * FROM saved_card WHERE person_id IN (:customer, :runner)",
    "campus": "SELECT * FROM campus",
    "standing": "SELECT person_id, is_admin, admitted, runner_status IN ('approved', 'suspended') FROM membership",
    "ledger": "SELECT * FROM ledger_entry",
    "stuck": "SELECT * FROM saga WHERE status = 'stuck'",
}


@asynccontextmanager
async def _flooded(stage: Stage, scene: Scene, people: list[int], salt: int) -> AsyncIterator[Flood]:
    async with desk_of(stage) as desk, foreign_group(stage) as foreign:
        chats = {"runners": stage.groups["north"], "desk": desk.chat, "foreign": foreign}
        numbers = [*scene.orders.values(), *scene.things.values(), scene.customer, scene.runner, *people]
        writer = Writer(
            rng=Random(SEED + salt),
            people=people,
            chats=chats,
            numbers=numbers,
            update_ids=count(FIRST_UPDATE * (1 + salt)),
        )
        flood = Flood(stage=stage, writer=writer)
        await introduce(stage, [scene.customer, scene.runner, *people])
        with listening(flood):
            yield flood


async def test_people_without_rights_change_nothing_that_is_not_theirs(stage: Stage) -> None:
    scene = await set_scene(stage)
    strangers = [next(IDENTITIES) for _ in range(STRANGERS)]
    people = [scene.other, scene.things[Thing.ASKING], scene.things[Thing.SUSPENDED], *strangers]
    async with _flooded(stage, scene, people, salt=0) as flood:
        await _make_admin_of_south(stage, strangers[0])
        before = await facts(stage, THEIRS, customer=scene.customer, runner=scene.runner)
        await flood.pour(MANY, broken=BROKEN)
        after = await facts(stage, THEIRS, customer=scene.customer, runner=scene.runner)
        assert not await flood.complaints()
    changed = {name: [row for row in after[name] if row not in before[name]] for name in THEIRS}
    assert {name: rows for name, rows in changed.items() if rows and name != "standing"} == {}
    assert {row for row in changed["standing"] if "True" in row} == set(), "a newcomer with a standing"
    assert all(len(after[name]) >= len(before[name]) for name in THEIRS)


async def _make_admin_of_south(stage: Stage, number: int) -> None:
    """In the north she is nobody."""
    async with stage.work() as work:
        values = {"campus_id": stage.campuses["south"], "person_id": number, "is_admin": True, "admitted": True}
        await work.connection.execute(insert(membership).values(values))


# Who did what to an order: only these may have.
_ENTITLED = """
    SELECT event.event, event.actor_role, event.actor_id FROM event JOIN orders ON orders.id = event.order_id
    WHERE event.subject = 'order' AND orders.customer_id = :customer AND NOT (
        (actor_role = 'system' AND actor_id IS NULL)
        OR (actor_role = 'customer' AND actor_id = orders.customer_id)
        OR (actor_role = 'runner' AND actor_id <> orders.customer_id AND actor_id IN (:runner, :second))
        OR (actor_role = 'admin' AND actor_id = :admin AND actor_id <> orders.customer_id)
    )
"""


async def test_people_with_rights_break_nothing_however_they_use_them(stage: Stage) -> None:
    scene = await set_scene(stage)
    second, admin = scene.other, scene.things[Thing.ASKING]
    people = [scene.customer, scene.runner, second, admin, scene.things[Thing.SUSPENDED]]
    async with stage.work() as work:
        for number, is_admin in ((second, False), (admin, True)):
            standing = Standing(runner_status=RunnerStatus.APPROVED, is_admin=is_admin, admitted=True)
            await stand(work, scene.campus_id, number, standing)
    who = {"customer": scene.customer, "runner": scene.runner, "second": second, "admin": admin}
    queries = {"stuck": THEIRS["stuck"], "not entitled": _ENTITLED}
    async with _flooded(stage, scene, people, salt=1) as flood:
        before = await facts(stage, queries, **who)
        await flood.pour(MANY, broken=BROKEN)
        after = await facts(stage, queries, **who)
        await stage.put_back()
        assert not await flood.complaints()
    assert set(after["stuck"]) <= set(before["stuck"])
    assert after["not entitled"] == []
