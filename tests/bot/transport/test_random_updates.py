"""Random and forged updates by people of every role: nothing fails, each tap is answered, and permissions hold."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from random import Random

import pytest
from sqlalchemy import insert

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import membership
from tests.bot.conversation.permission_rules import SubjectKind
from tests.bot.conversation.permission_setup import MatrixScenario, RoleState, make_scenario, set_role_state
from tests.bot.transport.update_flood import (
    FIRST_UPDATE,
    UpdateFlood,
    make_foreign_group,
    query_tables,
    record_errors,
    register_people,
)
from tests.fuzz.fuzz_depth import SEED, iterations
from tests.fuzz.update_generator import UpdateGenerator
from tests.stack.bot_stack import PERSON_IDS, BotStack
from tests.stack.delivered_order_setup import open_admin_chat

pytestmark = pytest.mark.drill

UPDATE_COUNT = iterations(110, 5_500)  # updates by each of the two groups of people
BROKEN_SHARE = 0.35
STRANGERS = 6

_OF_ORDERS = "order_id IN (SELECT id FROM orders WHERE customer_id = :customer)"
# What belongs to a customer and the runner of their orders, and what belongs to the campus.
OWNED_ROWS: Mapping[str, str] = {
    "orders": "SELECT * FROM orders WHERE customer_id = :customer",
    **{
        table: f"SELECT * FROM {table} WHERE {_OF_ORDERS}"
        for table in (
            "hold",
            "payable",
            "rating",
            "problem_case",
            "timer",
            "barred_runner",
            "refund",
            "debt",
            "dispute",
            "saga",
        )
    },
    "event_log": f"SELECT * FROM event_log WHERE {_OF_ORDERS}",
    "notification": f"SELECT * FROM notification WHERE {_OF_ORDERS} OR chat_id IN (:customer, :runner)",
    "membership": "SELECT * FROM membership WHERE person_id IN (:customer, :runner)",
    "conversation_state": "SELECT * FROM conversation_state WHERE person_id IN (:customer, :runner)",
    "draft": "SELECT * FROM draft WHERE person_id IN (:customer, :runner)",
    "card": "SELECT * FROM saved_card WHERE person_id IN (:customer, :runner)",
    # the bot notes by itself that a busy machine kept its webhook from answering
    "campus": "SELECT to_jsonb(campus) - 'webhook_fails' - 'webhook_fails_at' FROM campus",
    "roles": "SELECT person_id, is_admin, admitted, runner_status IN ('approved', 'suspended') FROM membership",
    "ledger": "SELECT * FROM ledger_entry",
    "stuck": "SELECT * FROM saga WHERE status = 'stuck'",
}


@asynccontextmanager
async def _flood(stack: BotStack, scenario: MatrixScenario, people: list[int], salt: int) -> AsyncIterator[UpdateFlood]:
    async with open_admin_chat(stack) as admin_chat, make_foreign_group(stack) as foreign:
        chats = {"runners": stack.groups["north"], "desk": admin_chat.chat, "foreign": foreign}
        numbers = [*scenario.orders.values(), *scenario.subjects.values(), scenario.customer, scenario.runner, *people]
        writer = UpdateGenerator(
            rng=Random(SEED + salt),
            people=people,
            chats=chats,
            numbers=numbers,
            update_ids=count(FIRST_UPDATE * (1 + salt)),
        )
        flood = UpdateFlood(stack=stack, writer=writer)
        await register_people(stack, [scenario.customer, scenario.runner, *people])
        with record_errors(flood):
            yield flood


async def test_people_without_rights_change_nothing_that_is_not_theirs(stack: BotStack) -> None:
    scenario = await make_scenario(stack)
    strangers = [next(PERSON_IDS) for _ in range(STRANGERS)]
    people = [
        scenario.other,
        scenario.subjects[SubjectKind.APPLICANT],
        scenario.subjects[SubjectKind.SUSPENDED_RUNNER],
        *strangers,
    ]
    async with _flood(stack, scenario, people, salt=0) as flood:
        await _make_admin_of_south(stack, strangers[0])
        before = await query_tables(stack, OWNED_ROWS, customer=scenario.customer, runner=scenario.runner)
        await flood.post_updates(UPDATE_COUNT, broken=BROKEN_SHARE)
        after = await query_tables(stack, OWNED_ROWS, customer=scenario.customer, runner=scenario.runner)
        assert not await flood.find_violations()
    changed = {name: [row for row in after[name] if row not in before[name]] for name in OWNED_ROWS}
    assert {name: rows for name, rows in changed.items() if rows and name != "roles"} == {}
    assert {row for row in changed["roles"] if "True" in row} == set(), "a newcomer got a role"
    assert all(len(after[name]) >= len(before[name]) for name in OWNED_ROWS)


async def _make_admin_of_south(stack: BotStack, number: int) -> None:
    """Make this person an admin of the campus south, without a role in the campus north."""
    async with stack.work() as work:
        values = {"campus_id": stack.campuses["south"], "person_id": number, "is_admin": True, "admitted": True}
        await work.connection.execute(insert(membership).values(values))


# Moves of an order by anybody but the people who may make them.
_UNENTITLED_MOVES_SQL = """
    SELECT event_log.event, event_log.actor_role, event_log.actor_id
    FROM event_log JOIN orders ON orders.id = event_log.order_id
    WHERE event_log.subject = 'order' AND orders.customer_id = :customer AND NOT (
        (actor_role = 'system' AND actor_id IS NULL)
        OR (actor_role = 'customer' AND actor_id = orders.customer_id)
        OR (actor_role = 'runner' AND actor_id <> orders.customer_id AND actor_id IN (:runner, :second))
        OR (actor_role = 'admin' AND actor_id = :admin AND actor_id <> orders.customer_id)
    )
"""


async def test_people_with_rights_break_nothing_however_they_use_them(stack: BotStack) -> None:
    scenario = await make_scenario(stack)
    second, admin = scenario.other, scenario.subjects[SubjectKind.APPLICANT]
    people = [scenario.customer, scenario.runner, second, admin, scenario.subjects[SubjectKind.SUSPENDED_RUNNER]]
    async with stack.work() as work:
        for number, is_admin in ((second, False), (admin, True)):
            role_state = RoleState(runner_status=RunnerStatus.APPROVED, is_admin=is_admin, admitted=True)
            await set_role_state(work, scenario.campus_id, number, role_state)
    who = {"customer": scenario.customer, "runner": scenario.runner, "second": second, "admin": admin}
    queries = {"stuck": OWNED_ROWS["stuck"], "not entitled": _UNENTITLED_MOVES_SQL}
    async with _flood(stack, scenario, people, salt=1) as flood:
        before = await query_tables(stack, queries, **who)
        await flood.post_updates(UPDATE_COUNT, broken=BROKEN_SHARE)
        after = await query_tables(stack, queries, **who)
        await stack.restore_campuses()
        assert not await flood.find_violations()
    assert set(after["stuck"]) <= set(before["stuck"])
    assert after["not entitled"] == []
