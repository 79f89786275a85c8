"""ensure_member for known people: it runs before every tap, so it must not hold locks that workers need."""

from sqlalchemy import text

from domain.campuses.people_repository import ensure_member, find_member, lock_payouts_ready
from domain.database.unit_of_work import UnitOfWorkFactory
from tests.stack.store_setup import FIRST_RUNNER, found_campus


async def test_greeting_a_known_person_lets_a_worker_lock_the_row(database: UnitOfWorkFactory) -> None:
    """The tap goes on to lock an order, and that order's worker locks this person next: a deadlock otherwise."""
    async with database() as work:
        campus = await found_campus(work)
        runner = await find_member(work, campus.id, FIRST_RUNNER)
    async with database() as tapping:
        named = await ensure_member(
            tapping,
            campus.id,
            FIRST_RUNNER,
            first_name=runner.first_name,
            username=runner.username,
            language=runner.language,
        )
        assert named == runner
        async with database() as completing:
            await completing.connection.execute(text("SET LOCAL lock_timeout = '1s'"))
            assert await lock_payouts_ready(completing, FIRST_RUNNER) is False


async def test_a_greeting_follows_a_new_name_and_makes_strangers_members(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        campus = await found_campus(work)
        await ensure_member(work, campus.id, 77, first_name="Mei", username=None, language="en")
        renamed = await ensure_member(work, campus.id, 77, first_name="Mei", username="mei_", language="ms")
    async with database() as work:
        assert await find_member(work, campus.id, 77) == renamed
    assert (renamed.username, renamed.language) == ("mei_", "ms")
