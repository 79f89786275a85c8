"""The steps of the reference saga with asyncpg alone, for the peers that bring no statements of their own."""

import aiohttp
import asyncpg

from bench.engine import reference
from bench.engine.reference import Order, PaymentDeclined

CONNECTION_ERRORS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, aiohttp.ClientError)


async def create_tables() -> None:
    """Create the reference tables."""
    connection = await asyncpg.connect(reference.database_url())
    await connection.execute(reference.CREATE_TABLES)
    await connection.close()


async def open_pool() -> asyncpg.Pool:
    """Open as many connections as every peer has."""
    return await asyncpg.create_pool(
        reference.database_url(), min_size=reference.CONNECTIONS, max_size=reference.CONNECTIONS
    )


async def run_steps(pool: asyncpg.Pool, payments: aiohttp.ClientSession, order: Order) -> None:
    """Insert, pay, settle; cancel when it is declined."""
    await insert_order(pool, order)
    try:
        payment = await reference.pay(payments, f"order-{order.id}", order.id, order.amount)
    except PaymentDeclined:
        await cancel_order(pool, order)
    else:
        await settle_order(pool, order, payment)


async def insert_order(pool: asyncpg.Pool, order: Order) -> None:
    """Insert the order, once."""
    await pool.execute(reference.INSERT_ORDER, *order.arguments)


async def settle_order(pool: asyncpg.Pool, order: Order, payment: str) -> None:
    """Update the order and insert its timer."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(reference.SETTLE_ORDER, order.id, payment)
        await connection.execute(reference.INSERT_TIMER, order.id)


async def cancel_order(pool: asyncpg.Pool, order: Order) -> None:
    """Undo the order."""
    await pool.execute(reference.CANCEL_ORDER, order.id)
