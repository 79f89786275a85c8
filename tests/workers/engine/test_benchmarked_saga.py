"""Test that the benchmark of the engine runs the reference saga on a worker of production, and reads its effects."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.engine.catalogue import PEERS, Figure
from bench.engine.counters import CREATE_EXTENSION
from bench.engine.run import Attempt, connected, reset_payments, run_orders
from bench.engine.servers import Servers, our_program, run
from sandbox.launch.campuses import create_campus
from sandbox.launch.ports import LOOPBACK, free_port, is_free
from sandbox.launch.postgres import LocalServer
from sandbox.launch.processes import start_process
from tests.stack.store_setup import database_without_queue, found_campus

pytestmark = pytest.mark.long

ORDERS = 20  # the last one is declined
MAX_COMMITS = 3 * ORDERS + 15  # the start, the call as prepared, its result; and what a worker writes when it starts
STATUSES_SQL = "SELECT status, count(*) FROM reference_order GROUP BY status ORDER BY status"
SAGAS_SQL = "SELECT status, count(*) FROM saga WHERE kind = 'reference' GROUP BY status ORDER BY status"


async def test_the_reference_saga_has_each_effect_once(database_url: str, redis_url: str, tmp_path: Path) -> None:
    port, figure = free_port(), Figure(name="smoke", delay_seconds=0.0, orders=ORDERS)
    payments = start_process(our_program(tmp_path, "payments", "bench.engine.payments", "--port", str(port)))
    servers = Servers(  # the tests' own servers; what they cost is not looked at
        folder=tmp_path,
        postgres=LocalServer(url=database_url, process=payments),
        valkey=LocalServer(url=redis_url, process=payments),
        payments=payments,
        payment_url=f"http://{LOOPBACK}:{port}",
        stripe_url=f"http://{LOOPBACK}:{free_port()}",
        campus=create_campus(tmp_path, "north", 10, runners=2),
    )
    name = urlsplit(database_url).path.removeprefix("/")
    attempt = Attempt(servers, PEERS[0], figure, name, servers.settings(PEERS[0], name))
    try:
        payments.wait_until(lambda: not is_free(port), timeout=30)
        await reset_payments(servers, figure.delay_seconds)
        async with database_without_queue(database_url) as database, database() as work:
            await found_campus(work)
        run(servers.program(PEERS[0], "prepare", attempt.settings, "prepare"))
        async with connected(database_url) as connection:
            await connection.execute(CREATE_EXTENSION)
            result = await run_orders(attempt, connection)
            assert await connection.fetch(STATUSES_SQL) == [("CANCELLED", 1), ("CREATED", ORDERS - 1)]
            assert await connection.fetch(SAGAS_SQL) == [("compensated", 1), ("done", ORDERS - 1)]
    finally:
        await attempt.stop()
        payments.stop()
    assert (result["settled"], result["lost"], result["requests"]) == (ORDERS, 0, ORDERS)
    assert (result["timers_twice"], result["charged_twice"], result["repeated_requests"]) == (0, 0, 0)
    assert 0 < result["wal"]["commits"] <= MAX_COMMITS, result["wal"]
