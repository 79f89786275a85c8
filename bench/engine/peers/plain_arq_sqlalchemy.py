"""The reference saga as a plain arq job with SQLAlchemy's sessions, as most projects would write it."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import uvloop
from arq.worker import Retry
from sqlalchemy import BigInteger, DateTime, Identity, Text, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.engine import reference
from bench.engine.peers import plain_arq
from bench.engine.peers.asyncpg_steps import CONNECTION_ERRORS, create_tables
from bench.engine.reference import Order, PaymentDeclined


class Base(DeclarativeBase):
    """The base of the two tables."""


class OrderRow(Base):
    """An order."""

    __tablename__ = "reference_order"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
    payment: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class TimerRow(Base):
    """A timer."""

    __tablename__ = "reference_timer"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


async def run_order(ctx: dict[str, Any], number: int, submitted_at: float) -> None:
    """Insert, pay, settle; cancel when it is declined; try again later when something is away."""
    try:
        await run_steps(ctx, Order(id=number, submitted_at=submitted_at))
    except (DBAPIError, *CONNECTION_ERRORS) as error:
        raise Retry(defer=plain_arq.RETRY_DELAY_SECONDS) from error


async def run_steps(ctx: dict[str, Any], order: Order) -> None:
    """Do all of it once."""
    number, sessions = order.id, ctx["sessions"]
    async with sessions.begin() as session:
        await session.execute(insert(OrderRow).values(values_of(order)).on_conflict_do_nothing())
    try:
        payment = await reference.pay(ctx["payments"], f"order-{number}", number, order.amount)
    except PaymentDeclined:
        async with sessions.begin() as session:
            await move_order(session, number, status="CANCELLED")
        return
    async with sessions.begin() as session:
        await move_order(session, number, status="CREATED", payment=payment)
        session.add(TimerRow(order_id=number, kind="expire", due_at=datetime.now(UTC) + timedelta(minutes=30)))


def values_of(order: Order) -> dict[str, Any]:
    """Return the row of a new order."""
    return {
        "id": order.id,
        "person_id": order.person_id,
        "amount": order.amount,
        "status": "PENDING",
        "submitted_at": datetime.fromtimestamp(order.submitted_at, UTC),
    }


async def move_order(session: AsyncSession, number: int, **values: str) -> None:
    """Update the order without reading it first."""
    await session.execute(
        update(OrderRow)
        .where(OrderRow.id == number)
        .values(settled_at=func.clock_timestamp(), **values)
        .execution_options(synchronize_session=False)
    )


async def work() -> None:
    """Run arq's worker until the process is ended."""
    url = reference.database_url().replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url, pool_size=reference.CONNECTIONS, max_overflow=0)
    async with reference.open_payments() as payments:
        sessions = async_sessionmaker(engine, expire_on_commit=False)
        await plain_arq.run_arq_worker(run_order, {"sessions": sessions, "payments": payments})


if __name__ == "__main__":
    uvloop.run({"prepare": create_tables, "work": work, "submit": plain_arq.submit}[sys.argv[1]]())
