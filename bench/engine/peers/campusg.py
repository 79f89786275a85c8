"""The reference saga on our engine: the worker of production, with one saga more in its registers.

The first local step commits with the start, in the submitting process, as an order does in the bot.
"""

import gc
import os
import sys
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import aiohttp
import asyncpg
import uvloop
from sqlalchemy import text

from bench.engine import reference
from bench.engine.reference import Order, PaymentDeclined
from domain.database.queue import make_arq_enqueue
from domain.database.registers import Registers
from domain.database.unit_of_work import (
    UnitOfWork,
    UnitOfWorkFactory,
    create_database_engine,
    create_unit_of_work_factory,
)
from domain.registers import build_registers
from domain.saga.definition import ExternalStep, LocalStep, Saga
from domain.saga.register import SagaRegister
from domain.saga.run import SagaRun, SagaStart
from domain.saga.start import start_saga
from domain.settings.logs import configure_logging
from domain.settings.settings import read_settings_or_exit, read_worker_settings
from workers.app import run_worker
from workers.engine.call_failures import OutcomeUnknown, Refused
from workers.engine.external_step import CallRequest, ExternalStepHooks, define_external_step
from workers.registers import build_worker_registers
from workers.stripe.gateway import StripeGateway

KIND = "reference"
CAMPUS = "SELECT id FROM campus"
INSERT_PEOPLE = (
    "INSERT INTO person (id, first_name)"
    f" SELECT {reference.FIRST_PERSON} + number, 'Mei' FROM generate_series(0, {reference.PEOPLE - 1}) AS number"
)
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


@dataclass(slots=True, kw_only=True)
class ReferenceData:
    """What a run keeps beside its order and its person."""

    order: int
    amount: int
    submitted_at: float
    payment: str | None = None


REFERENCE = Saga(
    kind=KIND,
    data=ReferenceData,
    steps=(
        LocalStep(name="reference_insert_order", compensation="reference_cancel_order"),
        ExternalStep(name="reference_pay"),
        LocalStep(name="reference_settle_order"),
    ),
)


async def insert_order(work: UnitOfWork, run: SagaRun) -> None:
    """Insert the order of the run."""
    data = run.data_as(ReferenceData)
    values = {"id": data.order, "person": run.required_person_id, "amount": data.amount, "submitted": data.submitted_at}
    await work.connection.execute(INSERT_ORDER, values)
    run.order_id = data.order


async def settle_order(work: UnitOfWork, run: SagaRun) -> None:
    """Update the order and insert its timer."""
    payment = run.data_as(ReferenceData).payment
    await work.connection.execute(SETTLE_ORDER, {"id": run.required_order_id, "payment": payment})
    await work.connection.execute(INSERT_TIMER, {"id": run.required_order_id})


async def cancel_order(work: UnitOfWork, run: SagaRun) -> None:
    """Undo the order: its payment was declined."""
    await work.connection.execute(CANCEL_ORDER, {"id": run.required_order_id})


async def prepare(_work: UnitOfWork, run: SagaRun, _key: str) -> dict[str, int] | None:
    """Freeze what is paid."""
    return {"order": run.required_order_id, "amount": run.data_as(ReferenceData).amount}


async def execute(gateway: StripeGateway, request: CallRequest) -> str:
    """Pay with the client session of the gateway."""
    try:
        return await reference.pay(gateway.session, request.key, request.params["order"], request.params["amount"])
    except PaymentDeclined as declined:
        raise Refused("declined") from declined
    except (TimeoutError, aiohttp.ClientError) as error:
        raise OutcomeUnknown("connection", type(error).__name__) from error


async def record(_work: UnitOfWork, run: SagaRun, payment: str) -> None:
    """Keep the payment for the next step."""
    run.data_as(ReferenceData).payment = payment


def extend_sagas(registers: Registers) -> Registers:
    """Add the reference saga and its local steps."""
    kept = registers.get(SagaRegister)
    steps = {
        "reference_insert_order": insert_order,
        "reference_settle_order": settle_order,
        "reference_cancel_order": cancel_order,
    }
    return registers.extended(
        SagaRegister(
            sagas=MappingProxyType({**kept.sagas, (KIND, REFERENCE.version): REFERENCE}),
            local_steps=MappingProxyType({**kept.local_steps, **steps}),
        )
    )


def build_reference_registers(**bound_steps: ExternalStepHooks) -> Registers:
    """Return the registers of a worker of production, with the reference saga."""
    paying = define_external_step(prepare=prepare, execute=execute, record=record)
    return extend_sagas(build_worker_registers(**bound_steps, reference_pay=paying))


async def fill() -> None:
    """Add the reference tables and the people to a migrated database with a campus."""
    connection = await asyncpg.connect(reference.database_url())
    await connection.execute(reference.CREATE_TABLES)
    await connection.execute(INSERT_PEOPLE)
    await connection.close()


def work() -> None:
    """Run a worker as `python -m workers` does."""
    settings = read_settings_or_exit(read_worker_settings, os.environ)
    configure_logging(settings.log_level, settings.log_format)
    gc.freeze()
    uvloop.run(run_worker(settings, build_reference_registers))


async def submit() -> None:
    """Start sagas as the bot does: facts, first step and saga row in one commit, then a queue job."""
    engine = create_database_engine(reference.database_url(), pool_size=reference.SUBMITTING_AT_ONCE)
    enqueue, pool = make_arq_enqueue(reference.redis_url())
    database = create_unit_of_work_factory(engine, enqueue, extend_sagas(build_registers()))
    async with engine.connect() as connection:
        campus = (await connection.execute(text(CAMPUS))).scalar_one()
    await pool.get()
    await reference.submit_orders(partial(start_one, database, campus))
    await pool.close()
    await engine.dispose()


async def start_one(database: UnitOfWorkFactory, campus: int, order: Order) -> None:
    """Start the saga of one order; its name makes a second start have no effect."""
    async with database() as work:
        data = ReferenceData(order=order.id, amount=order.amount, submitted_at=order.submitted_at)
        await start_saga(
            work,
            SagaStart(
                kind=KIND,
                name=f"reference:{order.id}",
                campus_id=campus,
                person_id=order.person_id,
                data=data,
            ),
        )


if __name__ == "__main__":
    match sys.argv[1]:
        case "prepare":
            uvloop.run(fill())
        case "work":
            work()
        case "submit":
            uvloop.run(submit())
