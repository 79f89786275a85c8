"""How a database URL becomes an engine: the operator's settings in it apply."""

import pytest
from sqlalchemy.exc import DBAPIError

from domain.database.unit_of_work import create_autocommit_factory, create_database_engine
from tests.stack.shared_servers import migrate

pytestmark = pytest.mark.drill


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


@pytest.mark.parametrize(
    "printed",
    [
        "sslmode=disable&channel_binding=require",  # Neon; the test's server has no TLS
        "sslmode=prefer&connect_timeout=10",
        "application_name=campusg&options=-c%20search_path%3Dpublic",
        "pgbouncer=true&connection_limit=1&pool_timeout=0&schema=public",  # Supabase, for Prisma
        "target_session_attrs=read-write&keepalives=1&keepalives_idle=30&client_encoding=UTF8",
        "ssl=false&gssencmode=disable&sslsni=1",
    ],
)
async def test_an_address_as_hosts_print_it_opens_the_database_for_every_process(
    database_url: str, printed: str
) -> None:
    engine = create_database_engine(f"{database_url}?{printed}")
    async with engine.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT 1")).scalar_one() == 1
        name = (await connection.exec_driver_sql("SHOW application_name")).scalar_one()
    assert name == ("campusg" if "application_name" in printed else "")
    await engine.dispose()
    migrate(f"{database_url}?{printed}", "current")


async def test_tls_is_asked_for_as_the_address_says(database_url: str) -> None:
    """The server of the tests has no TLS: what requires it must not connect without."""
    for printed in ("sslmode=require", "ssl=true", "sslmode=verify-full&sslrootcert=/dev/null"):
        engine = create_database_engine(f"{database_url}?{printed}")
        with pytest.raises((OSError, DBAPIError)):
            async with engine.connect():
                pass
        await engine.dispose()


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


@pytest.mark.parametrize("kept", ["500", "0"])
async def test_who_only_reads_writes_nothing_and_needs_no_setting_of_its_session(database_url: str, kept: str) -> None:
    """A proxy that shares sessions refuses a connection that asks for a setting of its own."""
    engine = create_database_engine(f"{database_url}?prepared_statement_cache_size={kept}", read_only=True)
    async with engine.connect() as connection:
        assert (await connection.exec_driver_sql("SHOW default_transaction_read_only")).scalar_one() == "off"
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await connection.exec_driver_sql("CREATE TABLE written (id integer)")
    await engine.dispose()
