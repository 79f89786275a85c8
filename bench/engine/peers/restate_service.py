"""The reference saga as a Restate service: its server keeps the journal, and Postgres has the orders only."""

import asyncio
import os
import sys
from functools import partial
from typing import Any

import aiohttp
import asyncpg
import restate
import uvloop
from hypercorn.asyncio import serve
from hypercorn.config import Config

from bench.engine import reference
from bench.engine.peers.asyncpg_steps import cancel_order, create_tables, insert_order, open_pool, settle_order
from bench.engine.reference import Order, PaymentDeclined

REGISTER_SECONDS = 30.0
service = restate.Service("reference")
POOL: list[asyncpg.Pool] = []  # one of each, opened by `work`
PAYMENTS: list[aiohttp.ClientSession] = []


@service.handler()
async def run_order(ctx: restate.Context, order: dict[str, Any]) -> None:
    """Insert, pay, settle; cancel when it is declined. Each step is journaled after it was done."""
    given = Order(id=order["id"], submitted_at=order["submitted_at"])
    await ctx.run_typed("insert", insert, given=given)
    payment = await ctx.run_typed("pay", pay, given=given)
    if payment is None:
        await ctx.run_typed("cancel", cancel, given=given)
    else:
        await ctx.run_typed("settle", settle, given=given, payment=payment)


async def insert(given: Order) -> None:
    """Insert the order."""
    await insert_order(POOL[0], given)


async def pay(given: Order) -> str | None:
    """Pay under the key of the order; None when it is declined."""
    try:
        return await reference.pay(PAYMENTS[0], f"order-{given.id}", given.id, given.amount)
    except PaymentDeclined:
        return None


async def settle(given: Order, payment: str) -> None:
    """Update the order and insert its timer."""
    await settle_order(POOL[0], given, payment)


async def cancel(given: Order) -> None:
    """Undo the order."""
    await cancel_order(POOL[0], given)


async def work() -> None:
    """Serve the handlers over HTTP/2 and register them with the server."""
    port = int(os.environ["BENCH_SERVICE_PORT"])
    POOL.append(await open_pool())
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.h2_max_concurrent_streams = 2_147_483_647
    config.keep_alive_max_requests = 2_147_483_647
    config.keep_alive_timeout = 2_147_483_647
    async with reference.open_payments() as payments:
        PAYMENTS.append(payments)
        app = restate.app([service])
        serving = asyncio.create_task(serve(app, config))  # type: ignore[arg-type]  # ASGI, by a type of its own
        await register(f"http://127.0.0.1:{port}")
        reference.say_ready()
        await serving


async def register(address: str) -> None:
    """Tell the server where the handlers are; it may know already, from before this worker was killed."""
    async with asyncio.timeout(REGISTER_SECONDS), aiohttp.ClientSession() as session:
        while True:
            try:
                body = {"uri": address, "use_http_11": False, "force": False}
                async with session.post(f"{os.environ['BENCH_RESTATE_ADMIN']}/deployments", json=body) as answer:
                    if answer.status in (200, 201, 409):
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


async def submit() -> None:
    """Send an invocation for each order; its key makes a second one have no effect."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session:
        await reference.submit_orders(partial(send_one, session))


async def send_one(session: aiohttp.ClientSession, order: Order) -> None:
    """Send the invocation of one order."""
    address = f"{os.environ['BENCH_RESTATE_INGRESS']}/reference/run_order/send"
    body = {"id": order.id, "submitted_at": order.submitted_at}
    async with session.post(address, json=body, headers={"idempotency-key": f"order-{order.id}"}) as answer:
        answer.raise_for_status()


if __name__ == "__main__":
    uvloop.run({"prepare": create_tables, "work": work, "submit": submit}[sys.argv[1]]())
