"""The reference saga: its tables, statements and payment, the same for every engine.

Insert the order; pay over HTTP under an idempotency key; then settle: update the order and insert its timer. One
payment in twenty is declined, and its order is cancelled: the compensation. Each engine decides what commits together.

Every peer's environment imports this module, so it knows the standard library and aiohttp only.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

DECLINED_EVERY = 20  # 5 %
PEOPLE = 200  # each has many orders, as on a campus
FIRST_PERSON = 5_000_000
CONNECTIONS = 20  # to Postgres, of each worker: as in production
SUBMITTING_AT_ONCE = 12  # of one submitting process: the connections of the bot
CONCURRENT_SAGAS = 50  # of one worker, where the engine bounds them: as in production
PAYMENT_TIMEOUT_SECONDS = 10.0

CREATE_TABLES = """
CREATE TABLE reference_order (
    id bigint PRIMARY KEY, person_id bigint NOT NULL, amount integer NOT NULL, status text NOT NULL, payment text,
    submitted_at timestamptz NOT NULL, settled_at timestamptz
);
CREATE TABLE reference_timer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL, kind text NOT NULL,
    due_at timestamptz NOT NULL
);
CREATE INDEX reference_timer_due ON reference_timer (due_at);
"""
# A second start of the same order finds it, as with every engine that repeats a step.
INSERT_ORDER = (
    "INSERT INTO reference_order (id, person_id, amount, status, submitted_at)"
    " VALUES ($1, $2, $3, 'PENDING', to_timestamp($4)) ON CONFLICT (id) DO NOTHING"
)
SETTLE_ORDER = (
    "UPDATE reference_order SET status = 'CREATED', payment = $2, settled_at = clock_timestamp() WHERE id = $1"
)
INSERT_TIMER = (
    "INSERT INTO reference_timer (order_id, kind, due_at) VALUES ($1, 'expire', now() + interval '30 minutes')"
)
CANCEL_ORDER = "UPDATE reference_order SET status = 'CANCELLED', settled_at = clock_timestamp() WHERE id = $1"


class PaymentDeclined(Exception):
    """The payment server refused for good: the same payment would be refused again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a submitter knows of an order. `submitted_at` is in epoch seconds, of the one clock of this machine."""

    id: int
    submitted_at: float

    @property
    def person_id(self) -> int:
        return FIRST_PERSON + self.id % PEOPLE

    @property
    def amount(self) -> int:
        """Return the amount in minor units."""
        return 500 + self.id % 1000

    @property
    def arguments(self) -> tuple[int, int, int, float]:
        """The arguments of INSERT_ORDER."""
        return self.id, self.person_id, self.amount, self.submitted_at


def database_url() -> str:
    return os.environ["DATABASE_URL"]


def redis_url() -> str:
    return os.environ["REDIS_URL"]


def payment_url() -> str:
    return os.environ["BENCH_PAYMENT_URL"]


def open_payments() -> aiohttp.ClientSession:
    """Return a client of the payment server for the whole life of a worker."""
    timeout = aiohttp.ClientTimeout(total=PAYMENT_TIMEOUT_SECONDS)
    return aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=200))


async def pay(session: aiohttp.ClientSession, key: str, order: int, amount: int) -> str:
    """Pay under this key and return the payment. Raise PaymentDeclined, or aiohttp's error when it may be repeated."""
    body = {"order": order, "amount": amount}
    async with session.post(f"{payment_url()}/pay", json=body, headers={"Idempotency-Key": key}) as answer:
        if answer.status == 402:
            raise PaymentDeclined
        answer.raise_for_status()
        payment: str = (await answer.json())["payment"]
        return payment


def say_ready() -> None:
    """Tell the harness that this worker takes work."""
    print("workers ready", flush=True)


async def submit_orders(submit: Callable[[Order], Awaitable[object]]) -> None:
    """Submit as the harness asks: `submit FIRST COUNT RATE`, a rate of 0 as fast as SUBMITTING_AT_ONCE bear it."""
    first, count, rate = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    began, used = time.monotonic(), time.process_time()
    if rate:
        await _submit_paced(submit, first, count, rate)
    else:
        await _submit_burst(submit, first, count)
    spent = {"seconds": time.monotonic() - began, "cpu_seconds": time.process_time() - used}
    print(json.dumps({name: round(seconds, 4) for name, seconds in spent.items()}), flush=True)


async def _submit_burst(submit: Callable[[Order], Awaitable[object]], first: int, count: int) -> None:
    numbers = iter(range(first, first + count))

    async def submit_next() -> None:
        for number in numbers:
            await submit(Order(id=number, submitted_at=time.time()))

    await asyncio.gather(*(submit_next() for _ in range(SUBMITTING_AT_ONCE)))


async def _submit_paced(submit: Callable[[Order], Awaitable[object]], first: int, count: int, rate: float) -> None:
    """Submit on a fixed schedule: an order that is late counts from when it was due."""
    tasks, began, began_at = set[asyncio.Task[object]](), time.monotonic(), time.time()
    for index in range(count):
        await asyncio.sleep(max(0.0, began + index / rate - time.monotonic()))
        order = Order(id=first + index, submitted_at=began_at + index / rate)
        tasks.add(asyncio.ensure_future(submit(order)))
    await asyncio.gather(*tasks)
