"""What the facts about Postgres and Redis mean."""

from collections.abc import Iterator

from workers.check.line import CheckLine, broken, note, works
from workers.check.servers.database_repository import DatabaseFacts
from workers.check.servers.redis_facts import RedisFacts

DATABASE, REDIS = "database", "redis"
TRIED_VERSION = 18  # of Postgres: compose.yaml and the tests have it
OLDEST_VERSION = 15
APPLICATION_ROLE_FILE = "deploy/postgres/application_role.psql"


def judge_database(facts: DatabaseFacts, *, needed_connections: int) -> Iterator[CheckLine]:
    """Yield the lines about the database. `needed_connections` is what one bot and one worker open at most."""
    major = facts.version // 10_000
    if major < OLDEST_VERSION:
        yield broken(DATABASE, f"Postgres {major} is too old: use {TRIED_VERSION}, at least {OLDEST_VERSION}.")
    elif major < TRIED_VERSION:
        yield note(DATABASE, f"Postgres {major} should do; the tests run on {TRIED_VERSION}.")
    if facts.is_read_only:
        yield broken(DATABASE, "It takes no writes, as a replica does: DATABASE_URL must name the primary.")
    if facts.encoding != "UTF8":
        yield broken(DATABASE, f"Its encoding is {facts.encoding}: make one with ENCODING 'UTF8', names need it.")
    if facts.connections < needed_connections:
        yield broken(
            DATABASE,
            f"It allows {facts.connections} connections, and one bot with one worker opens {needed_connections}: lower"
            " BOT_CONNECTIONS and WORKER_CONNECTIONS, or raise max_connections.",
        )
    yield from _judge_schema(facts)
    yield from _judge_role(facts)


def _judge_schema(facts: DatabaseFacts) -> Iterator[CheckLine]:
    subject, upgrade = f"{DATABASE}: schema", "Run alembic upgrade head as the owner of the database."
    if facts.schema is None:
        yield broken(subject, f"There are no tables of ours. {upgrade}")
    elif facts.schema < facts.newest_schema:
        yield broken(subject, f"It is at {facts.schema}, and this release needs {facts.newest_schema}. {upgrade}")
    elif facts.schema > facts.newest_schema:
        yield broken(subject, f"It is at {facts.schema}, of a newer release than this one ({facts.newest_schema}).")
    else:
        yield works(subject, f"Postgres {facts.version // 10_000} has the newest schema, {facts.schema}.")


def _judge_role(facts: DatabaseFacts) -> Iterator[CheckLine]:
    subject = f"{DATABASE}: rights"
    if facts.denied:
        yield broken(
            subject,
            f"The role {facts.role} may not read and write {len(facts.denied)} tables, such as {facts.denied[0]}: run"
            f" {APPLICATION_ROLE_FILE} as the owner.",
        )
    elif facts.is_owner:
        yield note(
            subject,
            f"The role {facts.role} owns the tables. Bot and workers need only to read and write rows:"
            f" {APPLICATION_ROLE_FILE} makes a role for that.",
        )
    elif facts.schema is not None:
        yield works(subject, f"The role {facts.role} may read and write rows, and owns nothing.")


def judge_redis(facts: RedisFacts) -> CheckLine:
    """Return the line about Redis."""
    if facts.refusal is not None:
        return broken(
            REDIS,
            f"It cannot be used ({facts.refusal}): see whether it runs, and REDIS_URL. Orders still move, but slowly.",
        )
    return works(REDIS, f"It takes writes and scripts (version {facts.version}).")
