"""The test stack of the workers: a campus on a real database and a Stripe stand-in, without Telegram."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import select, text, update

from domain.campuses.campus import Campus
from domain.campuses.people import Member, RunnerStatus, SavedCard
from domain.campuses.people_repository import (
    find_member,
    save_stripe_account,
    save_stripe_customer,
    set_payouts_ready,
    upsert_saved_card,
)
from domain.campuses.tables import campus
from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.orders.drafts.draft import Draft
from domain.orders.drafts.repository import change_draft
from domain.orders.pricing import Item
from domain.orders.repository import find_order
from domain.orders.rows import items_to_json
from domain.orders.states import Order
from domain.orders.use_cases import ordering, photos, running
from domain.saga.tables import saga
from sandbox.stripe.card_catalog import OWN_CARD_SIGN
from tests.stack.audits import find_breaches, find_breaches_of_all
from tests.stack.photos import new_photo
from tests.stack.rows import insert_member
from tests.stack.stripe_control import StripeControl
from workers.audit.invariants import Finding
from workers.engine.saga_engine import advance_saga
from workers.engine.worker_context import WorkerContext
from workers.scheduling.due_timers import fire_timers
from workers.scheduling.due_work_repository import TIMERS, find_due_kinds, list_due_sagas
from workers.stripe.gateway_cards import create_customer
from workers.stripe.gateway_payouts import create_account

ITEMS = (Item(name="chicken rice", quantity=2, price=400),)
NAME_NUMBERS = count(1)

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


@dataclass(slots=True, kw_only=True)
class WorkerStack(StripeControl):
    """A campus with its database, its worker and its Stripe stand-in; `run_due` plays the rounds of a worker."""

    database: UnitOfWorkFactory
    autocommit_work: UnitOfWorkFactory
    context: WorkerContext
    campus: Campus
    regular_customer: Member | None = None
    founded_campus: Mapping[str, Any] = field(default_factory=dict)
    person_numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def add_member(
        self, *, card: str | None = "pm_card_visa", runner: bool = False, ready: bool = True
    ) -> Member:
        """Insert a person: with this test card saved, perhaps an approved runner, perhaps with a ready account."""
        number = 1000 + next(self.person_numbers)
        status = RunnerStatus.APPROVED if runner else RunnerStatus.NONE
        async with self.database() as work:
            await insert_member(work, self.campus.id, number, f"Person {number}", runner_status=status)
        if card is not None:
            await self.save_test_card(number, card)
        if runner and ready:
            await self.add_account(number)
        return await self.committed_member(number)

    async def save_test_card(self, number: int, card: str) -> None:
        """Save a test card at Stripe and here, as a finished Checkout would: one of their own.

        With # and a word behind its name, it is one card for all who save it so.
        """
        card = card if OWN_CARD_SIGN in card else f"{card}{OWN_CARD_SIGN}{number}"
        made = await create_customer(self.context.stripe, {}, f"customer:{number}:{card}:{next(NAME_NUMBERS)}")
        async with self.database() as work:
            attach: Any = {"customer": await save_stripe_customer(work, number, made.id)}
        method = await self.context.stripe.v1.payment_methods.attach_async(card, attach)
        facts: dict[str, Any] = {"fingerprint": method.card.fingerprint if method.card is not None else None}
        saved = SavedCard(payment_method=method.id, brand="visa", last4="4242", exp_month=1, exp_year=2040, **facts)
        async with self.database() as work:
            await upsert_saved_card(work, number, saved)

    async def add_account(self, number: int) -> None:
        """Give a runner an onboarded account at Stripe."""
        params = {
            "controller": {"stripe_dashboard": {"type": "express"}},
            "capabilities": {"transfers": {"requested": True}},
        }
        account = await create_account(self.context.stripe, params, f"account:{number}:{next(NAME_NUMBERS)}")
        await self.control_stripe(f"onboard/{account.id}", finish=True)
        async with self.database() as work:
            await save_stripe_account(work, number, account.id)
            await set_payouts_ready(work, number, ready=True)

    async def committed_member(self, number: int) -> Member:
        """The member as committed now."""
        async with self.autocommit_work() as work:
            return await find_member(work, self.campus.id, number)

    async def order(self, order_id: int) -> Order:
        """The order as committed now."""
        async with self.autocommit_work() as work:
            return await find_order(work, self.campus.id, order_id)

    async def fill_basket(self, member: Member) -> Draft:
        """Give a customer a complete basket."""
        async with self.database() as work:
            return await change_draft(
                work,
                self.campus.id,
                member.person_id,
                store_name="Koufu",
                items=items_to_json(ITEMS),
                drop_point="SOB, lobby",
                delivery_fee=200,
            )

    async def place_order(self, member: Member) -> Order:
        """Fill a basket, and place it as an order."""
        placed = await self.submit_draft(member, await self.fill_basket(member))
        assert isinstance(placed, ordering.OrderPlaced)
        return await self.order(placed.order_id)

    async def submit_draft(self, member: Member, draft: Draft) -> ordering.OrderPlaced | ordering.CardRequired:
        """Tap [Place order] on a basket as it is now."""
        ceiling = draft.price(self.campus.fees).ceiling
        return await self.act(ordering.submit_order, member, version=draft.version, ceiling=ceiling)

    async def open_order(self, member: Member | None = None) -> Order:
        """Place an order and run it until runners see it; by default its customer is the stack's regular one."""
        if member is None and self.regular_customer is None:
            self.regular_customer = await self.add_member()
        order = await self.place_order(member or self.regular_customer or await self.add_member())
        await self.run_due()
        return await self.order(order.id)

    async def act(
        self,
        use_case: Callable[Concatenate[UnitOfWork, Campus, Arguments], Awaitable[Answer]],
        *args: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Answer:
        """Do what one tap does: a use case of this campus, in a commit of its own."""
        async with self.database() as work:
            return await use_case(work, self.campus, *args, **named)

    async def claim(self, runner: Member, order: Order) -> Order:
        """Tap [Claim]."""
        return await self.act(running.start_claim, runner, order.id)

    async def bring_to_drop_point(self, runner: Member, order: Order, receipt: int = 850) -> Order:
        """Bring a claimed order to the customer's door; the receipt is in minor units, and has a photo."""
        await self.act(photos.save_receipt_photo, runner, order.id, new_photo())
        await self.act(running.mark_bought, runner, order.id, receipt)
        await self.act(running.mark_picked_up, runner, order.id)
        return await self.act(running.mark_arrived, runner, order.id)

    async def hand_over(self, runner: Member, order: Order) -> running.OrderHandedOver | running.WrongPin:
        """Hand the order over with the right PIN."""
        pin = (await self.order(order.id)).pin
        return await self.act(running.hand_over_with_pin, runner, order.id, str(pin))

    async def cancel(self, member: Member, order: Order) -> Order:
        """Tap [Cancel] as the customer."""
        return await self.act(ordering.cancel_own_order, member, order.id)

    async def claimed_order(self, runner: Member, member: Member | None = None) -> Order:
        """An order claimed by this runner, with its hold checked."""
        order = await self.open_order(member)
        await self.claim(runner, order)
        await self.run_due()
        return await self.order(order.id)

    async def deliver(self, runner: Member, order: Order, receipt: int = 850) -> Order:
        """Bring a claimed order to the customer and hand it over; its money has not moved yet."""
        await self.bring_to_drop_point(runner, order, receipt)
        await self.hand_over(runner, order)
        return await self.order(order.id)

    async def delivered_order(self, runner: Member, member: Member | None = None) -> Order:
        """An order that was handed over; its money has not moved yet."""
        return await self.deliver(runner, await self.claimed_order(runner, member))

    def new_worker(self, name: str) -> WorkerContext:
        """A worker of this stack with running sagas of its own."""
        return replace(self.context, name=name, saga_slots=asyncio.Semaphore(50), running_saga_ids=set())

    async def run_due(self, worker: WorkerContext | None = None) -> None:
        """Fire due timers and run due sagas until nothing is due."""
        worker = worker or self.context
        while True:
            async with self.autocommit_work() as work:
                kinds = await find_due_kinds(work.connection)
            if TIMERS in kinds:
                await fire_timers(worker)
            async with self.autocommit_work() as work:
                due = await list_due_sagas(work.connection, 100)
            if not due:
                return
            await asyncio.gather(*(advance_saga(worker, saga_id) for saga_id in due))

    async def run_now(self, worker: WorkerContext | None = None) -> None:
        """Make every waiting saga due, also leased ones, and run them; deadlines of waits stay."""
        await self.sql("UPDATE saga SET wake_at = now() WHERE wake_at IS NOT NULL")
        await self.run_due(worker)

    async def run_until(self, fact: Callable[[], Awaitable[bool]], worker: WorkerContext | None = None) -> None:
        """Run everything as if it were due, until the fact is true."""
        async with asyncio.timeout(10):
            while not await fact():
                await self.run_now(worker)

    async def sql(self, statement: str, **values: object) -> None:
        """Run a statement for what no use case changes, such as a due time."""
        async with self.autocommit_work() as work:
            await work.connection.execute(text(statement), values)

    async def rows(self, statement: str, **values: object) -> Sequence[Any]:
        """Return the rows of a query."""
        async with self.autocommit_work() as work:
            return (await work.connection.execute(text(statement), values)).all()

    async def rows_of(self, order: Order, table: str, columns: str) -> list[tuple[Any, ...]]:
        """These columns of the order's rows in a table, oldest first."""
        found = await self.rows(f"SELECT {columns} FROM {table} WHERE order_id = :id ORDER BY id", id=order.id)
        return [tuple(row) for row in found]

    async def store_event(self, name: str, kind: str, found: Mapping[str, object], **more: object) -> str:
        """Store an event of Stripe about this object, as the gateway does, and return its id."""
        payload = json.dumps({"id": name, "type": kind, "data": {"object": found}} | more)
        query = "INSERT INTO stripe_event (id, type, payload) VALUES (:id, :type, CAST(:payload AS jsonb))"
        await self.sql(query, id=name, type=kind, payload=payload)
        return name

    async def saga_states(self, order_id: int) -> dict[str, str]:
        """kind -> status of the order's sagas."""
        async with self.autocommit_work() as work:
            query = select(saga.c.kind, saga.c.status).where(saga.c.order_id == order_id)
            return {row.kind: row.status for row in await work.connection.execute(query)}

    async def saga(self, order: Order, kind: str) -> Any:
        """The newest row of the order's saga of this kind."""
        query = "SELECT * FROM saga WHERE order_id = :order AND kind = :kind ORDER BY number DESC LIMIT 1"
        (row,) = await self.rows(query, order=order.id, kind=kind)
        return row

    async def notification_keys(self, order: Order, chat_id: int | None = None) -> list[str]:
        """The keys of the notifications about an order, to one chat or to all."""
        found = await self.rows_of(order, "notification", "key, chat_id")
        return [key for key, chat in found if chat_id in (None, chat)]

    async def notifications_to(self, member: Member) -> list[str]:
        """The keys of all notifications to a person, oldest first."""
        found = await self.rows("SELECT key FROM notification WHERE chat_id = :id ORDER BY id", id=member.person_id)
        return [row.key for row in found]

    async def restore_campus(self) -> None:
        """Reset the campus to the state it was founded in."""
        async with self.autocommit_work() as work:
            here = campus.c.id == self.campus.id
            await work.connection.execute(update(campus).where(here).values(self.founded_campus))

    async def breaches(self) -> Sequence[Finding]:
        """The breached invariants, which both modes of the audit find."""
        return await find_breaches(self.database, self.context.stripe)

    async def breaches_of_all(self) -> Sequence[Finding]:
        """The breached invariants by the full audit alone: for the check after each test of a shared stack."""
        return await find_breaches_of_all(self.database, self.context.stripe)
