"""The acts that are measured: whole orders, what people ask for, the lists of admins, and the turns of a worker."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bench.console_history import CAMPUSES, FIRST_CUSTOMER, FIRST_RUNNER
from domain.messaging.buttons import Tap
from domain.orders.tables import orders
from tests.stack.bot_stack import BASKET_PATH, NORTH, BotUser
from tests.statements.played_order import tap_button
from tests.statements.product_stack import ProductStack
from workers.reconciliation.reconciler import reconcile
from workers.scheduling.due_timers import fire_timers
from workers.scheduling.due_work_repository import find_due_kinds, list_due_sagas, list_due_sends
from workers.scheduling.ended_restrictions import tell_ended
from workers.scheduling.held_payouts import HeldPayoutSweeper
from workers.stripe.event_handler import handle_waiting_stripe_events

Note = Callable[[str, Awaitable[Any]], Awaitable[None]]  # do it and what it causes, and measure that by this name

CUSTOMER_WORDS, RUNNER_WORDS = ("/start", "/orders", "/me"), ("/jobs", "/me")
CUSTOMER_TAPS = (Tap.MY_ORDERS, Tap.ORDERS_OPEN, Tap.ORDERS_ENDED, Tap.ORDER_FOOD, Tap.CHART_PAID)
RUNNER_TAPS = (Tap.DELIVER_FOOD, Tap.CHART_EARNED)
ADMIN_WORDS = (*("/board", "/runners", "/stuck", "/parked", "/differences", "/held", "/cases", "/restrictions"),)
FIRST_REGULAR = 50  # those before have open troubles, such as debts
MAKE_LISTS_DUE = "UPDATE list_cursor SET due_at = now()"


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who acts: a customer and a runner, and an admin; `kind` says whether the first two have a history."""

    kind: str
    customer: BotUser
    runner: BotUser
    admin: BotUser


async def new_people(stack: ProductStack, admin: BotUser) -> People:
    """People who ordered and delivered nothing before."""
    return await _prepared(stack, "new", await stack.bot.add_person("Mei"), await stack.bot.add_runner("Ana"), admin)


async def regular_people(stack: ProductStack, admin: BotUser, number: int) -> People:
    """People of the history, others for each number."""
    people = []
    for first in (FIRST_CUSTOMER, FIRST_RUNNER):
        one = BotUser(id=first + CAMPUSES * (FIRST_REGULAR + number), stack=stack.bot)
        await stack.bot.control_telegram("users", id=one.id, first_name="Regular", language_code="en")
        group = {"id": stack.bot.groups["north"], "title": "Runners", "members": [one.id], "bots": [NORTH[2]]}
        await stack.bot.control_telegram("groups", **group)
        await stack.worker.sql("DELETE FROM draft WHERE person_id = :id", id=one.id)
        await one.write("/start")
        people.append(one)
    return await _prepared(stack, "regular", people[0], people[1], admin)


async def _prepared(stack: ProductStack, kind: str, customer: BotUser, runner: BotUser, admin: BotUser) -> People:
    await stack.worker.save_test_card(customer.id, "pm_card_visa")
    await stack.worker.add_account(runner.id)
    return People(kind=kind, customer=customer, runner=runner, admin=admin)


async def play_all(stack: ProductStack, people: People, note: Note) -> None:
    """Play an order that is delivered and refunded, one that is cancelled, one that expires; then look at lists."""
    order_id = await _deliver(stack, people, note)
    await _look(people, order_id, note)
    await _refund(people, order_id, note)
    await _cancel(stack, people, note)
    if people.kind == "new":
        await _expire(stack, people, note)
        await _work(stack, note)


async def _place(stack: ProductStack, people: People, note: Note) -> int:
    mei = people.customer
    await note("fill basket", _fill(mei))
    await note("place", mei.press("Place order"))
    return int(max(row["id"] for row in await stack.bot.rows(orders, orders.c.customer_id == mei.id)))


async def _fill(customer: BotUser) -> None:
    await customer.tap(Tap.HOME, argument=1)
    await customer.press(*BASKET_PATH, "Library")


async def _deliver(stack: ProductStack, people: People, note: Note) -> int:
    ana, order_id = people.runner, await _place(stack, people, note)
    await note("claim", tap_button(ana, Tap.CLAIM, chat=stack.bot.groups["north"]))
    for tap in (Tap.BOUGHT, Tap.BOUGHT_AS_ESTIMATED, Tap.PICKED_UP, Tap.ARRIVED):
        await note(tap.value, tap_button(ana, tap))
    await note("pin", ana.write(str((await stack.bot.order_row(order_id))["pin"])))
    row = await stack.bot.order_row(order_id)
    assert row["status"] == "COMPLETED", row
    return order_id


async def _look(people: People, order_id: int, note: Note) -> None:
    mei, ana, sam = people.customer, people.runner, people.admin
    for word in CUSTOMER_WORDS:
        await note(f"customer {word}", mei.write(word))
    for tap in CUSTOMER_TAPS:
        await note(f"customer [{tap}]", mei.tap(tap, argument=1))
    await note("customer /why", mei.write(f"/why {order_id}"))
    await note("customer [open_order]", mei.tap(Tap.OPEN_ORDER, order_id, 1))
    await note("customer [thumb_up]", tap_button(mei, Tap.THUMB_UP))
    for word in RUNNER_WORDS:
        await note(f"runner {word}", ana.write(word))
    for tap in RUNNER_TAPS:
        await note(f"runner [{tap}]", ana.tap(tap, argument=1))
    for word in (*ADMIN_WORDS, f"/order {order_id}", f"/tell {order_id} hello"):
        await note(f"admin {word.split()[0]}", sam.write(word))


async def _refund(people: People, order_id: int, note: Note) -> None:
    sam = people.admin
    await sam.write(f"/order {order_id}")
    await note("refund: ask", _ask_refund(sam))
    await note("refund: do", tap_button(sam, Tap.REFUND_SURE))


async def _ask_refund(admin: BotUser) -> None:
    await tap_button(admin, Tap.REFUND)
    await tap_button(admin, Tap.REFUND_BEARER)
    await admin.write("1.00 cold")


async def _cancel(stack: ProductStack, people: People, note: Note) -> None:
    order_id = await _place(stack, people, note)
    await people.customer.tap(Tap.CANCEL, order_id)
    await note("cancel", people.customer.tap(Tap.CANCEL_SURE, order_id))


async def _expire(stack: ProductStack, people: People, note: Note) -> None:
    order_id = await _place(stack, people, note)
    due = "UPDATE timer SET due_at = now() WHERE order_id = :id AND status = 'set' AND kind = 'expire'"
    await stack.worker.sql(due, id=order_id)
    await note("expire", fire_timers(stack.worker.context))


async def _work(stack: ProductStack, note: Note) -> None:
    worker = stack.worker

    async def look() -> None:
        async with worker.autocommit_work() as work:
            await find_due_kinds(work.connection)
            await list_due_sagas(work.connection, 50)
            await list_due_sends(work.connection, 16)

    await note("worker: look for due work", look())
    await note("worker: fire timers", fire_timers(worker.context))
    await note("worker: handle events", handle_waiting_stripe_events(worker.context, 50))
    await note("worker: held payouts", HeldPayoutSweeper(context=worker.context).release_due())
    await note("worker: ended restrictions", tell_ended(worker.context))
    await worker.sql(MAKE_LISTS_DUE)
    await note("worker: reconcile", reconcile(worker.new_worker("comparer"), asyncio.Event()))
