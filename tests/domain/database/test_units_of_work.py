"""Units of work: who brings their time, what is inserted last, and what a savepoint undoes."""

import pytest
from sqlalchemy import text

from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import Begin, UnitOfWork
from domain.errors import Stale
from domain.inbox.repository import lock_user
from tests.stack.store_setup import database_without_queue

EVENTS = text("SELECT event FROM event_log ORDER BY id")


async def log(work: UnitOfWork, happened: str) -> None:
    """Write a line of the event log."""
    await log_event(work, SYSTEM, campus_id=None, order_id=1, subject="thing", subject_id=1, happened=happened)


async def events(work: UnitOfWork) -> list[str]:
    """What this transaction sees in the event log."""
    return list((await work.connection.execute(EVENTS)).scalars())


async def test_lines_of_the_event_log_are_written_last_in_their_order_or_not_at_all(database_url: str) -> None:
    async with database_without_queue(database_url) as database:
        async with database() as work:
            await log(work, "first")
            await log(work, "second")
            assert await events(work) == []
        with pytest.raises(Stale):
            async with database() as work:
                await log(work, "refused")
                raise Stale
        async with database() as work:
            assert await events(work) == ["first", "second"]


async def test_a_savepoint_undoes_what_was_left_for_the_end_inside_it_alone(database_url: str) -> None:
    async with database_without_queue(database_url) as database:
        async with database() as work:
            await log(work, "before")
            work.enqueue_after_commit("run_saga", 1)
            with pytest.raises(Stale):
                async with work.savepoint():
                    await log(work, "inside")
                    work.enqueue_after_commit("run_saga", 2)
                    work.memo["read"] = "inside"
                    raise Stale
            assert ([job.subject_id for job in work.queue_jobs], work.memo) == (["1"], {})
        async with database() as work:
            assert await events(work) == ["before"]


async def test_the_first_statement_brings_the_time_that_the_transaction_has(database_url: str) -> None:
    async with database_without_queue(database_url) as database, database(Begin.BY_FIRST_STATEMENT) as work:
        with pytest.raises(RuntimeError, match="without its time"):
            print(work.now)
        await lock_user(work, 1)
        assert work.now == (await work.connection.execute(text("SELECT now()"))).scalar_one()


async def test_one_statement_is_committed_before_the_block_ends(database_url: str) -> None:
    async with database_without_queue(database_url) as database:
        with pytest.raises(Stale):
            async with database(Begin.AS_ONE_STATEMENT) as work:
                await work.connection.execute(
                    text("INSERT INTO metrics_reader (worker, held_until) VALUES ('w', now())")
                )
                raise Stale
        async with database() as work:
            assert (await work.connection.execute(text("SELECT count(*) FROM metrics_reader"))).scalar_one() == 1
