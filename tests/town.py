"""A small campus on a real database and a Stripe stand-in, driven without Telegram: for tests of sagas and money."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import insert, select, text

from domain.campus import Campus
from domain.draft import Draft
from domain.order import Order
from domain.people import Member, RunnerStatus, SavedCard
from domain.pricing import Item
from domain.store.campuses import find_campus
from domain.store.drafts import change_draft
from domain.store.due import due_sagas, is_timer_due
from domain.store.orders import find_order
from domain.store.people import find_member, keep_account, keep_customer, save_card, set_payouts_ready
from domain.store.rows import items_to
from domain.store.schema import campus, membership, person, saga
from domain.store.unit_of_work import Database, connect, database
from domain.store.use_cases import ordering, running
from sandbox.stripe.server import running_stripe
from tests.audits import find_breaches
from tests.databases import at_once_in
from tests.store.scenes import silence
from workers.engine import run_saga
from workers.invariants import Finding
from workers.stripe_gateway import create_account, create_customer, open_client, send
from workers.timers import fire_timers
from workers.workshop import Workshop

FEES = {
    "service_fee": 80,
    "platform_basis_points": 1000,
    "headroom_basis_points": 2000,
    "headroom_least": 100,
    "headroom_most": 500,
    "delivery_fee_least": 50,
    "delivery_fee_most": 2000,
    "order_most": 20000,
}
ITEMS = (Item(name="chicken rice", quantity=2, price=400),)
NAMES = count(1)


@dataclass(slots=True, kw_only=True)
class Town:
    """What a test needs to play a campus; `drive` is a worker's round, as often as something is due."""

    database: Database
    at_once: Database
    workshop: Workshop
    stripe_url: str
    http: aiohttp.ClientSession
    campus: Campus
    regular: Member | None = None
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def member(self, *, card: str | None = "pm_card_visa", runner: bool = False, ready: bool = True) -> Member:
        """A new person here: with this test card saved, perhaps an approved runner, perhaps able to be paid."""
        number = 1000 + next(self.numbers)
        status = RunnerStatus.APPROVED if runner else RunnerStatus.NONE
        async with self.database() as work:
            await work.connection.execute(insert(person).values(id=number, first_name=f"Person {number}"))
            row = {"campus_id": self.campus.id, "person_id": number, "runner_status": status}
            await work.connection.execute(insert(membership).values(row))
        if card is not None:
            await self.give_card(number, card)
        if runner and ready:
            await self.give_account(number)
        return await self.known(number)

    async def give_card(self, number: int, card: str) -> None:
        """Save a test card at Stripe and here, as a finished Checkout would."""
        made = await create_customer(self.workshop.stripe, {}, f"customer:{number}:{card}:{next(NAMES)}")
        async with self.database() as work:
            attach: Any = {"customer": await keep_customer(work, number, made["id"])}
        method = await send(self.workshop.stripe.v1.payment_methods.attach_async(card, attach))
        saved = SavedCard(payment_method=method["id"], brand="visa", last4="4242", exp_month=1, exp_year=2040)
        async with self.database() as work:
            await save_card(work, number, saved)

    async def give_account(self, number: int) -> None:
        """An onboarded account for a runner."""
        params = {
            "controller": {"stripe_dashboard": {"type": "express"}},
            "capabilities": {"transfers": {"requested": True}},
        }
        account = await create_account(self.workshop.stripe, params, f"account:{number}:{next(NAMES)}")
        await self.control(f"onboard/{account['id']}", finish=True)
        async with self.database() as work:
            await keep_account(work, number, account["id"])
            await set_payouts_ready(work, number, ready=True)

    async def known(self, number: int) -> Member:
        """The member as committed now."""
        async with self.at_once() as work:
            return await find_member(work, self.campus.id, number)

    async def order(self, order_id: int) -> Order:
        """The order as committed now."""
        async with self.at_once() as work:
            return await find_order(work, self.campus.id, order_id)

    async def draft(self, member: Member) -> Draft:
        """A complete basket."""
        async with self.database() as work:
            return await change_draft(
                work,
                self.campus.id,
                member.person_id,
                store_name="Koufu",
                items=items_to(ITEMS),
                drop_point="SOB, lobby",
                delivery_fee=200,
            )

    async def place(self, member: Member) -> Order:
        """A basket, placed."""
        draft = await self.draft(member)
        async with self.database() as work:
            ceiling = draft.price(self.campus.fees).ceiling
            placed = await ordering.place(work, self.campus, member, version=draft.version, ceiling=ceiling)
        assert isinstance(placed, ordering.Placed)
        return await self.order(placed.order_id)

    async def open_job(self, member: Member | None = None) -> Order:
        """An order runners can see, of the town's regular customer unless of somebody else."""
        if member is None and self.regular is None:
            self.regular = await self.member()
        order = await self.place(member or self.regular or await self.member())
        await self.drive()
        return await self.order(order.id)

    async def claim(self, runner: Member, order: Order) -> Order:
        """[Claim]."""
        async with self.database() as work:
            return await running.claim(work, self.campus, runner, order.id)

    async def carry(self, runner: Member, order: Order, receipt: int = 850) -> Order:
        """From a claimed job to the customer's door."""
        async with self.database() as work:
            await running.buy(work, self.campus, runner, order.id, receipt)
        async with self.database() as work:
            await running.pick_up(work, self.campus, runner, order.id)
        async with self.database() as work:
            return await running.arrive(work, self.campus, runner, order.id)

    async def hand_over(self, runner: Member, order: Order) -> running.HandedOver | running.WrongPinTyped:
        """The right PIN."""
        pin = (await self.order(order.id)).pin
        async with self.database() as work:
            return await running.hand_over(work, self.campus, runner, order.id, str(pin))

    async def cancel(self, member: Member, order: Order) -> Order:
        """The customer's [Cancel]."""
        async with self.database() as work:
            return await ordering.cancel(work, self.campus, member, order.id)

    async def held_job(self, runner: Member, member: Member | None = None) -> Order:
        """A job of this runner's whose hold is checked."""
        order = await self.open_job(member)
        await self.claim(runner, order)
        await self.drive()
        return await self.order(order.id)

    async def delivered(self, runner: Member) -> Order:
        """An order handed over; its money has yet to move."""
        order = await self.held_job(runner)
        await self.carry(runner, order)
        await self.hand_over(runner, order)
        return await self.order(order.id)

    def worker(self, name: str) -> Workshop:
        """Another worker of this town."""
        return replace(self.workshop, name=name, room=asyncio.Semaphore(50), running=set())

    async def drive(self, worker: Workshop | None = None) -> None:
        """A worker's rounds until nothing is due."""
        worker = worker or self.workshop
        while True:
            async with self.at_once() as work:
                timers = await is_timer_due(work.connection)
            if timers:
                await fire_timers(worker)
            async with self.at_once() as work:
                due = await due_sagas(work.connection, 100)
            if not due:
                return
            await asyncio.gather(*(run_saga(worker, saga_id) for saga_id in due))

    async def hurry(self, worker: Workshop | None = None) -> None:
        """Everything that waits for its time is due now, leases too; deadlines of waits stay."""
        await self.sql("UPDATE saga SET wake_at = now() WHERE wake_at IS NOT NULL")
        await self.drive(worker)

    async def until(self, fact: Callable[[], Awaitable[bool]], worker: Workshop | None = None) -> None:
        """Hurry until this is so."""
        async with asyncio.timeout(10):
            while not await fact():
                await self.hurry(worker)

    async def sql(self, statement: str, **values: object) -> None:
        """Change something no use case changes, such as a due time."""
        async with self.at_once() as work:
            await work.connection.execute(text(statement), values)

    async def rows(self, statement: str, **values: object) -> Sequence[Any]:
        """Look at something."""
        async with self.at_once() as work:
            return (await work.connection.execute(text(statement), values)).all()

    async def saga_states(self, order_id: int) -> dict[str, str]:
        """kind -> status of the order's sagas."""
        async with self.at_once() as work:
            query = select(saga.c.kind, saga.c.status).where(saga.c.order_id == order_id)
            return {row.kind: row.status for row in await work.connection.execute(query)}

    async def saga(self, order: Order, kind: str) -> Any:
        """The newest row of the order's saga of this kind."""
        query = "SELECT * FROM saga WHERE order_id = :order AND kind = :kind ORDER BY number DESC LIMIT 1"
        (row,) = await self.rows(query, order=order.id, kind=kind)
        return row

    async def told(self, order: Order, chat_id: int | None = None) -> list[str]:
        """The sentences pushed about an order, to one chat or to all."""
        query = "SELECT key FROM push WHERE order_id = :order AND chat_id = coalesce(:chat, chat_id) ORDER BY id"
        return [row.key for row in await self.rows(query, order=order.id, chat=chat_id)]

    async def fault(self, path: str, kind: str, **more: object) -> None:
        """Let calls of the Stripe stand-in fail."""
        await self.control("faults", path=path, kind=kind, **more)

    async def no_faults(self) -> None:
        """Stripe is well again."""
        async with self.http.delete(f"{self.stripe_url}/sim/faults") as answer:
            assert answer.status == 200

    async def control(self, lever: str, /, **body: object) -> Any:
        """A lever of the Stripe stand-in."""
        async with self.http.post(f"{self.stripe_url}/sim/{lever}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def look(self, path: str, **query: str) -> Any:
        """Read something of the Stripe stand-in."""
        async with self.http.get(f"{self.stripe_url}/sim/{path}", params=query) as answer:
            return await answer.json()

    async def intents(self, order_id: int) -> list[dict[str, Any]]:
        """All intents Stripe has for an order."""
        return await self._of_order("payment_intent", order_id)

    async def transfers(self, order_id: int) -> list[dict[str, Any]]:
        """All transfers Stripe has for an order."""
        return await self._of_order("transfer", order_id)

    async def _of_order(self, kind: str, order_id: int) -> list[dict[str, Any]]:
        objects = await self.look("objects", kind=kind)
        return [one for one in objects if one["metadata"].get("order") == str(order_id)]

    async def breaches(self) -> Sequence[Finding]:
        """The broken promises."""
        return await find_breaches(self.database, self.workshop.stripe)


@asynccontextmanager
async def founded(database_url: str, state: Path | None = None) -> AsyncIterator[Town]:
    """A campus on this database, with a Stripe stand-in of its own; its `state` may be of an earlier one."""
    engine = connect(database_url, size=20)
    store = database(engine, silence)  # what is due is found by sweeping
    async with running_stripe(state=state) as url, aiohttp.ClientSession() as http:
        client = open_client("sk_test_town", url)
        workshop = Workshop(database=store, stripe=client, name="town", room=asyncio.Semaphore(50))
        place = await found(store)
        yield Town(
            database=store, at_once=at_once_in(engine), workshop=workshop, stripe_url=url, http=http, campus=place
        )
        await client.close()
    await engine.dispose()


async def found(store: Database) -> Campus:
    """One more campus in this database."""
    row: dict[str, Any] = {
        "name": f"town{next(NAMES)}",
        "title": "Town",
        "currency": "sgd",
        "time_zone": "Asia/Singapore",
    }
    row |= {"fees": FEES, "runner_group": -100, "admin_chat": -200, "open_to_all": True}
    async with store() as work:
        made = insert(campus).values(**row).returning(campus.c.id)
        return await find_campus(work, (await work.connection.execute(made)).scalar_one())
