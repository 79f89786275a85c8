"""The reference saga as a DBOS workflow: steps that touch Postgres commit with their checkpoint."""

import http.client
import json
import sys
import threading
from functools import partial
from urllib.parse import urlsplit

import uvloop
from dbos import DBOS, DBOSClient, DBOSConfig, SQLAlchemyDatasource
from sqlalchemy import text

from bench.engine import reference
from bench.engine.peers.asyncpg_steps import create_tables
from bench.engine.reference import Order

QUEUE = "orders"
POLL_SECONDS = 0.05  # one second by default
INSERT_ORDER = text(
    "INSERT INTO reference_order (id, person_id, amount, status, submitted_at)"
    " VALUES (:id, :person, :amount, 'PENDING', to_timestamp(:submitted)) ON CONFLICT (id) DO NOTHING"
)
SETTLE_ORDER = text(
    "UPDATE reference_order SET status = 'CREATED', payment = :payment, settled_at = clock_timestamp() WHERE id = :id"
)
INSERT_TIMER = text(
    "INSERT INTO reference_timer (order_id, kind, due_at) VALUES (:id, 'expire', now() + interval '30 minutes')"
)
CANCEL_ORDER = text("UPDATE reference_order SET status = 'CANCELLED', settled_at = clock_timestamp() WHERE id = :id")
URL = reference.database_url().replace("postgresql://", "postgresql+psycopg://", 1)
PAYMENTS = threading.local()  # a connection for each thread


def configure() -> None:
    """Configure DBOS: as many connections as the others have."""
    config: DBOSConfig = {
        "name": "reference",
        "system_database_url": URL,
        "sys_db_pool_size": reference.CONNECTIONS,
        "application_version": "1",
        "log_level": "WARNING",
        "enable_otlp": False,
    }
    DBOS(config=config)


def work() -> None:
    """Launch DBOS with one queue and run until the process is ended. Threads were faster than coroutines here."""
    configure()
    define_workflow(
        SQLAlchemyDatasource.create(URL, engine_kwargs={"pool_size": reference.CONNECTIONS, "max_overflow": 0})
    )
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=reference.CONCURRENT_SAGAS, polling_interval_sec=POLL_SECONDS)
    reference.say_ready()
    threading.Event().wait()


def define_workflow(datasource: SQLAlchemyDatasource) -> None:
    """Register the workflow and its steps."""

    @datasource.transaction(isolation_level="READ COMMITTED")
    def insert_order(number: int, submitted_at: float) -> None:
        order = Order(id=number, submitted_at=submitted_at)
        values = {"id": order.id, "person": order.person_id, "amount": order.amount, "submitted": submitted_at}
        datasource.sql_session().execute(INSERT_ORDER, values)

    @datasource.transaction(isolation_level="READ COMMITTED")
    def settle_order(number: int, payment: str) -> None:
        datasource.sql_session().execute(SETTLE_ORDER, {"id": number, "payment": payment})
        datasource.sql_session().execute(INSERT_TIMER, {"id": number})

    @datasource.transaction(isolation_level="READ COMMITTED")
    def cancel_order(number: int) -> None:
        datasource.sql_session().execute(CANCEL_ORDER, {"id": number})

    @DBOS.workflow(name="run_order")
    def run_order(number: int, submitted_at: float) -> None:
        insert_order(number, submitted_at)
        payment = pay(number, Order(id=number, submitted_at=submitted_at).amount)
        if payment is None:
            cancel_order(number)
        else:
            settle_order(number, payment)


@DBOS.step(retries_allowed=True, interval_seconds=0.5, max_attempts=20, backoff_rate=1.5)
def pay(number: int, amount: int) -> str | None:
    """Pay under the key of the order; None when it is declined. Raise OSError or HTTPException to be tried again."""
    connection = getattr(PAYMENTS, "connection", None)
    if connection is None:
        address = urlsplit(reference.payment_url()).netloc
        connection = http.client.HTTPConnection(address, timeout=reference.PAYMENT_TIMEOUT_SECONDS)
        PAYMENTS.connection = connection
    headers = {"Idempotency-Key": f"order-{number}", "Content-Type": "application/json"}
    try:
        connection.request("POST", "/pay", json.dumps({"order": number, "amount": amount}), headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
    except (OSError, http.client.HTTPException):
        connection.close()
        raise
    if answer.status == 402:
        return None
    payment: str = said["payment"]
    return payment


async def prepare() -> None:
    """Create the reference tables and those of DBOS."""
    await create_tables()
    configure()
    SQLAlchemyDatasource.migrate(URL)
    DBOS.launch()
    DBOS.destroy()


async def submit() -> None:
    """Enqueue a workflow for each order; its id makes a second one have no effect."""
    client = DBOSClient(
        system_database_url=URL,
        system_database_pool_size=reference.SUBMITTING_AT_ONCE,
        application_name="reference",
    )
    await reference.submit_orders(partial(enqueue_one, client))
    client.destroy()


async def enqueue_one(client: DBOSClient, order: Order) -> None:
    """Enqueue the workflow of one order."""
    await client.enqueue_async(
        {"workflow_name": "run_order", "queue_name": QUEUE, "workflow_id": f"order-{order.id}"},
        order.id,
        order.submitted_at,
    )


if __name__ == "__main__":
    if sys.argv[1] == "work":
        work()
    else:
        uvloop.run({"prepare": prepare, "submit": submit}[sys.argv[1]]())
