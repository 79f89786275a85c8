"""The timeouts agree with each other, and every library object has ours instead of its own."""

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import event

from bot.transport.serving.bot_registry import new_bot
from domain.database.queue import redis_settings
from domain.database.unit_of_work import create_database_engine
from domain.settings.settings import read_worker_settings
from domain.settings.timeout_rules import TIMEOUT_RULES, Rule
from domain.settings.timeouts import Timeout
from workers.app import new_queue_worker
from workers.engine.jobs import JOBS
from workers.stripe.gateway import open_stripe_gateway
from workers.stripe.rate_limit import open_stripe_rate_limiter
from workers.telegram.answers import AnswerWaits
from workers.telegram.rate_limit import open_telegram_rate_limiter
from workers.telegram.sender import new_request

LIMITS = {
    "statement_timeout": Timeout.POSTGRES_STATEMENT,
    "lock_timeout": Timeout.POSTGRES_LOCK,
    "idle_in_transaction_session_timeout": Timeout.POSTGRES_IDLE_TRANSACTION,
}


@pytest.mark.parametrize("rule", TIMEOUT_RULES, ids=lambda rule: f"{rule.shorter[0].name}-{rule.longer.name}")
def test_a_timeout_ends_before_what_is_around_it(rule: Rule) -> None:
    assert rule.holds, f"{[each.name for each in rule.shorter]} < {rule.longer.name}: {rule.reason}"


def test_each_timeout_is_positive_and_says_what_it_bounds() -> None:
    assert [each.name for each in Timeout if each.seconds <= 0 or not each.bounds] == []
    assert len(Timeout.__members__) == len(Timeout), "two rows of one value and text would be one"
    assert len({each.bounds for each in Timeout}) == len(Timeout)


async def test_python_telegram_bot_waits_as_long_as_the_table_says() -> None:
    request = new_request()
    client: Any = request._client
    times = (client.timeout.connect, client.timeout.read, client.timeout.write, client.timeout.pool)
    expected = (Timeout.TELEGRAM_CONNECT, Timeout.TELEGRAM_READ, Timeout.TELEGRAM_WRITE, Timeout.TELEGRAM_POOL)
    assert times == tuple(each.seconds for each in expected)
    assert request.read_timeout == Timeout.TELEGRAM_READ.seconds, "what it uses for a call without a time of its own"
    media_write_timeout = request._media_write_timeout
    assert media_write_timeout == Timeout.TELEGRAM_WRITE.seconds
    waits = AnswerWaits()
    assert (waits.answer_seconds, waits.late_seconds) == (
        Timeout.TELEGRAM_ANSWER.seconds,
        Timeout.TELEGRAM_LATE_ANSWER.seconds,
    )


async def test_aiogram_waits_as_long_as_the_table_says() -> None:
    bot = new_bot("https://api.telegram.org", "123:abc")
    assert bot.session.timeout == Timeout.BOT_CALL.seconds
    await bot.session.close()


async def test_stripe_waits_as_long_as_the_table_says_and_repeats_nothing_itself() -> None:
    gateway = open_stripe_gateway("sk_test_x", "http://127.0.0.1:1")
    requestor: Any = gateway.client._requestor
    timeout = requestor._client._timeout
    assert (timeout.total, timeout.connect) == (Timeout.STRIPE_CALL.seconds, Timeout.STRIPE_CONNECT.seconds)
    assert requestor._options.max_network_retries == 0
    await gateway.close()


async def test_postgres_and_its_driver_wait_as_long_as_the_table_says(database_url: str) -> None:
    engine = create_database_engine(database_url)
    asked: dict[str, Any] = {}
    event.listen(engine.sync_engine, "do_connect", lambda _dialect, _record, _arguments, named: asked.update(named))
    async with engine.connect() as connection:
        shown = {name: (await connection.exec_driver_sql(f"SHOW {name}")).scalar_one() for name in LIMITS}
        driver: Any = (await connection.get_raw_connection()).driver_connection
        assert driver._config.command_timeout == Timeout.POSTGRES_COMMAND.seconds
    assert shown == {name: f"{limit.whole_seconds}s" for name, limit in LIMITS.items()}
    assert asked["timeout"] == Timeout.POSTGRES_CONNECT.seconds
    pool: Any = engine.pool
    assert (pool._timeout, pool._recycle) == (
        Timeout.POSTGRES_POOL.seconds,
        Timeout.POSTGRES_CONNECTION_AGE.seconds,
    )
    await engine.dispose()


@pytest.mark.parametrize(("address", "bounded"), [("", False), ("?prepared_statement_cache_size=0", True)])
async def test_a_command_of_an_operator_and_a_proxy_are_not_given_limits_of_a_session(
    database_url: str, address: str, bounded: bool
) -> None:
    engine = create_database_engine(database_url + address, bounded=bounded)
    async with engine.connect() as connection:
        shown = {(await connection.exec_driver_sql(f"SHOW {name}")).scalar_one() for name in LIMITS}
    assert shown == {"0"}
    await engine.dispose()


async def test_redis_waits_as_long_as_the_table_says(redis_url: str) -> None:
    stripe, telegram = open_stripe_rate_limiter(redis_url, 5), open_telegram_rate_limiter(redis_url)
    clients: tuple[Redis, ...] = (stripe.redis, telegram._redis)
    for client in clients:
        named = client.connection_pool.connection_kwargs
        assert {named["socket_timeout"], named["socket_connect_timeout"]} == {Timeout.REDIS_SEND_LIMIT.seconds}
    settings = redis_settings(redis_url)
    assert (settings.conn_timeout, settings.conn_retries, settings.conn_retry_delay) == (
        Timeout.REDIS_CONNECT.seconds,
        1,
        0,
    )
    await asyncio.gather(stripe.close(), telegram.close())


async def test_arq_waits_as_long_as_the_table_says(redis_url: str) -> None:
    environ = {"DATABASE_URL": "postgresql://me:x@db/campusg", "REDIS_URL": redis_url}
    secrets = {"TELEGRAM_BOT_TOKEN": "123:abc", "STRIPE_SECRET_KEY": "sk_test_x"}
    jobs = {job.__name__: job for job in JOBS}
    worker = new_queue_worker(read_worker_settings(environ | secrets), {"jobs": jobs})
    assert worker.job_timeout_s == Timeout.JOB.seconds
    assert [name for name, function in worker.functions.items() if getattr(function, "timeout_s", None)] == []
    assert worker.in_progress_timeout_s == Timeout.JOB.seconds + 10, "after it arq repeats the job of a killed worker"
    assert worker.idle_wait == Timeout.JOB_WAIT.seconds
