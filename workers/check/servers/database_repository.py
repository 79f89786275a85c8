"""What Postgres says about itself, our role and our tables."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from domain.database.unit_of_work import UnitOfWork
from domain.schema import METADATA

MIGRATIONS = Path(__file__).parents[3] / "migrations" / "versions"
_SERVER = """
    SELECT current_setting('server_version_num')::int AS version,
           pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS is_read_only,
           current_setting('server_encoding') AS encoding,
           current_setting('max_connections')::int AS connections,
           current_user::text AS role,
           (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser,
           to_regclass('alembic_version') IS NOT NULL AS is_migrated
"""
_SCHEMA = "SELECT version_num FROM alembic_version"
_RIGHTS = """
    SELECT relname::text AS name,
           has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
           AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE') AS is_ours,
           pg_has_role(current_user, relowner, 'USAGE') AS is_owned
    FROM pg_class WHERE oid IN (SELECT to_regclass(name) FROM unnest(CAST(:names AS text[])) AS name)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """The database as our role sees it. `version` is like 180001; a schema is a migration, as 0042."""

    version: int
    encoding: str
    is_read_only: bool
    connections: int  # at most, of all programs
    role: str
    is_owner: bool  # of the tables, or a superuser
    schema: str | None
    newest_schema: str
    denied: tuple[str, ...] = ()  # tables that the role may not read and write


async def read_database_facts(work: UnitOfWork) -> DatabaseFacts:
    """Return what the database says. Raise the driver's error when it says nothing."""
    server = (await work.connection.execute(text(_SERVER))).one()
    schema: str | None = None
    is_owner, denied = bool(server.is_superuser), list[str]()
    if server.is_migrated:
        rights = (await work.connection.execute(text(_RIGHTS), {"names": ["alembic_version", *METADATA.tables]})).all()
        denied = sorted(row.name for row in rights if not row.is_ours)
        is_owner = is_owner or any(row.is_owned for row in rights)
    if server.is_migrated and "alembic_version" not in denied:
        schema = (await work.connection.execute(text(_SCHEMA))).scalar()
    return DatabaseFacts(
        version=server.version,
        encoding=server.encoding,
        is_read_only=server.is_read_only,
        connections=server.connections,
        role=server.role,
        is_owner=is_owner,
        schema=schema,
        newest_schema=max(path.stem.partition("_")[0] for path in MIGRATIONS.glob("[0-9]*.py")),
        denied=tuple(denied),
    )
