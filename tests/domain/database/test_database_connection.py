"""How a database URL becomes an engine: the operator's settings in it apply."""

import pytest

from domain.database.unit_of_work import create_autocommit_factory, create_database_engine


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("postgresql://campusg@db/campusg", "500"),
        ("postgresql://campusg@db/campusg?sslmode=require", "500"),
        ("postgresql://campusg@db/campusg?prepared_statement_cache_size=0", "0"),
    ],
)
def test_the_url_can_say_that_a_proxy_keeps_no_prepared_statements(address: str, kept: str) -> None:
    query = create_database_engine(address).url.query
    assert query["prepared_statement_cache_size"] == kept
    assert ("ssl" in query) == ("sslmode" in address)


@pytest.mark.parametrize(("kept", "transactions"), [("500", 2), ("0", 1)])
async def test_a_read_is_one_autocommit_statement_unless_a_proxy_would_split_it(
    database_url: str, kept: str, transactions: int
) -> None:
    engine = create_database_engine(f"{database_url}?prepared_statement_cache_size={kept}")
    async with create_autocommit_factory(engine)() as connection:
        seen = {(await connection.exec_driver_sql("SELECT pg_current_xact_id()::text")).scalar_one() for _ in range(2)}
    async with engine.connect() as connection, connection.begin():
        after = {(await connection.exec_driver_sql("SELECT pg_current_xact_id()::text")).scalar_one() for _ in range(2)}
    assert (len(seen), len(after)) == (transactions, 1), "the next use of the connection is a transaction again"
    await engine.dispose()
