"""A history of many orders in Postgres: clones of the orders of a model, over campuses, people and days."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import asyncpg
from sqlalchemy import Column, DateTime, Table, Uuid

from bench.console_model import Model
from bench.history_troubles import Spread, troubles_that_are_open, troubles_that_are_over
from domain.database.tables import event_log
from domain.ledger.tables import ledger_entry, ledger_txn
from domain.messaging.tables import notification, order_message
from domain.orders.tables import orders, timer
from domain.payments.tables import customer_debt, hold
from domain.payouts.tables import debt, payable
from domain.refunds.tables import dispute, refund
from domain.saga.tables import saga, saga_signal
from domain.support.tables import problem_case

CAMPUSES = 20
CUSTOMERS, RUNNERS = 5_000 * CAMPUSES, 200 * CAMPUSES  # the number of a person and of their order have one remainder
FIRST_CUSTOMER, FIRST_RUNNER = 1_000_000_000, 2_000_000_000
ORDER_INTERVAL = timedelta(seconds=31.5)  # 137 orders a day on each campus; a million in a year
APART = 1_000  # between a number and the same number in the next clone
SPREAD = Spread(campuses=CAMPUSES, apart=APART, interval=ORDER_INTERVAL)
OPEN_ORDERS, OPEN_ORDER_INTERVAL = 15 * CAMPUSES, timedelta(seconds=3)
OPEN_TROUBLES, OPEN_TROUBLE_INTERVAL = 6 * CAMPUSES, timedelta(minutes=12)  # of each kind, the oldest a day ago
FIRST_OPEN_NUMBER = 10**13  # above the numbers of all delivered orders
UPDATES_PER_ORDER, EVENTS_PER_ORDER = 4, 2
BATCH = 100_000
NUMBERS = ("id", "number", "order_id", "txn_id", "refund_id")
NAMES = (
    *("name", "payment_intent", "charge", "transfer", "posting_key", "stripe_object", "refund", "reversal", "dispute"),
)
PEOPLE = ("customer_id", "runner_id", "person_id", "actor_id", "chat_id", "opened_by")
OF_ORDER: Mapping[Table, str] = MappingProxyType(
    {
        orders: "id = {id}",
        saga: "order_id = {id}",
        saga_signal: "saga_id IN (SELECT id FROM saga WHERE order_id = {id})",
        hold: "order_id = {id}",
        payable: "order_id = {id}",
        refund: "order_id = {id}",
        debt: "order_id = {id}",
        customer_debt: "order_id = {id}",
        dispute: "order_id = {id}",
        problem_case: "order_id = {id}",
        ledger_txn: "order_id = {id}",
        ledger_entry: "txn_id IN (SELECT id FROM ledger_txn WHERE order_id = {id})",
        event_log: "order_id = {id}",
        order_message: "order_id = {id}",
        notification: "order_id = {id}",
        timer: "order_id = {id}",
    }
)
SECONDARY_INDEXES = (
    "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index"
    " JOIN pg_class ON pg_class.oid = indrelid WHERE relnamespace = 'public'::regnamespace"
    " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
)


async def add_campuses_and_people(connection: asyncpg.Connection, model: Model, token_names: list[str]) -> None:
    """Add the campuses beside the first one, a basket for each customer, and the memberships."""
    await connection.execute("SET session_replication_role = replica")
    names = [row["column_name"] for row in await connection.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'campus' ORDER BY ordinal_position"
    )]  # fmt: skip
    values = {"id": "id + n", "name": "($1::text[])[n + 1]", "title": "title || n", "invite_code": "invite_code || n"}
    values |= {"runner_group": "runner_group - n", "admin_chat": "admin_chat - n"}
    chosen = ", ".join(values.get(name, name) for name in names)
    await connection.execute(
        f"INSERT INTO campus ({', '.join(names)}) OVERRIDING SYSTEM VALUE"
        f" SELECT {chosen} FROM campus, generate_series(1, {CAMPUSES - 1}) n",
        token_names,
    )
    for first, count, status in ((FIRST_CUSTOMER, CUSTOMERS, "none"), (FIRST_RUNNER, RUNNERS, "approved")):
        await connection.execute(
            f"INSERT INTO person (id, first_name) SELECT {first} + n, 'P' || n FROM generate_series(0, {count - 1}) n"
        )
        await connection.execute(
            "INSERT INTO membership (campus_id, person_id, runner_status)"
            f" SELECT 1 + n % {CAMPUSES}, {first} + n, '{status}' FROM generate_series(0, {count - 1}) n"
        )
    await connection.execute(
        "INSERT INTO draft (campus_id, person_id, changed_at)"
        f" SELECT 1 + n % {CAMPUSES}, {FIRST_CUSTOMER} + n, $1::timestamptz - n * interval '5 minutes'"
        f" FROM generate_series(0, {CUSTOMERS - 1}) n",
        model.now,
    )
    opened = [(model.waiting, OPEN_ORDERS, OPEN_ORDER_INTERVAL)]
    opened += [(order_id, OPEN_TROUBLES, OPEN_TROUBLE_INTERVAL) for order_id in model.troubled]
    for order_id, count, interval in opened:
        cloning = _Cloning(model=model, order_id=order_id, offset=FIRST_OPEN_NUMBER, interval=interval)
        await cloning.insert(connection, 1, count)
    for statement in troubles_that_are_open(model, SPREAD):
        await connection.execute(statement)


async def add_history(connection: asyncpg.Connection, model: Model, first: int, last: int) -> None:
    """Add the delivered orders with these numbers, the newest first, and among them those that ended otherwise.

    The indexes are built at the end.
    """
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("SET maintenance_work_mem = '512MB'")
    indexes = await connection.fetch(SECONDARY_INDEXES)
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    clonings = [
        _Cloning(model=model, order_id=order_id, offset=0, interval=ORDER_INTERVAL, every=every)
        for order_id, every in {model.delivered: 1, **model.ended}.items()
    ]
    for begin in range(first, last + 1, BATCH):
        until = min(begin + BATCH - 1, last)
        for cloning in clonings:
            await cloning.insert(connection, begin, until)
        for statement in (*_received(model, begin, until), *troubles_that_are_over(model, SPREAD, begin, until)):
            await connection.execute(statement)
    for index in indexes:
        await connection.execute(index["definition"])
    await connection.execute("VACUUM ANALYZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cloning:
    """How an order is cloned: where its numbers begin, how far they are apart in time, and which of them are used."""

    model: Model
    order_id: int
    offset: int
    interval: timedelta
    every: int = 1

    async def insert(self, connection: asyncpg.Connection, first: int, last: int) -> None:
        """Insert the clones with these numbers, with their rows in every table."""
        first += -first % self.every
        for table, where in OF_ORDER.items():
            names = ", ".join(column.name for column in table.c)
            values = ", ".join(map(self._value, table.c))
            chosen = f"{table.name}, generate_series({first}, {last}, {self.every}) AS n"
            await connection.execute(
                f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE"
                f" SELECT {values} FROM {chosen} WHERE {where.format(id=self.order_id)}"
            )

    def _value(self, column: Column[Any]) -> str:
        name, model = column.name, self.model
        if isinstance(column.type, Uuid):
            return f"md5({name}::text || n)::uuid"
        if isinstance(column.type, DateTime):
            return f"{name} - n * interval '{self.interval.total_seconds()} seconds'"
        if name == "campus_id":
            return f"1 + n % {CAMPUSES}"
        if name in NUMBERS:
            return f"{name} + {self.offset} + n::bigint * {APART}"
        if name in PEOPLE:
            return (
                f"CASE WHEN {name} IN ({_listed(model.customers)}) THEN {FIRST_CUSTOMER} + n % {CUSTOMERS}"
                f" WHEN {name} IN ({_listed(model.runners)}) THEN {FIRST_RUNNER} + n % {RUNNERS} ELSE {name} END"
            )
        return f"{name} || '_{self.offset}_' || n" if name in NAMES else name


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _received(model: Model, first: int, last: int) -> Iterator[str]:
    """Yield what inserts the updates of Telegram and the events of Stripe, all of them handled."""
    at = f"timestamptz '{model.now.isoformat()}' - n * interval '{ORDER_INTERVAL.total_seconds()} seconds'"
    yield (
        "INSERT INTO telegram_update (campus_id, update_id, person_id, payload, received_at, handled_at)"
        f" SELECT 1 + n % {CAMPUSES}, n::bigint * {APART} + k, {FIRST_CUSTOMER} + n % {CUSTOMERS},"
        f' \'{{"message": {{"text": "/orders"}}}}\', {at}, {at}'
        f" FROM generate_series({first}, {last}) n, generate_series(1, {UPDATES_PER_ORDER}) k"
    )
    yield (
        "INSERT INTO stripe_event (id, type, payload, received_at, handled_at)"
        f" SELECT 'evt_' || n || '_' || k, 'payment_intent.succeeded', '{{}}', {at}, {at}"
        f" FROM generate_series({first}, {last}) n, generate_series(1, {EVENTS_PER_ORDER}) k"
    )
