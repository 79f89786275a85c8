"""`python -m bench.engine.payments`: the payment server, one process for every engine.

It obeys idempotency keys as Stripe does, declines one order in twenty, answers after a delay, and counts what it did:
`POST /reset?delay=0.05` begins anew, `GET /report` says how many payments each order came to.
"""

import argparse
import asyncio
from collections import Counter
from dataclasses import dataclass, field

import uvloop
from aiohttp import web

from bench.engine.reference import DECLINED_EVERY


@dataclass(slots=True)
class Books:
    """What was asked and done since the last reset."""

    delay_seconds: float = 0.0
    requests: int = 0
    outcomes: dict[str, str | None] = field(default_factory=dict)  # by key; None is a declined one
    charges: Counter[int] = field(default_factory=Counter)  # payments by order

    def take(self, key: str, order: int) -> str | None:
        """Pay once for each key; return the payment, or None when it is declined."""
        self.requests += 1
        if key not in self.outcomes:
            declined = order % DECLINED_EVERY == 0
            self.outcomes[key] = None if declined else f"pay_{len(self.outcomes)}"
            self.charges[order] += not declined
        return self.outcomes[key]


BOOKS: web.AppKey[Books] = web.AppKey("books", Books)


async def pay(request: web.Request) -> web.Response:
    """Do it at once and answer after the delay: whoever is killed meanwhile does not know the outcome."""
    books = request.app[BOOKS]
    payment = books.take(request.headers["Idempotency-Key"], (await request.json())["order"])
    if books.delay_seconds:
        await asyncio.sleep(books.delay_seconds)
    if payment is None:
        return web.json_response({"error": "declined"}, status=402)
    return web.json_response({"payment": payment})


async def reset(request: web.Request) -> web.Response:
    """Forget everything and answer after this delay from now on."""
    books = request.app[BOOKS]
    books.delay_seconds, books.requests = float(request.query["delay"]), 0
    books.outcomes.clear()
    books.charges.clear()
    return web.json_response({})


async def report(request: web.Request) -> web.Response:
    """Count the requests, the keys, and the orders that were charged more than once."""
    books = request.app[BOOKS]
    twice = sum(times > 1 for times in books.charges.values())
    repeated = books.requests - len(books.outcomes)
    return web.json_response({"requests": books.requests, "repeated_requests": repeated, "charged_twice": twice})


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    application = web.Application()
    application[BOOKS] = Books()
    application.add_routes([web.post("/pay", pay), web.post("/reset", reset), web.get("/report", report)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("payments ready", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Serve on this port of the loopback address."""
    parser = argparse.ArgumentParser(prog="python -m bench.engine.payments", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
