"""The test stack of the engine: a database with a campus, and a table that counts what the steps did."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.database.registers import Registers
from domain.database.unit_of_work import (
    AutocommitConnectionFactory,
    UnitOfWorkFactory,
    create_autocommit_factory,
    create_database_engine,
    create_unit_of_work_factory,
)
from tests.stack.compiled_statements import share_compiled_statements
from tests.stack.store_setup import drop_queue_jobs, found_campus
from tests.workers.engine.no_followers import NO_FOLLOWERS
from workers.stripe.gateway import StripeGateway, open_stripe_gateway

# A row for each time that a step or its compensation changed something in Postgres, or recorded an answer there.
CREATE_SQL = """
CREATE TABLE step_effect (
    id bigint GENERATED ALWAYS AS IDENTITY, saga_id uuid NOT NULL, position int NOT NULL, compensates bool NOT NULL
)"""
DROP_SQL = "DROP TABLE step_effect"  # leaves the database as other tests expect it


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStack:
    """What all sagas of one test share. `gateway` is never asked, because the steps count their effects themselves."""

    engine: AsyncEngine
    gateway: StripeGateway
    campus_id: int

    @property
    def autocommit(self) -> AutocommitConnectionFactory:
        """Connections for single statements."""
        return create_autocommit_factory(self.engine)

    def database(self, registers: Registers) -> UnitOfWorkFactory:
        """Return units of work with these registers alone."""
        return create_unit_of_work_factory(self.engine, drop_queue_jobs, registers)


@asynccontextmanager
async def running_engine_stack(database_url: str) -> AsyncIterator[EngineStack]:
    """Run a stack on this database."""
    engine = share_compiled_statements(create_database_engine(database_url, pool_size=8))
    gateway = open_stripe_gateway("sk_test_unused", None)
    async with create_unit_of_work_factory(engine, drop_queue_jobs, Registers(NO_FOLLOWERS))() as work:
        campus = await found_campus(work)
        await work.connection.execute(text("UPDATE campus SET admin_chat = -300"))
        await work.connection.execute(text(CREATE_SQL))
    try:
        yield EngineStack(engine=engine, gateway=gateway, campus_id=campus.id)
    finally:
        async with engine.begin() as connection:
            await connection.execute(text(DROP_SQL))
        await gateway.close()
        await engine.dispose()
