"""Checks whether something is in flight, so that a second tap does not start it again."""

from datetime import timedelta

from sqlalchemy import func, select

from domain.draft import Draft
from domain.order import OrderStatus
from domain.saga import SagaStatus
from domain.store.schema import membership, orders, saga
from domain.store.unit_of_work import UnitOfWork

RECENT_START_WINDOW = timedelta(seconds=20)  # long enough for a link to arrive, short enough to ask for another one


async def is_draft_being_placed(work: UnitOfWork, basket: Draft) -> bool:
    """Return whether an order of this version of the draft waits for its hold.

    The draft is kept meanwhile, in case the customer has to try another card.
    """
    query = select(func.count()).where(
        saga.c.campus_id == basket.campus_id,
        saga.c.person_id == basket.person_id,
        saga.c.kind == "create_order",
        saga.c.status == SagaStatus.RUNNING,
        saga.c.data["draft_version"].as_integer() == basket.version,
    )
    return bool((await work.connection.execute(query)).scalar_one())


async def has_pending_order(work: UnitOfWork, person_id: int) -> bool:
    """Return whether an order of the person waits for its hold, on any campus: they share one saved card."""
    campuses = select(membership.c.campus_id).where(membership.c.person_id == person_id)
    query = select(func.count()).where(
        orders.c.campus_id.in_(campuses),
        orders.c.customer_id == person_id,
        orders.c.status == OrderStatus.PENDING,
    )
    return bool((await work.connection.execute(query)).scalar_one())


async def has_saga_just_started(work: UnitOfWork, campus_id: int, person_id: int, kind: str) -> bool:
    """Return whether a running saga of this kind started for the person within RECENT_START_WINDOW."""
    query = select(func.count()).where(
        saga.c.campus_id == campus_id,
        saga.c.person_id == person_id,
        saga.c.kind == kind,
        saga.c.status == SagaStatus.RUNNING,
        saga.c.started_at > func.now() - RECENT_START_WINDOW,
    )
    return bool((await work.connection.execute(query)).scalar_one())
