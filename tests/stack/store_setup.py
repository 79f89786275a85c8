"""Campuses, people and orders in the state a test needs, made by the store's own functions."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from domain.campuses.campus import Campus
from domain.campuses.fees import Fees
from domain.campuses.people import Member, SavedCard
from domain.campuses.people_repository import ensure_member, find_member, upsert_saved_card
from domain.campuses.repository import list_campuses
from domain.database.actors import SYSTEM
from domain.database.unit_of_work import (
    QueueJob,
    UnitOfWork,
    UnitOfWorkFactory,
    create_database_engine,
    create_unit_of_work_factory,
)
from domain.messaging.private_chats import open_private_chat
from domain.orders.drafts.repository import change_draft
from domain.orders.repository import find_order, move_order
from domain.orders.states import Order, OrderEvent
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import set_timer
from domain.orders.use_cases import ordering
from domain.payments.hold_repository import move_current_hold
from domain.payments.model import HoldEvent
from tests.stack import rows
from tests.stack.compiled_statements import share_compiled_statements
from workers.commands.campus_file import CampusFile, NamedPerson
from workers.commands.campus_repository import provision_campus
from workers.registers import build_worker_registers

FEES = Fees(currency="sgd", **rows.FEES)
SAVED_CARD = SavedCard(payment_method="pm_card", brand="visa", last4="4242", exp_month=12, exp_year=2040)
ADMIN, CUSTOMER, FIRST_RUNNER = 3001, 1001, 2001


async def drop_queue_jobs(queue_jobs: Sequence[QueueJob]) -> None:
    """Enqueue nothing."""


@asynccontextmanager
async def database_without_queue(url: str, *, size: int = 10) -> AsyncIterator[UnitOfWorkFactory]:
    """Units of work on this database that enqueue no queue jobs."""
    engine = share_compiled_statements(create_database_engine(url, pool_size=size))
    try:
        yield create_unit_of_work_factory(engine, drop_queue_jobs, build_worker_registers())
    finally:
        await engine.dispose()


def make_campus_file(name: str, *, runners: int = 2) -> CampusFile:
    """Return a small campus as its file would describe it."""
    return CampusFile(
        name=name,
        title=f"{name.title()} Campus",
        currency="sgd",
        time_zone="Asia/Singapore",
        runner_group=-100,
        admin_chat=None,
        runner_invite=None,
        open_to_all=True,
        admins=(NamedPerson(id=ADMIN, name="Sam"),),
        runners=tuple(NamedPerson(id=FIRST_RUNNER + n, name=f"Runner {n}") for n in range(runners)),
        open_jobs=1,
        fees=FEES,
        fee_suggestions=(),
        windows={},
        risk=rows.ROOMY_RISK,
        hours={},
        stores=(),
        drop_points=(),
    )


async def found_campus(work: UnitOfWork, name: str = "north", *, runners: int = 2) -> Campus:
    """Found this campus, mark its runners' chats as reachable, and return it."""
    file = make_campus_file(name, runners=runners)
    founded = await provision_campus(work, file)
    for each in file.runners:
        runner = await ensure_member(work, founded.id, each.id, first_name=each.name, username=None, language="en")
        await open_private_chat(work, runner)
    (campus,) = [each for each in await list_campuses(work) if each.id == founded.id]
    return campus


async def add_customer(work: UnitOfWork, campus: Campus, person_id: int = CUSTOMER) -> Member:
    """Insert a customer with a card."""
    await ensure_member(work, campus.id, person_id, first_name="Mei", username=None, language="en")
    await upsert_saved_card(work, person_id, SAVED_CARD)
    return await find_member(work, campus.id, person_id)


async def place_order(work: UnitOfWork, campus: Campus, person_id: int = CUSTOMER) -> Order:
    """Place an order as a customer does; it is PENDING."""
    customer = await add_customer(work, campus, person_id)
    draft = await change_draft(
        work,
        campus.id,
        person_id,
        store_name="Koufu",
        items=[{"name": "rice", "quantity": 2, "price": 450}],
        drop_point="Library, lobby",
        delivery_fee=300,
    )
    ceiling = draft.price(campus.fees).ceiling
    placed = await ordering.submit_order(work, campus, customer, version=draft.version, ceiling=ceiling)
    assert isinstance(placed, ordering.OrderPlaced)
    return await find_order(work, campus.id, placed.order_id)


async def open_order(work: UnitOfWork, campus: Campus, person_id: int = CUSTOMER) -> Order:
    """Insert an order in CREATED with its hold and its deadline, as the workers leave it."""
    order = await place_order(work, campus, person_id)
    await move_current_hold(work, order.id, HoldEvent.MADE, payment_intent=f"pi_{order.id}")
    order = await move_order(work, SYSTEM, campus.id, order.id, OrderEvent.PUBLISHED)
    await set_timer(work, order, TimerKind.EXPIRE, work.now + timedelta(minutes=30))
    return order
